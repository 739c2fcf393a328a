/* SPDX-License-Identifier: Apache-2.0 */
/* machine: what is known of this machine, its environment and the worker that would measure. */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/strbuf.h"
#include "harness/cmd/ask.h"
#include "harness/cmd/cmd.h"
#include "harness/host/host.h"
#include "harness/run/run.h"
#include "reports/text.h"
#include "reports/view.h"

enum { OPTION_CLEAR = OPTION_OWN, OPTION_ROOT };
/* Names stand in one column, values break in theirs. */
enum { NAME_COLUMNS = 30, LINE_COLUMNS = 100 };

struct arguments {
	bool json, clear;
	const char *root;
};

static const struct argp_option options[] = {
	{"output", 'o', "FORMAT", 0, "text or json (text)", 0},
	{"clear-names", OPTION_CLEAR, NULL, 0,
	 "host name, serial numbers, UUIDs and addresses as they are, not as salted hashes", 0},
	{"root", OPTION_ROOT, "DIR", 0, "facts of a captured tree of /proc and /sys instead of this machine",
	 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case 'o':
		a->json = ask_wants_json(arg, state);
		break;
	case OPTION_CLEAR:
		a->clear = true;
		break;
	case OPTION_ROOT:
		/* An empty one would be this machine. */
		a->root = *arg ? arg : ".";
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
	.doc = "Prints what is known of this machine, its environment and the worker, as every run stores "
	       "it: a "
	       "value, "
	       "'unknown: why', or 'absent: why' for what machines of this kind do not have. Names of the "
	       "machine "
	       "are salted hashes; the salt is kept in ~/.config/inferometer/salt. The fingerprint is the "
	       "SHA-256 of the facts but those of the moment (run.start_*).",
};

/* ---- text ---- */

/* As many characters as fit the columns; a long word is cut, others are not. */
static size_t line_length(const char *text)
{
	size_t most = LINE_COLUMNS - NAME_COLUMNS - 1, n = strlen(text);
	if (n <= most)
		return n;
	n = most;
	while (n > 0 && text[n] != ' ')
		n--;
	return n ? n : most;
}

static void print_value(const char *text)
{
	for (bool first = true; *text; first = false) {
		size_t n = line_length(text);
		if (!first)
			printf("%*s", NAME_COLUMNS + 1, "");
		printf("%.*s\n", (int)n, text);
		text += n + strspn(text + n, " ");
	}
}

static void print_fact(const char *key, const json_t *value)
{
	struct strbuf raw = {0}, plain = {0};
	json_put(&raw, value);
	text_plain(&plain, strbuf_text(&raw));
	printf("  %-*s ", NAME_COLUMNS - 2, key);
	print_value(strbuf_text(&plain));
	strbuf_free(&raw);
	strbuf_free(&plain);
}

static int key_compare(const void *a, const void *b)
{
	return strverscmp(*(const char *const *)a, *(const char *const *)b);
}

/* Facts of the group "cpu." below its name. */
static void print_group(const json_t *facts, const char **keys, size_t n, const char *group)
{
	size_t len = strlen(group);
	printf("%s\n", group);
	for (size_t i = 0; i < n; i++)
		if (strncmp(keys[i], group, len) == 0 && keys[i][len] == '.')
			print_fact(keys[i] + len + 1, json_object_get(facts, keys[i]));
}

static void print_text(const json_t *facts, const char *id, const char *class_, const char *fingerprint)
{
	static const char *const groups[] = {"cpu",  "memory", "clocks", "gpu",
					     "host", "build",  "run",	 "ceilings"};
	size_t n = json_object_size(facts), k = 0;
	const char **keys = calloc(n + 1, sizeof *keys), *key;
	json_t *v;
	if (!keys)
		return;
	json_object_foreach((json_t *)facts, key, v) keys[k++] = key;
	qsort(keys, n, sizeof *keys, key_compare);
	printf("machine\n  %-*s %s\n  %-*s %s\n  %-*s %s\n", NAME_COLUMNS - 2, "id", id, NAME_COLUMNS - 2,
	       "class", class_, NAME_COLUMNS - 2, "fingerprint", fingerprint);
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
		print_group(facts, keys, n, groups[i]);
	free(keys);
}

static void print_json(const json_t *facts, const char *id, const char *class_, const char *fingerprint)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:O}", "id", id, "class", class_, "fingerprint", fingerprint,
			      "facts", (json_t *)facts);
	char *text = json_text(o);
	puts(text);
	free(text);
	json_decref(o);
}

/* ---- the facts ---- */

/* What the worker tells; that there is none is no error here. */
static void put_worker(json_t *facts)
{
	struct wire_hello hello;
	struct diag why = {0};
	char *worker = NULL;
	int rc = client_find_worker(&worker, &why);
	if (rc == 0)
		rc = run_hello(worker, &hello, &why);
	if (rc)
		host_put_worker(facts, worker, NULL, NULL);
	else
		run_put_worker(facts, worker, &hello);
	if (rc == 0)
		wire_hello_free(&hello);
	free(worker);
}

int cmd_machine(int argc, char **argv)
{
	struct arguments a = {.root = ""};
	char id[33], class_[33], fingerprint[65];
	cmd_parse(&argp, argc, argv, &a);
	json_t *machine = host_machine(a.root, id, class_), *facts = host_facts(a.root, a.clear);
	if (!*a.root)
		put_worker(facts);
	host_fingerprint(facts, fingerprint);
	(a.json ? print_json : print_text)(facts, id, class_, fingerprint);
	json_decref(machine);
	json_decref(facts);
	return cmd_finish(EXIT_OK);
}
