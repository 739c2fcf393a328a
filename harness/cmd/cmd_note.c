/* SPDX-License-Identifier: Apache-2.0 */
/* note: labels and notes of a stored run. */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engines/base/strbuf.h"
#include "harness/cmd/cmd.h"
#include "harness/cmd/labels.h"
#include "harness/cmd/run_named.h"
#include "harness/cmd/trial_print.h"
#include "harness/store/runs.h"
#include "harness/store/trial.h"
#include "reports/text.h"

enum { OPTION_STORE = OPTION_OWN, OPTION_LABEL, OPTION_REMOVE_LABEL, OPTION_REMOVE };

struct arguments {
	const char *store, *run, *text;
	struct labels labels;
	int n_removed;
	const char *removed[LABELS_MAX]; /* keys of labels; "" is the word */
	int note;			 /* to remove; 0: none */
};

static const struct argp_option options[] = {
	{"label", OPTION_LABEL, "LABEL", 0,
	 "set a label: KEY=VALUE, in place of the value the key had, or a word; may stand more than once", 0},
	{"remove-label", OPTION_REMOVE_LABEL, "KEY", 0,
	 "remove this label; \"\" is the word. May stand more than once", 0},
	{"remove", OPTION_REMOVE, "N", 0, "remove the note of this number", 0},
	{"store", OPTION_STORE, "FILE", 0, "the store ($INFEROMETER_STORE, else inferometer.db)", 0},
	{0},
};

static void label_remove(struct arguments *a, const char *arg, struct argp_state *state)
{
	if (a->n_removed == LABELS_MAX)
		argp_error(state, "more than %d labels", LABELS_MAX);
	a->removed[a->n_removed++] = arg;
}

static void argument_add(struct arguments *a, const char *arg, struct argp_state *state)
{
	if (a->text)
		argp_error(state, "unexpected argument \"%.60s\": a note is one text, in quotes", arg);
	if (a->run)
		a->text = arg;
	else
		a->run = arg;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case OPTION_LABEL:
		labels_add(&a->labels, arg, state);
		break;
	case OPTION_REMOVE_LABEL:
		label_remove(a, arg, state);
		break;
	case OPTION_REMOVE:
		a->note = (int)cmd_number(state, "--remove", arg, 1, INT_MAX);
		break;
	case OPTION_STORE:
		a->store = arg;
		break;
	case ARGP_KEY_ARG:
		argument_add(a, arg, state);
		break;
	case ARGP_KEY_END:
		if (!a->run)
			argp_error(state, "expected a run");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "RUN [TEXT]",
	.doc = "Adds a note to a stored run, or sets and removes its labels; without any of these prints "
	       "what "
	       "it has, notes with their numbers. " RUN_NAMED_HELP ".",
};

/* ---- printing ---- */

static void print_line(const char *name, const char *value)
{
	struct strbuf plain = {0};

	text_plain(&plain, name);
	strbuf_puts(&plain, ": ");
	text_plain(&plain, value);
	puts(strbuf_text(&plain));
	strbuf_free(&plain);
}

static void print_run(const struct stored_run *r)
{
	int n = 0;

	if (*r->label)
		print_line("label", r->label);
	for (int i = 0; i < r->n_annotations; i++) {
		const struct stored_annotation *x = &r->annotations[i];
		struct strbuf text = {0}, value = {0};

		if (run_label_key(x->key))
			strbuf_printf(&text, "label %s", run_label_key(x->key));
		else if (strcmp(x->key, NOTE_KEY) == 0)
			strbuf_printf(&text, "note %d", ++n);
		else
			strbuf_puts(&text, x->key);
		if (strcmp(x->key, TRIAL_KEY) == 0)
			trial_mark_put(&value, r);
		else
			strbuf_puts(&value, x->value);
		print_line(strbuf_text(&text), strbuf_text(&value));
		strbuf_free(&text);
		strbuf_free(&value);
	}
}

static int print(const struct run_named *named, struct diag *d)
{
	struct run_listing l;
	struct store *s;
	int64_t run;
	int rc = run_named_open(named, &s, &run, d);

	if (rc)
		return rc;
	rc = store_listing(s, &l, d);
	for (int i = 0; rc == 0 && i < l.n; i++)
		if (l.item[i].run->id == run)
			print_run(l.item[i].run);
	run_listing_free(&l);
	store_close(s);
	return rc;
}

/* ---- changing ---- */

static int apply(const struct arguments *a, struct store *s, int64_t run, struct diag *d)
{
	int rc = a->note ? store_note_remove(s, run, a->note, d) : 0;

	for (int i = 0; i < a->n_removed && rc == 0; i++)
		rc = store_label_remove(s, run, *a->removed[i] ? a->removed[i] : NULL, d);
	for (int i = 0; i < a->labels.n && rc == 0; i++)
		rc = store_label_put(s, run, &a->labels.label[i], d);
	if (rc == 0 && a->text)
		rc = store_note_add(s, run, a->text, d);
	return rc;
}

/* All that is asked or nothing. */
static int change(const struct arguments *a, const struct run_named *named, struct diag *d)
{
	struct store *s = NULL;
	int64_t run;
	/* Opened for writing, one that is absent would be made. */
	int rc = access(named->store, F_OK) == 0
			 ? store_open(&s, named->store, STORE_WRITE, d)
			 : diag_set_at(d, ERR_IO, named->store, 0, "there is no such store");

	if (rc)
		return rc;
	rc = run_named_find(named, s, &run, d);
	if (rc == 0)
		rc = store_begin(s, d);
	if (rc == 0)
		rc = store_end(s, apply(a, s, run, d), d);
	store_close(s);
	return rc;
}

int cmd_note(int argc, char **argv)
{
	static struct arguments a;
	struct run_named named;
	struct diag d = {0};
	a.store = store_default_path();
	cmd_parse(&argp, argc, argv, &a);
	run_named_parse(&named, a.run, a.store);
	bool changes = a.text || a.labels.n || a.n_removed || a.note;
	int rc = changes ? change(&a, &named, &d) : print(&named, &d);
	run_named_free(&named);
	labels_free(&a.labels);
	return cmd_finish(rc ? cmd_fail(&d) : EXIT_OK);
}
