/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked for: sections of axes (lists of values a key), how often and
 * how long. From a YAML file or from flags. Every error names file, line, key
 * and the nearest known key; nothing unknown is ignored. It does not know what
 * a worker can do: harness/plan does.
 *
 *   name: demo           # default: the file's name
 *   rounds: 6            # processes a point
 *   warmup: 1            # repetitions, not counted
 *   repeat: auto         # at least so many repetitions a process; auto: 3, of a product or ceiling alone on a GPU 20
 *   min_time: 0.1        # and so many seconds
 *   max_time: 60         # but no repetition begins later
 *   timeout: 300         # seconds for a request, besides the window
 *   visit_timeout: 0     # seconds for a whole visit; 0: no limit but that of each request
 *   memory_limit: 0      # bytes that a worker may hold, as 3G or 500M (decimal); 0: no limit
 *   idle: 10             # seconds for which idle power is measured before a window whose energy is read, and after it
 *   wait_quiet: 0        # at most so many seconds to wait for a quiet machine before a visit
 *   seed: 20240229
 *   verify: true
 *   ceilings: true
 *   counters: [clock, rusage]
 *   sets:                # names for what stands in several places; each must be used
 *     small: [q8_0, q4_0]
 *     cube: {m: 512, n: 512, k: 512}
 *   defaults:            # axes of every section that has none of its own; axes at top level do the same
 *     model: default
 *   exclude:             # at top level: of all sections
 *     - {precision: q4_0, kv: q8_0}
 *   sweeps:              # or all axes at top level, for one section
 *     - workload: [pp128, tg32]
 *       precision: [f32, $small]
 *       threads: [1, all]
 *       exclude:         # points that match all keys of a map are dropped
 *         - {workload: pp128, threads: 1}
 *       include:         # after that: further combinations
 *         - {workload: pp512, threads: 2, delta: 10%}
 *       delta: 5%          # how much slower fails a comparison of these points; also as 0.05
 *       required: true     # a comparison of them that cannot tell is a failure
 *     - use: [cube]
 *       workload: gemm
 *
 * $NAME in an axis stands for the values of a set ($$ begins a value with a dollar sign); `use` merges maps of axes into
 * a map that does not give their keys itself. A set may use those above it, in either way. A map of `include` is the
 * section once more with these axes in place of its own; nothing of it is excluded. Flags replace an axis there, too.
 *
 * `delta` and `required` are no axes: they say something of the points of a section or of a map of include, and at top level or
 * in defaults of all points of which nothing else is said. Sets and exclude have none. They matter where points are compared;
 * measuring passes them by.
 *
 * An axis takes one value or a list. Keys of whole numbers (threads, sequences, m, n, k, size) also take
 * llama-bench's ranges: 1-4 (step 1), 1-9+2, 1-8*2 (depth and ubatch from 0 on: 0-16+8); so does the number of a workload: pp64-512*2. A size may be
 * a level of memory, too: L1, L2, L3, DRAM.
 * Threads also count up to all there are, which are the last value in any case: 1-all*2.
 * A comma parts values, save in a model of a file: a path may hold one; in a flag it is written \,. Values are UTF-8 without
 * control characters. Anchors, aliases, tags and further documents are refused.
 */
#ifndef IFM_SPEC_SPEC_H
#define IFM_SPEC_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "harness/wire/point.h"

/* Beyond these something was mistyped. */
#define SPEC_BYTES_MAX	  ((size_t)1 << 20) /* of a file */
#define SPEC_VALUES_MAX	  1024		    /* of an axis */
#define SPEC_SECTIONS_MAX 256		    /* maps of include count, too */
#define SPEC_EXCLUDES_MAX 256		    /* maps of exclude */
#define SPEC_SETS_MAX	  256
#define SPEC_SPREAD_MAX	  ((size_t)16 << 20) /* bytes of all values, sets and defaults put in their places */
#define SPEC_ROUNDS_MAX	  1000

#define SPEC_IDLE_S 10 /* shorter ones make an energy without idleness fair at best */

#define SPEC_SEED 20240229 /* as all seeds that nobody chose */

struct axis {
	char **value; /* owned; as written, lists and ranges (1-8*2) expanded */
	int *at;      /* owned: the line in the file of each, which a set may have brought; 0 from a flag */
	int n;	      /* 0: not given */
	int line;     /* of the key in the file, 0 from a flag */
};
struct section {
	struct axis axis[KEY_COUNT];
	int line;      /* in the file, 0 from flags */
	bool included; /* a map of `include`: belongs to the last section before it that is none */
	double delta;  /* of its points: a ratio less 1, above 0 and below 1; 0: not given */
	int required;  /* 1: a comparison of its points must come to a verdict; 0: need not */
};
/* Points of a section with one of the values of each axis given here are dropped. */
struct exclude {
	int section; /* index; SPEC_EVERY_SECTION: but for included ones */
	int line;
	struct axis axis[KEY_COUNT]; /* one at least */
};
#define SPEC_EVERY_SECTION (-1)
struct spec {
	char *name;
	char *file; /* "" when from flags */
	char *text; /* the YAML, or a YAML that says the same as the flags: stored with the run */
	int64_t seed;
	int rounds, warmup;
	int repeat;		       /* 0: as spec_repeat says */
	double min_time_s, max_time_s; /* of a visit's window */
	double timeout_s;	       /* of one request to a worker, without the window itself */
	double visit_timeout_s;	       /* of a whole visit; 0: none */
	int64_t memory_limit;	       /* bytes that a worker may hold; 0: none */
	double idle_s;	     /* of idle power at both sides of a window whose energy is read; 0: none */
	double wait_quiet_s; /* for a quiet machine before each visit; 0: not at all */
	bool verify;	     /* compare outputs with the ref worker; default true */
	bool ceilings;	     /* measure read and fma beside; default true */
	char **counters;     /* sources for counter visits; default clock, rusage */
	int n_counters;
	int counters_line; /* in the file, 0 from a flag or not said */
	int n_sections;
	struct section *sections; /* defaults and sets are put in */
	int n_excludes;
	struct exclude *excludes;
};

/* Defaults, one empty section. */
void spec_init(struct spec *s);
void spec_free(struct spec *s);

/* out is overwritten, not freed, and left alone on failure. ERR_IO, or ERR_FORMAT with file and line. */
MUST_CHECK int spec_load(struct spec *out, const char *path, struct diag *d);
/* The same from memory; file is the name for messages. For tests and the fuzz target too. */
MUST_CHECK int spec_parse(struct spec *out, const char *text, size_t n, const char *file, struct diag *d);
/* A shipped sweep by name ("demo", "quick"): $INFEROMETER_DATA/sweeps/NAME.yaml, else the embedded one.
 * ERR_USAGE naming the known ones. */
MUST_CHECK int spec_load_named(struct spec *out, const char *name, struct diag *d);
const char *const *spec_named(void); /* NULL-terminated. Static. */

/* At least so many repetitions of the point: as it was asked for, else 3. A kernel alone on a device takes microseconds, and
 * the first ones of a row tell little: 20 of these. */
int spec_repeat(const struct spec *s, const struct point *p);

/* Replaces an axis in every section: text is "1,2,4" or "1-8*2" (llama-bench's syntax). Sections whose
 * workloads do not heed the key are not harmed: harness/plan leaves it out there. */
MUST_CHECK int spec_set_axis(struct spec *s, enum point_key key, const char *text, struct diag *d);

/* Sets what is no axis by its name in a file ("rounds", "min_time", "counters"), as a flag says it. */
MUST_CHECK int spec_set_option(struct spec *s, const char *name, const char *text, struct diag *d);

/* Whether the numbers, however they were set, make sense. Files are checked when they are read. */
MUST_CHECK int spec_check(const struct spec *s, struct diag *d);

/* Rewrites s->text from the structs: what was really asked after flags. */
void spec_render(struct spec *s);

#endif
