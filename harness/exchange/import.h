/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of llama-bench (JSON, JSONL, CSV, SQL) and llama-batched-bench (JSONL), read and stored as what they are:
 * foreign. Files are untrusted: what cannot be is ERR_FORMAT with file, line and key. Keys that are not known are passed
 * over, old names understood, missing ones neutral; the text of each record is kept. A JSON array that was cut off gives
 * the records it has whole.
 */
#ifndef IFM_EXCHANGE_IMPORT_H
#define IFM_EXCHANGE_IMPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "harness/exchange/batched_bench.h"
#include "harness/exchange/llama_bench.h"
#include "harness/store/runs.h"
#include "harness/store/store.h"

/* Beyond these something else was named. */
#define IMPORT_BYTES_MAX   ((size_t)64 << 20)
#define IMPORT_RECORDS_MAX 100000
#define IMPORT_SAMPLES_MAX 100000
#define IMPORT_RUNS_MAX	   1000

struct import_record {
	bool batched; /* which of the two it is */
	struct llama_bench llama;
	struct batched_bench batch;
	char *text; /* as it stands in the file, owned */
	int line;
};
struct import {
	struct import_record *record;
	int n;
	bool cut_off; /* the last record was not whole: it is left out */
};

/* name: of the file, for messages. out is overwritten, and left alone on failure. */
MUST_CHECK int import_parse(struct import *out, const char *text, size_t n, const char *name, struct diag *d);
MUST_CHECK int import_load(struct import *out, const char *path, struct diag *d);
void import_free(struct import *im);

/*
 * Stores them as runs that are done, one for each build and machine that the records name: all of them or none. The run
 * has an annotation "foreign", its samples a clock of that name: what compares runs does not mix them with ours. Records
 * that a run of the store holds already, in the same texts and order, are left out unless they are to be stored again.
 * ERR_FORMAT for more than IMPORT_RUNS_MAX runs of a file. told: called for each of them.
 */
struct import_told {
	int64_t run;
	int n_records;
	const char *who;
	bool there; /* nothing was stored: the run holds them already */
};
typedef void import_told_fn(void *arg, const struct import_told *told);
struct import_origin {
	const char *path, *command; /* the file, and what was typed */
	int n_labels;
	const struct run_label *labels; /* that each run gets */
	bool again;			/* though the store has them */
};
MUST_CHECK int import_store(const struct import *im, struct store *store, const struct import_origin *origin,
			    import_told_fn *told, void *arg, struct diag *d);

#endif
