/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs as people name, list and note them. A label is a word of the run itself, or KEY=VALUE, of which a run has one
 * value a key; both, and notes, are set while it is measured or later. Labels and notes are rows of `annotation`:
 * "label.KEY" and "note".
 */
#ifndef IFM_STORE_RUNS_H
#define IFM_STORE_RUNS_H

#include "harness/store/store.h"

/* ---- find.c ---- */
/*
 * The number of the run that a text names: a number, "last" (the newest), "last~N" (N before it), a label, or the
 * beginning of the time in UTC at which one run alone began, as "2026-11-25 18". ERR_USAGE when it names none or
 * several, which are then listed. A number that no run has may be a label or a year.
 */
MUST_CHECK int store_run_find(struct store *s, const char *text, int64_t *out, struct diag *d);
/* "2026-11-25", "2026-11-25T18:09", "2026-11-25 18:09 UTC": -> "2026-11-25 18:09". False when it is no date. */
#define RUN_DATE_SIZE 20
bool run_date_parse(char out[RUN_DATE_SIZE], const char *text);
/* "2026-11-25 18:09:11" of a time, to compare such beginnings with. */
void run_date_of(char out[RUN_DATE_SIZE], int64_t wall_ns);

/* Content id of the texts that a foreign run was read from: an annotation, but no text for people. */
#define RECORDS_KEY "foreign.records"
/* The first run with that annotation; 0: none has it. */
MUST_CHECK int store_annotation_find(struct store *s, const char *key, const char *value, int64_t *run,
				     struct diag *d);

/* ---- labels.c ---- */
struct run_label {
	char *key; /* NULL: a word */
	char *value;
};
/* "KEY=VALUE", the key of at most 64 letters, digits, '.', '_' and '-'; any other text is a word. ERR_USAGE for an empty
 * key. Owned: free with run_label_free, also an empty one. */
MUST_CHECK int run_label_parse(struct run_label *out, const char *text, struct diag *d);
void run_label_free(struct run_label *l);
/* The key of an annotation that is a label, without its "label."; else NULL. */
const char *run_label_key(const char *annotation_key);

/* Whether the value of an annotation of that key is a text for people, and no record of a program. */
bool run_annotation_is_told(const char *annotation_key);

/* In place of the value that the key had, or of the word. */
MUST_CHECK int store_label_put(struct store *s, int64_t run, const struct run_label *l, struct diag *d);
/* key NULL: the word. ERR_USAGE when the run has no such label. */
MUST_CHECK int store_label_remove(struct store *s, int64_t run, const char *key, struct diag *d);
/* Notes are kept in the order in which they were made; their numbers begin at 1. */
#define NOTE_KEY "note"
MUST_CHECK int store_note_add(struct store *s, int64_t run, const char *text, struct diag *d);
/* ERR_USAGE when the run has fewer. Those after it move up. */
MUST_CHECK int store_note_remove(struct store *s, int64_t run, int number, struct diag *d);

/* ---- listing.c ---- */
struct listed_run {
	struct stored_run *run; /* without its points, with its annotations; belongs to the listing */
	int n_done, n_failed;	/* of its points */
	int n_models;
	char **model; /* as they were named, sorted */
};
struct run_listing {
	int n;
	struct stored_run *runs;
	struct listed_run *item; /* oldest first */
};
/* run_listing_free it, also on failure. */
MUST_CHECK int store_listing(struct store *s, struct run_listing *out, struct diag *d);
void run_listing_free(struct run_listing *l);

#endif
