/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all formats say alike about a run and its rows: which keys vary, what a test is called, which rate
 * counts, the words for marks, the line that reproduces a point. Nothing here is escaped for a format;
 * text from outside is passed on as it is.
 */
#ifndef IFM_REPORTS_VIEW_H
#define IFM_REPORTS_VIEW_H

#include <stdbool.h>

#include "engines/base/strbuf.h"
#include "reports/analysis/analysis.h"

/* Rows of one kind share a table: they have the same columns. */
enum row_kind { ROW_TOKENS = 0, ROW_MATRIX, ROW_PROBE, ROW_KIND_COUNT };

struct view {
	const struct analysis *a;
	bool varies[KEY_COUNT]; /* over all rows */
	bool varies_in[ROW_KIND_COUNT][KEY_COUNT];
	int count[ROW_KIND_COUNT];
	int processes; /* of every row with figures; 0: it differs, -1: no row has any */
	bool ascii;    /* for a terminal: 3.1e-07, brief intervals */
};

struct view view_make(const struct analysis *a);

enum row_kind row_kind(const struct row *r);
const char *row_kind_title(enum row_kind k); /* static */

/* "tg128", "gemm 64x512x2048" (MxNxK; a cube as 512 cubed), "read 64 MiB", "fma int8". */
void row_test(struct strbuf *out, const struct row *r);

/* The name people know a model by: the file's name without folder and .gguf, or what was given. */
void model_short(struct strbuf *out, const char *model);

/* The test and every key that varies in its kind, for lists: "tg128 q8_0 x4 t2". */
void row_label(struct strbuf *out, const struct view *v, const struct row *r);

/* The rate a row is about, and its unit: tokens/s, else GFLOP/s, else GB/s; where single loads or calls are timed, ns. */
const struct estimate *row_rate(const struct row *r, const char **unit);

/* "memory", "compute" or "". */
const char *bound_name(enum bound b);

/* done, wrong (failed its check), failed, skipped, unavailable, planned. Static. */
const char *row_state(const struct row *r);
bool row_is_wrong(const struct row *r);
/* The run ended before its last process; what there is counts. */
bool row_is_unfinished(const struct row *r);
/* Its numbers may stand without a reason beside them: it is done, or unfinished. */
bool row_has_figures(const struct row *r);

/* Kernels and instruction set of what ran, from the worker's description; one line. */
void row_ran(struct strbuf *out, const struct row *r);

/* Words of the marks that more than MARK_SHARE of the samples carry, separated by spaces. */
void row_marks(struct strbuf *out, const struct row *r);

struct mark_word {
	const char *word, *meaning;
};
extern const struct mark_word mark_words[]; /* ends with a NULL */
bool mark_in_use(const struct view *v, const char *word);

/* The command that measures this point alone, with the run's seed, counters, worker, and how often and how long. */
void row_command(struct strbuf *out, const struct stored_run *run, const struct row *r);
/* The same over several lines, for a shell one command still: broken between words, so that none exceeds width where
 * that can be; the first begins with indent, the others with two blanks more. */
void command_lines(struct strbuf *out, const char *command, int width, const char *indent);

/* ---- label.c: what tells cells of a comparison apart. Unescaped. ---- */
/* Keys that the name of a test holds (row_test); KEY_COUNT ends them. */
extern const enum point_key label_test_keys[];
bool label_in_test(enum point_key key);
/* Those of the varying keys that are not in the test's name, the model first. Returns how many. */
int label_keys(const bool varies[KEY_COUNT], enum point_key *keys);
/* " q8_0 t4": the words of these keys, each with a blank before it. */
void label_words(struct strbuf *out, const struct point *p, const enum point_key *keys, int n);
/* The value, a model by its short name. */
void point_key_put(struct strbuf *out, const struct point *p, enum point_key key);

/* The models of all rows: "llama-1b, llama-7b", or "operations". Untrusted text. */
void view_models(struct strbuf *out, const struct view *v);
/* Keys with one value in all rows: "engine cpu, 4 threads, kv f16". Untrusted text. */
void view_constants(struct strbuf *out, const struct view *v);

/* "3 failed, 1 unavailable", "" when all rows are done. */
void view_troubles(struct strbuf *out, const struct view *v);
int view_state_count(const struct view *v, enum point_state s);

/* "read 64 MiB", of another device than the CPU "read 64 MiB on cuda:0" */
void ceiling_test(struct strbuf *out, const struct row *c);
/* "read 64 MiB 38.2 GB/s" */
void ceiling_name(struct strbuf *out, const struct row *c);

/* A fact of the machine, the environment or the build as text; "" when there is none. */
void fact_put(struct strbuf *out, const json_t *facts, const char *key);
/* Any plain JSON value as text; objects and arrays compactly. */
void json_put(struct strbuf *out, const json_t *value);

/* The machine in a few words: its processor, else its id. */
void machine_put(struct strbuf *out, const struct stored_run *run);
/* The same, with what of its devices beside the CPU was measured: "... with cuda:0 NVIDIA H100". */
void place_put(struct strbuf *out, const struct stored_run *run);
/* What is noted of a run ("interrupted", "clock"), each "KEY: TEXT" behind `before`. Untrusted text. */
void run_notes_put(struct strbuf *out, const struct stored_run *run, const char *before);

/* "2026-08-24 14:05 UTC" */
void time_put(struct strbuf *out, int64_t wall_ns);
/* "4 min 12 s" */
void duration_put(struct strbuf *out, double seconds);

#endif
