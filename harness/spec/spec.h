/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked for: sections of axes (lists of values a key), how often and
 * how long. From a YAML file or from flags. Every error names file, line, key
 * and the nearest known key; nothing unknown is ignored. It does not know what
 * a worker can do: harness/plan does.
 *
 *   name: demo
 *   rounds: 6            # processes a point
 *   warmup: 1            # repetitions, not counted
 *   repeat: 3            # at least so many repetitions a process
 *   min_time: 0.1        # and so many seconds
 *   sweeps:              # or the axes at top level, for one section
 *     - workload: [pp128, tg32]
 *       precision: [f32, q8_0]
 *       threads: [1, all]
 */
#ifndef IFM_SPEC_SPEC_H
#define IFM_SPEC_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "harness/wire/point.h"

struct axis {
	int n;	      /* 0: not given */
	char **value; /* owned; as written, lists and ranges (1-8*2) expanded */
	int line;     /* in the file, 0 from a flag */
};
struct section {
	struct axis axis[KEY_COUNT];
};
struct spec {
	char *name;
	char *file; /* "" when from flags */
	char *text; /* the YAML, or a YAML that says the same as the flags: stored with the run */
	int64_t seed;
	int rounds, warmup, repeat;
	double min_time_s, max_time_s; /* of a visit's window */
	double timeout_s;	       /* of one request to a worker, without the window itself */
	bool verify;		       /* compare outputs with the ref worker; default true */
	bool ceilings;		       /* measure read and fma beside; default true */
	char **counters;	       /* sources for counter visits; default clock, rusage */
	int n_counters;
	int n_sections;
	struct section *sections;
};

/* Defaults, one empty section. */
void spec_init(struct spec *s);
void spec_free(struct spec *s);

MUST_CHECK int spec_load(struct spec *out, const char *path, struct diag *d);
/* The same from memory; file is the name for messages. For tests and the fuzz target too. */
MUST_CHECK int spec_parse(struct spec *out, const char *text, size_t n, const char *file, struct diag *d);
/* A shipped sweep by name ("demo", "quick"): $INFEROMETER_DATA/sweeps/NAME.yaml, else the embedded one.
 * ERR_USAGE naming the known ones. */
MUST_CHECK int spec_load_named(struct spec *out, const char *name, struct diag *d);
const char *const *spec_named(void); /* NULL-terminated. Static. */

/* Replaces an axis in all sections that heed flags: text is "1,2,4" or "1-8*2" (llama-bench's syntax). */
MUST_CHECK int spec_set_axis(struct spec *s, enum point_key key, const char *text, struct diag *d);

/* Rewrites s->text from the structs: what was really asked after flags. */
void spec_render(struct spec *s);

#endif
