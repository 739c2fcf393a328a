/* SPDX-License-Identifier: Apache-2.0 */
/* import: records of llama-bench and llama-batched-bench become foreign runs of the store. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "engines/base/strbuf.h"
#include "harness/cmd/cmd.h"
#include "harness/cmd/labels.h"
#include "harness/cmd/measuring.h"
#include "harness/exchange/import.h"
#include "harness/store/store.h"
#include "reports/text.h"

enum { FILES_MAX = 1024, OPTION_AGAIN = OPTION_MEASURING_END };

struct arguments {
	const char *store;
	struct labels labels;
	bool again;
	const char *file[FILES_MAX];
	int n;
};

static const struct argp_option options[] = {
	{"store", OPTION_STORE, "FILE", 0, "the store ($INFEROMETER_STORE, else inferometer.db)", 0},
	{"again", OPTION_AGAIN, NULL, 0, "store records once more that a run of the store holds already", 0},
	{"label", OPTION_LABEL, "LABEL", 0,
	 "a word by which people know the runs again, or KEY=VALUE; may stand more than once", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case OPTION_STORE:
		a->store = arg;
		break;
	case OPTION_AGAIN:
		a->again = true;
		break;
	case OPTION_LABEL:
		labels_add(&a->labels, arg, state);
		break;
	case ARGP_KEY_ARG:
		if (a->n == FILES_MAX)
			argp_error(state, "more than %d files", FILES_MAX);
		a->file[a->n++] = arg;
		break;
	case ARGP_KEY_END:
		if (a->n == 0)
			argp_error(state, "no file: name records of llama-bench or llama-batched-bench");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "FILE...",
	.doc = "Stores records of llama-bench (json, jsonl, csv, sql) and llama-batched-bench (jsonl) as "
	       "runs that "
	       "are marked foreign: who made them is said, their conditions, ceilings and processes are "
	       "unknown. Records that the store holds already, in the same texts, are not stored twice.",
};

static void say_run(void *arg, const struct import_told *told)
{
	struct strbuf plain = {0};
	text_plain(&plain, told->who);
	strbuf_puts(&plain, ", ");
	text_plain(&plain, arg);
	printf("%srun %lld: %d %s of %s%s\n", told->there ? "already imported as " : "", (long long)told->run,
	       told->n_records, told->n_records == 1 ? "record" : "records", strbuf_text(&plain),
	       told->there ? " (--again stores it once more)" : "");
	strbuf_free(&plain);
}

static int import_file(struct store *store, const struct arguments *a, const struct import *im,
		       const char *path, const char *command, struct diag *d)
{
	if (im->cut_off)
		fprintf(stderr, "inferometer: %s is cut off: its %d whole records are taken\n", path, im->n);
	const struct import_origin origin = {path, command, a->labels.n, a->labels.label, a->again};
	return import_store(im, store, &origin, say_run, (void *)path, d);
}

/* All files are read before anything is stored: one that cannot be leaves nothing behind. */
static int import_files(const struct arguments *a, const char *command, struct diag *d)
{
	static struct import im[FILES_MAX];
	struct store *store;
	int n = 0, rc = 0;
	for (; n < a->n && rc == 0; n++)
		rc = import_load(&im[n], a->file[n], d);
	n -= rc != 0;
	if (rc == 0)
		rc = store_open(&store, a->store ? a->store : store_default_path(), STORE_WRITE, d);
	if (rc == 0) {
		for (int i = 0; i < n && rc == 0; i++)
			rc = import_file(store, a, &im[i], a->file[i], command, d);
		store_close(store);
	}
	for (int i = 0; i < n; i++)
		import_free(&im[i]);
	return rc;
}

int cmd_import(int argc, char **argv)
{
	static struct arguments a;
	struct diag d = {0};
	char *command = command_line(argc, argv);
	cmd_parse(&argp, argc, argv, &a);
	int rc = import_files(&a, command, &d);
	labels_free(&a.labels);
	free(command);
	return cmd_finish(rc ? cmd_fail(&d) : EXIT_OK);
}
