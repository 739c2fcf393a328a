/* SPDX-License-Identifier: Apache-2.0 */
/* show: what is stored of a run, as it is: where every number can be traced to. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/cmd/cmd.h"
#include "harness/cmd/point_named.h"
#include "harness/cmd/run_named.h"
#include "harness/cmd/trial_print.h"
#include "harness/store/store.h"
#include "harness/store/runs.h"
#include "harness/store/trial.h"
#include "reports/text.h"
#include "reports/view.h"

enum { OPTION_STORE = OPTION_OWN, OPTION_SAMPLES };

struct arguments {
	const char *store, *run, *point; /* run NULL: the newest, point NULL: all */
	bool samples;
};

static const struct argp_option options[] = {
	{"samples", OPTION_SAMPLES, NULL, 0, "every raw sample and reading too", 0},
	{"store", OPTION_STORE, "FILE", 0, "the store ($INFEROMETER_STORE, else inferometer.db)", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case OPTION_STORE:
		a->store = arg;
		break;
	case OPTION_SAMPLES:
		a->samples = true;
		break;
	case ARGP_KEY_ARG:
		if (a->point)
			argp_error(state,
				   "unexpected argument \"%.60s\": a run or one of its points is shown", arg);
		if (a->run)
			a->point = arg;
		else
			a->run = arg;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[RUN [POINT]]",
	.doc = "Prints what is stored of a run, else of the newest: the command, the spec, the machine, its "
	       "environment, the build of the worker, every point and visit with its state, reason and "
	       "log. " RUN_NAMED_HELP
	       ". POINT is the beginning of a point's id, or words of its label, as \"tg128 q8_0\".",
};

/* What comes from a worker or a store cannot steer the terminal. */
static void put_plain(const char *text)
{
	struct strbuf plain = {0};
	text_plain(&plain, text);
	fputs(strbuf_text(&plain), stdout);
	strbuf_free(&plain);
}

/* "name: value" */
static void print_text(const char *indent, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	fputs(indent, stdout);
	put_plain(name);
	fputs(": ", stdout);
	put_plain(value);
	putchar('\n');
}

/* Several lines, indented below their name. */
static void print_lines(const char *indent, const char *name, const char *value)
{
	struct strbuf plain = {0};
	if (!value || !*value)
		return;
	text_lines(&plain, value);
	printf("%s%s:\n", indent, name);
	for (char *line = plain.text, *next; line && *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		printf("%s  %s\n", indent, line);
	}
	strbuf_free(&plain);
}

static void print_facts(const char *indent, const char *name, const json_t *facts)
{
	const char *key;
	json_t *value;
	char deeper[16];
	if (!facts)
		return;
	snprintf(deeper, sizeof deeper, "%s  ", indent);
	printf("%s%s:\n", indent, name);
	json_object_foreach((json_t *)facts, key, value)
	{
		struct strbuf text = {0};
		json_put(&text, value);
		print_text(deeper, key, strbuf_text(&text));
		strbuf_free(&text);
	}
}

static void print_series(const struct stored_series *s)
{
	struct strbuf name = {0};
	strbuf_printf(&name, "%s (%s, %s)", s->name, s->unit, s->clock);
	print_text("      ", "series", strbuf_text(&name));
	puts("        repetition offset value marks");
	for (int i = 0; i < s->n; i++)
		printf("        %lld %lld %lld %lld\n", (long long)s->reps[i], (long long)s->offsets[i],
		       (long long)s->values[i], (long long)s->marks[i]);
	strbuf_free(&name);
}

static void print_reading(const struct stored_reading *r)
{
	struct strbuf text = {0};
	strbuf_printf(&text, "%s/%s", r->source, r->counter);
	if (*r->op)
		strbuf_printf(&text, " of %s", r->op);
	if (r->thread >= 0)
		strbuf_printf(&text, " thread %d", r->thread);
	if (r->usable)
		strbuf_printf(&text, ": %.17g %s", r->value, r->unit);
	else
		strbuf_printf(&text, ": unavailable: %s", r->why);
	print_text("      ", "reading", strbuf_text(&text));
	strbuf_free(&text);
}

static void print_visit(const struct stored_visit *v, bool samples)
{
	printf("    visit %lld: %s, round %d, position %d, %s, %.3f s\n", (long long)v->id,
	       visit_kind_name(v->kind), v->round, v->position, v->failed ? "failed" : "done",
	       (double)v->wall_ns * 1e-9);
	print_text("      ", "worker ended", v->ended);
	print_text("      ", "reason", v->reason);
	print_lines("      ", "log", v->log);
	if (!samples)
		return;
	print_facts("      ", "host before", v->host_before);
	print_facts("      ", "host after", v->host_after);
	for (int i = 0; i < v->n_series; i++)
		print_series(&v->series[i]);
	for (int i = 0; i < v->n_readings; i++)
		print_reading(&v->readings[i]);
}

static void print_point(const struct stored_point *p, bool samples)
{
	char label[256];
	print_text("  ", p->role == ROLE_CEILING ? "ceiling" : "point",
		   point_label(&p->point, label, sizeof label));
	print_text("    ", "id", p->id);
	print_text("    ", "state", point_state_name(p->state));
	print_text("    ", "reason", p->reason);
	for (int k = 0; k < KEY_COUNT; k++)
		print_text("      ", point_key_name((enum point_key)k), p->point.value[k]);
	print_facts("    ", "model", p->model);
	print_facts("    ", "check", p->check_answer);
	print_lines("    ", "ran", p->describe);
	for (int i = 0; i < p->n_visits; i++)
		print_visit(&p->visits[i], samples);
}

static void print_run(const struct stored_run *r, bool samples)
{
	struct strbuf when = {0}, trial = {0};
	time_put(&when, r->start_wall_ns);
	printf("run: %lld\n", (long long)r->id);
	print_text("", "state", r->state);
	print_text("", "begin", strbuf_text(&when));
	print_text("", "label", r->label);
	print_text("", "notes", r->notes);
	for (int i = 0; i < r->n_annotations; i++)
		if (run_annotation_is_told(r->annotations[i].key))
			print_text("", r->annotations[i].key, r->annotations[i].value);
	trial_lines_put(&trial, r);
	print_lines("", "trial", strbuf_text(&trial));
	strbuf_free(&trial);
	print_text("", "command", r->command);
	printf("seed: %lld\nrounds: %d\n", (long long)r->seed, r->rounds);
	print_lines("", "spec", r->spec_text);
	print_text("", "machine id", r->machine_id);
	print_text("", "machine class", r->machine_class);
	print_facts("", "machine", r->machine);
	print_facts("", "environment", r->environment);
	print_text("", "worker", r->build_program);
	print_facts("", "build", r->build);
	puts("points:");
	for (int i = 0; i < r->n_points; i++)
		print_point(&r->points[i], samples);
	strbuf_free(&when);
}

static int show(const struct arguments *a, const struct stored_run *run, struct diag *d)
{
	const struct stored_point *point = NULL;
	int rc = a->point ? point_named_find(run, a->point, &point, d) : 0;
	if (rc)
		return rc;
	if (point)
		print_point(point, a->samples);
	else
		print_run(run, a->samples);
	return 0;
}

int cmd_show(int argc, char **argv)
{
	struct arguments a = {.store = store_default_path()};
	struct run_named named;
	struct diag d = {0};
	struct store *store;
	struct stored_run *run;
	int64_t number;
	cmd_parse(&argp, argc, argv, &a);
	run_named_parse(&named, a.run ? a.run : "last", a.store);
	int rc = run_named_open(&named, &store, &number, &d);
	run_named_free(&named);
	if (rc)
		return cmd_fail(&d);
	rc = store_run_load(store, number, &run, &d);
	if (rc == 0) {
		rc = show(&a, run, &d);
		stored_run_free(run);
	}
	store_close(store);
	return cmd_finish(rc ? cmd_fail(&d) : EXIT_OK);
}
