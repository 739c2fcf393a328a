/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of an engine: something that opens on a device, loads a model
 * into a session and computes steps (batches of tokens) or single operations.
 * It knows nothing about measuring, workloads or files of results.
 *
 * Life: probe; open -> (check, load -> submit/wait/fetch/seq_edit ... -> unload,
 * op_plan, op -> op_submit/op_wait ... -> op_free)* -> close. One thread at a time calls
 * into an engine and its sessions.
 */
#ifndef IFM_ENGINES_ENGINE_H
#define IFM_ENGINES_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/cpuid.h"
#include "engines/base/err.h"
#include "engines/tensor/dtype.h"

struct engine;
struct session;
struct op_job;
struct model;
struct strbuf;

/* A choice on a device (an ISA, a precision, a provider) and whether it can be used here. */
struct capability {
	const char *name; /* static */
	bool usable;
	char why_not[120]; /* "" when usable */
};
#define CAPS_MAX 16
/* auto, compact, scatter and the first nodes of a machine: few have as many. */
#define CAPS_AFFINITIES_MAX (3 + 64)

struct device_caps {
	char name[32];	      /* "cpu" */
	char description[96]; /* the processor's brand */
	bool usable;
	char why_not[160];
	int n_cpus;	       /* threads it may use */
	uint64_t memory_bytes; /* available now */
	int n_isas, n_precisions, n_kvs, n_providers;
	struct capability isas[CAPS_MAX]; /* ascending: the last usable one is "auto" */
	struct capability precisions[CAPS_MAX];
	struct capability kvs[CAPS_MAX];
	int n_affinities;
	struct capability affinities[CAPS_AFFINITIES_MAX]; /* all but lists of CPUs */
	struct capability providers[CAPS_MAX];		   /* of matrix products; see provider_why_not */
};

struct engine_config {
	const char *device;   /* "cpu" */
	const char *isa;      /* name or "auto" */
	int n_threads;	      /* at least 1 */
	bool pin;	      /* pin threads to CPUs, one each; else they share those of the affinity */
	bool passive_wait;    /* idle threads sleep at once: counters then see only work */
	const char *affinity; /* "auto" (also NULL), "compact", "scatter", "node0" or a list as "0-3+8" */
	const char *options;  /* what this engine lets one switch, NULL: nothing */
};

/* What a session is loaded for. */
struct job_config {
	enum dtype precision; /* what matrices are held and multiplied in */
	bool as_in_file;      /* ... but each in what the file holds it in; precision is what most are */
	enum dtype kv;	      /* one that dtype_in_caches */
	int n_cells;	      /* KV cells in the pool, over all sequences */
	int n_seqs;	      /* sequences, ids 0 .. n_seqs-1 */
	int max_tokens;	      /* most tokens of a step */
	int max_rows;	      /* most tokens of a step whose logits are wanted */
	const char *blocking; /* "auto", "MCxKCxNC" or "MRxNR" */
	const char *provider; /* "own", "openblas", "onednn", "blis" */
};

/* Bytes a session or an operation needs; total is compared with limit. */
struct memory_plan {
	uint64_t weights;
	uint64_t kv;
	uint64_t scratch;
	uint64_t total;
	uint64_t limit; /* what is available */
};

/* Work of one step, for roofline arithmetic (formulas: metrics, section 6 of the house's facts). */
struct step_work {
	double flops;
	double bytes; /* least that must move: weights streamed once, KV read and written */
	/* Of a single operation: */
	double calls;	      /* loads or calls that each thread waits for one by one; 0: none */
	uint64_t working_set; /* bytes that it goes through, over all threads; 0: none */
};

/*
 * One step: n tokens, each of a sequence at a position. Tokens of one sequence
 * stand in order and continue it: its first new token has the position after
 * the last one held. want_row[i] set: the logits of token i are wanted; they
 * become rows 0, 1, ... in order. All arrays belong to the caller and must
 * stay until wait() returned.
 */
struct batch {
	int n;
	const int32_t *token;
	const int32_t *pos;
	const int32_t *seq;
	const uint8_t *want_row;
};

struct step_info {
	int64_t device_ns; /* time on the device's own clock, 0 where there is none */
	bool late; /* a single operation that was not queued before the device began: its launch is in device_ns */
	int n_rows; /* rows of logits ready for fetch */
};

/* Operations that the device was held for. */
struct held {
	int64_t n, late;
	char why[160]; /* why none of them, or none any more; "": all were */
};

enum seq_edit_kind {
	SEQ_DROP =
		0, /* forget positions [from, to), to < 0: all from there. The rest must be a prefix: to covers
	                 the end */
	SEQ_KEEP,  /* forget all other sequences */
	SEQ_COPY,  /* forget what it holds and begin with the first `to` positions of `source` (to < 0: all of
	                 them). Nothing is computed and no cell taken: both hold the same ones */
};

/* A change of what sequences hold, between steps. */
struct seq_edit {
	enum seq_edit_kind kind;
	int seq;      /* the one that changes, or is kept */
	int from, to; /* SEQ_DROP, SEQ_COPY */
	int source;   /* SEQ_COPY */
};

/*
 * Single operations: a matrix product, or a ceiling of the machine. The memory ceilings are STREAM's, over blocks that
 * each thread has its own part of; what they move is counted as STREAM counts it, every byte that the operation names and no
 * line that a cache reads because it is written to.
 */
enum op_kind {
	OP_GEMM = 0, /* C[m,n] = A[m,k] W[n,k]^T, f32 in and out, W held and multiplied as precision says */
	OP_READ,     /* or all words of a block */
	OP_FMA,	     /* register-only multiply-adds of `type`: the arithmetic peak */
	OP_WRITE,    /* a = 3 */
	OP_COPY,     /* a = b: two blocks, two counted */
	OP_TRIAD,    /* a = b + 3 c: three blocks, three counted */
	OP_LATENCY, /* loads that each wait for the one before, lines in random order; calls are those of a thread */
	OP_FORKJOIN, /* parallel regions with nothing in them */
	OP_TIMER,    /* readings of the clock that steps are timed with, by one thread */
};

/* A level of memory instead of a number of bytes: half of that cache of the CPUs the threads run on, or far more than all
 * caches. ERR_UNAVAILABLE where there is no such cache. */
enum op_level { OP_BYTES = 0, OP_L1, OP_L2, OP_L3, OP_DRAM };

struct op_config {
	enum op_kind kind;
	int m, n, k;
	enum dtype precision; /* OP_GEMM */
	const char *blocking; /* OP_GEMM */
	const char *provider; /* OP_GEMM */
	enum op_level level;  /* memory ceilings, OP_LATENCY; OP_BYTES: bytes says */
	uint64_t bytes;	      /* the same: working set of all blocks over all threads */
	const char *type;     /* OP_FMA: "f32", "bf16", "int8" */
	uint64_t seed;	      /* OP_GEMM: of A and W; OP_LATENCY: of the order */
};

struct engine_ops {
	const char *name; /* static */

	/* Optional. The clock that step_info.device_ns is of: "CUDA events". Static; NULL: the device has none of its own. */
	const char *device_clock;

	/* Required. Fills up to max devices, returns how many there are; absent hardware is
	 * a device with usable = false. Needs no open engine. */
	int (*probe)(struct device_caps *caps, int max);

	/*
	 * Optional. NULL when that provider of the probed ones can be used here, else why not (static). It may load
	 * a library that stays: hello asks of each, a point only of its own. Without it what probe said holds.
	 */
	const char *(*provider_why_not)(const char *name);

	/* Required. Starts the threads. The engine belongs to the caller (close). */
	int (*open)(struct engine **out, const struct engine_config *config, struct diag *d);

	/* Required. Would this model run with this job? Fills the plan (also when it does
	 * not fit: then ERR_OOM with needed and available in d). Loads nothing. */
	int (*check)(struct engine *e, const struct model *m, const struct job_config *job,
		     struct memory_plan *plan, struct diag *d);

	/* Required. Packs the weights, makes the KV cells. The session keeps no reference to
	 * the model's mapping but may to its tokenizer-free metadata, which is copied. */
	int (*load)(struct engine *e, const struct model *m, const struct job_config *job,
		    struct session **out, struct diag *d);

	/* Required. Starts a step / waits for it. CPU engines may compute in either. Errors:
	 * ERR_USAGE for a batch that breaks the rules, ERR_OOM when no cell is free; the
	 * session is then as before the submit. */
	int (*submit)(struct session *s, const struct batch *b, struct diag *d);
	int (*wait)(struct session *s, struct step_info *info, struct diag *d);

	/* Required. Copies row `row` of the last step's logits: n_vocab floats. */
	int (*fetch)(struct session *s, int row, float *logits, struct diag *d);

	/* Required. The id of the largest logit of a row (lowest id on ties). */
	int (*argmax)(struct session *s, int row, int32_t *id, struct diag *d);

	/* Required. ERR_USAGE: the session is as before. */
	int (*seq_edit)(struct session *s, const struct seq_edit *edit, struct diag *d);

	/* Required. Work of a step of n_new tokens for each of n_seqs sequences that hold
	 * n_past tokens each, with n_rows logit rows in all. From the shapes alone. */
	int (*work)(const struct model *m, const struct job_config *job, int n_seqs, int n_past, int n_new,
		    int n_rows, struct step_work *work, struct diag *d);

	/* Required. Appends "key: value" lines: ISA, kernels, tiles, provider, each
	 * exception to the precision and the accumulator type. Of what really runs. */
	void (*describe)(const struct session *s, struct strbuf *out);

	void (*unload)(struct session *s); /* Required. NULL is fine. */

	/* Required. Would this operation run? The work of one submit and the memory it takes, from the
	 * numbers alone (the plan also when it does not fit: then ERR_OOM with needed and available in d). */
	int (*op_plan)(struct engine *e, const struct op_config *config, struct step_work *work,
		       struct memory_plan *plan, struct diag *d);

	/* Required. One operation, prepared: memory allocated and filled, W packed. */
	int (*op)(struct engine *e, const struct op_config *config, struct op_job **out, struct diag *d);
	int (*op_submit)(struct op_job *j, struct diag *d);
	/* As op_submit, but of rows [row, row + n) of an OP_GEMM's C alone: the others stay. ERR_UNSUPPORTED
	 * for ceilings. */
	int (*op_submit_rows)(struct op_job *j, int row, int n, struct diag *d);
	int (*op_wait)(struct op_job *j, struct step_info *info, struct diag *d);
	/* Rows [row, row + n) of an OP_GEMM's C, its n columns each. ERR_UNSUPPORTED for ceilings. */
	int (*op_fetch)(struct op_job *j, int row, int n, float *dst, struct diag *d);
	void (*op_describe)(const struct op_job *j, struct strbuf *out);
	void (*op_free)(struct op_job *j); /* NULL is fine */

	/* Optional. Appends "key: value" lines of the open engine: where its threads and memory are, options. */
	void (*describe_engine)(const struct engine *e, struct strbuf *out);

	/* Optional. Empties the caches of its threads by streaming through *bytes; the first call also takes the
	 * memory for it. Without it a point cannot ask for cold caches. */
	int (*flush)(struct engine *e, uint64_t *bytes, struct diag *d);

	/* Required beside flush. Bytes that its first call takes; 0 once they are taken. */
	uint64_t (*flush_bytes)(const struct engine *e);

	/* Optional, beside device_clock. on: from here on the device begins a single operation once all of it is queued,
	 * so that device_ns has nothing of its launch in it; counters would count what holds the device. Off, as after
	 * open: how it went since then (told may be NULL when on). */
	void (*hold)(struct engine *e, bool on, struct held *told);

	void (*close)(struct engine *e); /* Required. NULL is fine. */
};

/* The engines of this build, NULL-terminated; a table in registry.c. */
extern const struct engine_ops *const engine_registry[];

/* The engine of that name or NULL. */
const struct engine_ops *engine_find(const char *name);

#endif
