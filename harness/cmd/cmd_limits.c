/* SPDX-License-Identifier: Apache-2.0 */
/* limits: the shipped sweep of that name for this machine's threads, and its tables. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/pool.h"
#include "harness/cmd/measuring.h"

enum { OPTION_ISA = OPTION_MEASURING_END, OPTION_DEVICE, OPTION_QUICK, OPTION_WORKER };

static const struct argp_option options[] = {
	{"threads", 't', "N", 0, "numbers of threads (1, 2, 4, ... and all)", 0},
	{"isa", OPTION_ISA, "LEVEL", 0, "instruction set levels (all for multiply-adds, the highest else)",
	 0},
	{"device", OPTION_DEVICE, "NAME", 0, "what is measured: cpu, cuda:0, ... or all (cpu)", 0},
	{"quick", OPTION_QUICK, NULL, 0, "two processes a row instead of six: no intervals", 0},
	{"output", 'o', "FORMAT", 0, "terminal, md, csv, json or html instead of the tables of limits", 0},
	{"html", OPTION_HTML, "DIR", 0, "write the HTML report to this folder", 0},
	{"store", OPTION_STORE, "FILE", 0, "the store ($INFEROMETER_STORE, else inferometer.db)", 0},
	{"label", OPTION_LABEL, "LABEL", 0,
	 "a word by which people know the run again, or KEY=VALUE; may stand more than once", 0},
	{"no-color", OPTION_NO_COLOUR, NULL, 0, "no colours, whatever the terminal can do", 0},
	{"quiet", 'q', NULL, 0, "no progress", 0},
	{"worker", OPTION_WORKER, "PROGRAM", 0, "worker program (the one installed)", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct measuring *m = state->input;
	switch (key) {
	case 't':
		m->spec.axis[KEY_THREADS] = arg;
		break;
	case OPTION_ISA:
		m->spec.axis[KEY_ISA] = arg;
		break;
	case OPTION_DEVICE:
		m->spec.axis[KEY_DEVICE] = arg;
		break;
	case OPTION_QUICK:
		m->spec.option[SPEC_OPTION_ROUNDS] = "2";
		m->spec.option[SPEC_OPTION_MIN_TIME] = "0.02";
		break;
	case OPTION_WORKER:
		m->spec.worker = arg;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument \"%.60s\"", arg);
		break;
	default:
		return measuring_option(m, key, arg, state);
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Measures what this machine can do at most: how fast each level of its memory is read, "
	       "written, "
	       "copied and added (STREAM's triad) and how long a load waits for it, how many multiply-adds "
	       "each "
	       "instruction set level does, and what a parallel region and a reading of the clock cost. That "
	       "is the "
	       "shipped sweep 'limits': it is stored as any run, about two minutes on two CPUs. A level or "
	       "type that "
	       "is not there is said to be so and is no failure.",
};

/* "1,2,4,6" of 6 CPUs. */
static void threads_put(struct strbuf *out)
{
	int all = pool_usable_cpus();
	for (int n = 1; n < all; n *= 2)
		strbuf_printf(out, "%d,", n);
	strbuf_printf(out, "%d", all);
}

int cmd_limits(int argc, char **argv)
{
	struct measuring m = {.output = {.limits = true}, .spec = {.spec = "limits"}, .absent_is_fine = true};
	struct strbuf threads = {0};
	char *command = command_line(argc, argv); /* parsing may reorder it */
	cmd_parse(&argp, argc, argv, &m);
	/* A device has threads of its own, and types that a CPU has not. The CPU named is the CPU left out. */
	const char *device = m.spec.axis[KEY_DEVICE];
	if (device && !device_is_cpu(device)) {
		strbuf_puts(&threads, "1-all*2");
		m.spec.axis[KEY_TYPE] = "f32,tf32,f16,bf16,int8";
	} else {
		threads_put(&threads);
	}
	if (!m.spec.axis[KEY_THREADS])
		m.spec.axis[KEY_THREADS] = strbuf_text(&threads);
	int status = measuring_run(&m, command);
	strbuf_free(&threads);
	free(command);
	return status;
}
