/* SPDX-License-Identifier: Apache-2.0 */
/* doctor: what is wrong with this machine for measuring, and what to do about it. */
#include "config.h"

#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/strbuf.h"
#include "harness/cmd/ask.h"
#include "harness/cmd/cmd.h"
#include "harness/cmd/doctor_asks.h"
#include "harness/host/host.h"
#include "harness/store/store.h"
#include "reports/plots/plots.h"
#include "reports/text.h"

enum { OPTION_ROOT = OPTION_OWN, OPTION_STORE, OPTION_WORKER, OPTION_NO_MEASURE };
/* Verdicts and names stand in columns of their own. */
enum {
	VERDICT_COLUMNS = 9,
	NAME_COLUMNS = 17,
	TEXT_COLUMNS = 72,
	INDENT = 2 + VERDICT_COLUMNS + NAME_COLUMNS
};

struct arguments {
	bool json, no_measure;
	const char *root, *store, *worker;
};

static const struct argp_option options[] = {
	{"output", 'o', "FORMAT", 0, "text or json (text)", 0},
	{"no-measure", OPTION_NO_MEASURE, NULL, 0, "without the two seconds of the measured check", 0},
	{"root", OPTION_ROOT, "DIR", 0,
	 "a captured tree of /proc and /sys instead of this machine: no worker, no store, nothing measured",
	 0},
	{"store", OPTION_STORE, "FILE", 0,
	 "the store whose place is looked at ($INFEROMETER_STORE, else inferometer.db)", 0},
	{"worker", OPTION_WORKER, "PROGRAM", 0, "worker program (the one installed)", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case 'o':
		a->json = ask_wants_json(arg, state);
		break;
	case OPTION_NO_MEASURE:
		a->no_measure = true;
		break;
	case OPTION_ROOT:
		/* An empty one would be this machine. */
		a->root = *arg ? arg : ".";
		break;
	case OPTION_STORE:
		a->store = arg;
		break;
	case OPTION_WORKER:
		a->worker = arg;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument \"%.60s\"", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Prints what is wrong with this machine for measuring and what to do about it: ok, advice, "
	       "warning, "
	       "problem, or unknown with the reason; with each, what was seen and where. Asks the worker, "
	       "and "
	       "measures "
	       "for two seconds how far apart processes are that do the same. Nothing is changed: commands "
	       "that mend "
	       "something are printed, never run.",
};

/* ---- text ---- */

static void print_part(const char *before, const char *text)
{
	struct strbuf plain = {0}, filled = {0};
	strbuf_puts(&plain, before);
	text_plain(&plain, text);
	text_fill(&filled, strbuf_text(&plain), INDENT + TEXT_COLUMNS, INDENT, INDENT);
	puts(strbuf_text(&filled));
	strbuf_free(&plain);
	strbuf_free(&filled);
}

static void print_finding(const struct finding *f)
{
	struct strbuf head = {0};
	printf("  %-*s%-*s", VERDICT_COLUMNS, finding_verdict_name(f->verdict), NAME_COLUMNS, f->name);
	strbuf_printf(&head, "%s [%s]", *f->value ? f->value : *f->why ? f->why : "not told", f->source);
	print_part("", strbuf_text(&head));
	strbuf_free(&head);
	if (*f->why && *f->value) {
		printf("%*s", INDENT, "");
		print_part("", f->why);
	}
	if (*f->fix) {
		printf("%*s", INDENT, "");
		print_part("do: ", f->fix);
	}
}

static int count(const struct findings *list, enum verdict v)
{
	int n = 0;
	for (int i = 0; i < list->n; i++)
		n += list->item[i].verdict == v;
	return n;
}

static void print_text(const struct findings *list)
{
	const char *group = "";
	for (int i = 0; i < list->n; i++) {
		if (strcmp(group, list->item[i].group) != 0)
			puts(list->item[i].group);
		group = list->item[i].group;
		print_finding(&list->item[i]);
	}
	printf("\n%d ok, %d advice, %d warning, %d problem, %d unknown\n", count(list, VERDICT_OK),
	       count(list, VERDICT_ADVICE), count(list, VERDICT_WARNING), count(list, VERDICT_PROBLEM),
	       count(list, VERDICT_UNKNOWN));
}

/* ---- json ---- */

static void put(json_t *o, const char *key, const char *text)
{
	struct strbuf plain = {0};
	text_plain(&plain, text);
	json_object_set_new(o, key, json_string(strbuf_text(&plain)));
	strbuf_free(&plain);
}

static json_t *json_of(const struct finding *f)
{
	json_t *o = json_object();
	put(o, "group", f->group);
	put(o, "name", f->name);
	put(o, "verdict", finding_verdict_name(f->verdict));
	put(o, "value", f->value);
	put(o, "why", f->why);
	put(o, "source", f->source);
	put(o, "fix", f->fix);
	return o;
}

static void print_json(const struct findings *list)
{
	json_t *all = json_array(), *counts = json_object();
	for (int i = 0; i < list->n; i++)
		json_array_append_new(all, json_of(&list->item[i]));
	for (int v = 0; v < VERDICT_COUNT; v++)
		json_object_set_new(counts, finding_verdict_name((enum verdict)v),
				    json_integer(count(list, (enum verdict)v)));
	json_t *o = json_pack("{s:o, s:o}", "counts", counts, "findings", all);
	json_dumpf(o, stdout, JSON_INDENT(1) | JSON_SORT_KEYS);
	putchar('\n');
	json_decref(o);
}

/* ---- all of it ---- */

/* Reports know where they look for it. */
static void look_for_gnuplot(struct findings *list)
{
	char path[PATH_MAX];
	struct finding *f = finding_add(list, "system", "gnuplot", VERDICT_ADVICE, "GNUPLOT and PATH");
	bool found = gnuplot_find(path, sizeof path);
	finding_value(f, "%s", found ? path : "not found");
	if (found)
		return;
	finding_bad(f, "reports have no pictures; their data are written all the same");
	finding_fix(f, "sudo apt install gnuplot-nox, or dnf install gnuplot-minimal");
}

static void examine(const struct arguments *a, struct findings *list)
{
	json_t *facts = host_facts(a->root, false);
	doctor_examine(list, a->root, facts);
	bool gpu_seen = doctor_sees_nvidia(facts);
	json_decref(facts);
	if (*a->root)
		return;
	look_for_gnuplot(list);
	doctor_look_at_store(list, a->store ? a->store : store_default_path());
	char *worker = interrupt_seen() ? NULL : doctor_ask_worker(list, a->worker, gpu_seen);
	if (worker && !a->no_measure && !interrupt_seen())
		doctor_measure(list, worker);
	free(worker);
}

int cmd_doctor(int argc, char **argv)
{
	struct arguments a = {.root = ""};
	struct findings list = {0};
	cmd_parse(&argp, argc, argv, &a);
	interrupt_catch();
	examine(&a, &list);
	if (!interrupt_seen())
		(a.json ? print_json : print_text)(&list);
	free(list.item);
	return interrupt_seen() ? EXIT_INTERRUPTED : cmd_finish(EXIT_OK);
}
