/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be measured, from the command line: the options that run and plan share. */
#ifndef IFM_CMD_SPEC_OPTIONS_H
#define IFM_CMD_SPEC_OPTIONS_H

#include <stdbool.h>

#include "engines/base/strbuf.h"
#include "harness/cmd/cmd.h"
#include "harness/spec/spec.h"

struct spec_options {
	const char *spec;	     /* sweep or file; NULL: flags alone */
	const char *worker;	     /* NULL: client_find_worker */
	const char *axis[KEY_COUNT]; /* as typed; NULL: not given */
	struct strbuf workloads;     /* of --workload, -p and -n together */
	bool no_verify, no_ceilings;
	const char *counters;		    /* list, NULL: not given */
	const char *seed;		    /* NULL: not given; checked */
	int rounds, warmup, repeat;	    /* -1: not given */
	double min_time, max_time, timeout; /* seconds, -1: not given */
};
#define SPEC_OPTIONS_INIT                                                                                    \
	{                                                                                                    \
		.rounds = -1, .warmup = -1, .repeat = -1, .min_time = -1, .max_time = -1, .timeout = -1      \
	}

/* The options, as a child of a command's own. Input: struct spec_options. */
extern const struct argp spec_argp;

/* The spec that they ask for, its text rewritten to say what was really asked. */
MUST_CHECK int spec_options_load(const struct spec_options *o, struct spec *out, struct diag *d);

/* --worker or the one that is found; owned by the caller. */
MUST_CHECK int spec_options_worker(const struct spec_options *o, char **path, struct diag *d);

void spec_options_free(struct spec_options *o);

#endif
