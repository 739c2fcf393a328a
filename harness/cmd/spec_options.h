/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be measured, from the command line: the options that run and plan share. */
#ifndef IFM_CMD_SPEC_OPTIONS_H
#define IFM_CMD_SPEC_OPTIONS_H

#include <stdbool.h>

#include "engines/base/strbuf.h"
#include "harness/cmd/cmd.h"
#include "harness/run/run.h"
#include "harness/spec/spec.h"

/* What is no axis: the names that a file has. */
enum spec_option {
	SPEC_OPTION_ROUNDS = 0,
	SPEC_OPTION_WARMUP,
	SPEC_OPTION_REPEAT,
	SPEC_OPTION_MIN_TIME,
	SPEC_OPTION_MAX_TIME,
	SPEC_OPTION_TIMEOUT,
	SPEC_OPTION_VISIT_TIMEOUT,
	SPEC_OPTION_MEMORY_LIMIT,
	SPEC_OPTION_IDLE,
	SPEC_OPTION_WAIT_QUIET,
	SPEC_OPTION_SEED,
	SPEC_OPTION_COUNTERS,
	SPEC_OPTION_VERIFY,
	SPEC_OPTION_CEILINGS,
	SPEC_OPTION_COUNT
};

/* All zero: nothing was given. */
struct spec_options {
	const char *spec;		       /* sweep or file; NULL: flags alone */
	const char *worker;		       /* NULL: client_find_worker */
	const char *with[RUN_BESIDE_MAX];      /* --beside, as often as it stands */
	struct run_beside beside;	       /* the same, n and all */
	const char *axis[KEY_COUNT];	       /* as typed; NULL: not given */
	struct strbuf workloads;	       /* of --workload, -p and -n together */
	bool prompt, gen;		       /* -p, -n were given, maybe as 0 */
	const char *option[SPEC_OPTION_COUNT]; /* likewise, of what is no axis */
};

/* The options, as a child of a command's own. Input: struct spec_options. */
extern const struct argp spec_argp;

/* The spec that they ask for, its text rewritten to say what was really asked. */
MUST_CHECK int spec_options_load(const struct spec_options *o, struct spec *out, struct diag *d);

/* --worker or the one that is found; owned by the caller. */
MUST_CHECK int spec_options_worker(const struct spec_options *o, char **path, struct diag *d);

void spec_options_free(struct spec_options *o);

#endif
