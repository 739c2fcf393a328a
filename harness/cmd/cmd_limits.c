/* SPDX-License-Identifier: Apache-2.0 */
/* limits: the shipped sweep of that name for this machine's threads, and its tables. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "engines/base/pool.h"
#include "harness/cmd/output.h"
#include "harness/cmd/spec_options.h"
#include "harness/plan/plan.h"
#include "harness/run/run.h"
#include "reports/report.h"

enum { OPTION_STORE = OPTION_OWN, OPTION_ISA, OPTION_QUICK, OPTION_LABEL, OPTION_HTML, OPTION_WORKER };

struct arguments {
	struct spec_options spec;
	struct output output;
	const char *store, *label;
	bool quick, quiet;
};

static const struct argp_option options[] = {
	{"threads", 't', "N", 0, "numbers of threads (1, 2, 4, ... and all)", 0},
	{"isa", OPTION_ISA, "LEVEL", 0, "instruction set levels (all for multiply-adds, the highest else)",
	 0},
	{"quick", OPTION_QUICK, NULL, 0, "two processes a row instead of six: no intervals", 0},
	{"output", 'o', "FORMAT", 0, "terminal, md, csv, json or html instead of the tables of limits", 0},
	{"html", OPTION_HTML, "DIR", 0, "write the HTML report to this folder", 0},
	{"store", OPTION_STORE, "FILE", 0, "the store ($INFEROMETER_STORE, else inferometer.db)", 0},
	{"label", OPTION_LABEL, "TEXT", 0, "a word by which people know the run again", 0},
	{"quiet", 'q', NULL, 0, "no progress", 0},
	{"worker", OPTION_WORKER, "PROGRAM", 0, "worker program (the one installed)", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case 't':
		a->spec.axis[KEY_THREADS] = arg;
		break;
	case OPTION_ISA:
		a->spec.axis[KEY_ISA] = arg;
		break;
	case OPTION_QUICK:
		a->quick = true;
		break;
	case 'o':
		if (!emitter_find(arg))
			argp_error(state, "-o \"%.40s\": expected one of %s", arg, output_formats());
		a->output.format = arg;
		break;
	case OPTION_HTML:
		a->output.html = arg;
		break;
	case OPTION_STORE:
		a->store = arg;
		break;
	case OPTION_LABEL:
		a->label = arg;
		break;
	case 'q':
		a->quiet = true;
		break;
	case OPTION_WORKER:
		a->spec.worker = arg;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument \"%.60s\"", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
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

static int exit_status(const struct run_summary *s)
{
	if (s->interrupted)
		return EXIT_INTERRUPTED;
	return s->failed || s->visits_failed ? EXIT_POINTS : EXIT_OK;
}

static int run_in_store(const struct arguments *a, const struct spec *spec, struct store *store,
			const struct run_options *o, int *status, struct diag *d)
{
	struct plan plan = {0};
	struct wire_hello hello = {0};
	struct run_summary summary = {0};
	int rc = run_plan(spec, o->worker, &plan, &hello, d);
	if (rc)
		return rc;
	rc = run_execute(spec, &plan, &hello, store, o, &summary, d);
	if (rc == 0)
		rc = output_run(store, summary.run, &a->output, NULL, d);
	*status = exit_status(&summary);
	plan_free(&plan);
	wire_hello_free(&hello);
	return rc;
}

static int run(const struct arguments *a, const char *command, int *status, struct diag *d)
{
	struct spec spec = {0};
	struct store *store = NULL;
	char *worker = NULL;
	int rc = spec_options_load(&a->spec, &spec, d);
	if (rc == 0)
		rc = spec_options_worker(&a->spec, &worker, d);
	if (rc == 0)
		rc = store_open(&store, a->store ? a->store : store_default_path(), STORE_WRITE, d);
	if (rc == 0) {
		const struct run_options o = {
			.worker = worker,
			.label = a->label ? a->label : "",
			.command = command,
			.progress = a->quiet ? NULL : stderr,
		};
		rc = run_in_store(a, &spec, store, &o, status, d);
	}
	store_close(store);
	free(worker);
	spec_free(&spec);
	return rc;
}

int cmd_limits(int argc, char **argv)
{
	struct arguments a = {.output = {.limits = true}, .spec = {.spec = "limits"}};
	struct diag d = {0};
	struct strbuf threads = {0};
	int status = EXIT_OK;
	char *command = command_line(argc, argv);
	cmd_parse(&argp, argc, argv, &a);
	threads_put(&threads);
	if (!a.spec.axis[KEY_THREADS])
		a.spec.axis[KEY_THREADS] = strbuf_text(&threads);
	if (a.quick) {
		a.spec.option[SPEC_OPTION_ROUNDS] = "2";
		a.spec.option[SPEC_OPTION_MIN_TIME] = "0.02";
	}
	int rc = run(&a, command, &status, &d);
	spec_options_free(&a.spec);
	strbuf_free(&threads);
	free(command);
	return cmd_finish(rc ? cmd_fail(&d) : status);
}
