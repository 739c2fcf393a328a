/* SPDX-License-Identifier: Apache-2.0 */
/* report: a stored run, printed or drawn. */
#include "config.h"

#include <limits.h>

#include "harness/cmd/cmd.h"
#include "harness/cmd/output.h"
#include "reports/report.h"

enum { OPTION_STORE = OPTION_OWN, OPTION_HTML };

struct arguments {
	struct output output;
	const char *store;
	long run; /* 0: the newest */
};

static const struct argp_option options[] = {
	{"output", 'o', "FORMAT", 0, "terminal, md, csv, json or html (terminal)", 0},
	{"html", OPTION_HTML, "DIR", 0,
	 "write the HTML report with its pictures to this folder; prints nothing unless -o is given", 0},
	{"store", OPTION_STORE, "FILE", 0, "the store ($INFEROMETER_STORE, else inferometer.db)", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
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
	case ARGP_KEY_ARG:
		if (a->run)
			argp_error(state, "unexpected argument \"%.60s\": one run is reported", arg);
		a->run = cmd_number(state, "run", arg, 1, LONG_MAX);
		break;
	case ARGP_KEY_END:
		if (!a->output.format && !a->output.html)
			a->output.format = "terminal";
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[RUN]",
	.doc = "Reports a stored run: RUN is its number in the store (inferometer ls), else the newest.",
};

int cmd_report(int argc, char **argv)
{
	struct arguments a = {0};
	struct diag d = {0};
	struct store *store;
	cmd_parse(&argp, argc, argv, &a);
	int rc = store_open(&store, a.store ? a.store : store_default_path(), STORE_READ, &d);
	if (rc)
		return cmd_fail(&d);
	rc = output_run(store, a.run, &a.output, NULL, &d);
	store_close(store);
	return cmd_finish(rc ? cmd_fail(&d) : EXIT_OK);
}
