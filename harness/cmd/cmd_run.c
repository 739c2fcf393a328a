/* SPDX-License-Identifier: Apache-2.0 */
/* run: from a spec to a run in the store and a table. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cmd/measuring.h"
#include "harness/cmd/run_named.h"
#include "harness/spec/spec.h"

enum { OPTION_RESUME = OPTION_MEASURING_END };

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "What is kept and printed", 3},
	{"output", 'o', "FORMAT", 0, "terminal, md, csv, json or html (terminal)", 3},
	{"html", OPTION_HTML, "DIR", 0, "write the HTML report with its pictures to this folder", 3},
	{"store", OPTION_STORE, "FILE", 0, "the store ($INFEROMETER_STORE, else inferometer.db)", 3},
	{"label", OPTION_LABEL, "LABEL", 0,
	 "a word by which people know the run again, or KEY=VALUE; may stand more than once", 3},
	{"resume", OPTION_RESUME, NULL, 0,
	 "finish a run that was interrupted or killed: RUN, else the newest of them", 3},
	{"no-color", OPTION_NO_COLOUR, NULL, 0, "no colours, whatever the terminal can do", 3},
	{"quiet", 'q', NULL, 0, "no progress", 3},
	{0},
};

/* A file or a shipped sweep; a number, and anything else that is resumed, is a run. */
static bool names_spec(const char *arg)
{
	struct spec spec = {0};
	struct diag ignored = {0};
	if (strspn(arg, "0123456789") == strlen(arg))
		return false;
	if (strchr(arg, '/') || strstr(arg, ".yaml") || access(arg, F_OK) == 0)
		return true;
	int rc = spec_load_named(&spec, arg, &ignored);
	spec_free(&spec);
	return rc == 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct measuring *m = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &m->spec;
		break;
	case OPTION_RESUME:
		m->resume = true;
		break;
	case ARGP_KEY_ARG:
		/* Options come first, however they were typed. */
		if (!m->resume || m->run || names_spec(arg))
			return ARGP_ERR_UNKNOWN;
		m->run = arg;
		break;
	default:
		return measuring_option(m, key, arg, state);
	}
	return 0;
}

static const struct argp_child children[] = {{&spec_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "[SPEC]\n--resume [RUN]",
	.doc = "Measures every point of a sweep: SPEC is a shipped sweep or a YAML file; options "
	       "replace its axes, or make a sweep of their own. Each visit runs in a fresh process, in "
	       "randomised "
	       "complete blocks; raw samples go into the store, a table to standard output. " RUN_NAMED_HELP
	       ".",
};

int cmd_run(int argc, char **argv)
{
	struct measuring m = {.output = {.format = "terminal"}};
	char *command = command_line(argc, argv); /* parsing may reorder it */
	cmd_parse(&argp, argc, argv, &m);
	int status = measuring_run(&m, command);
	free(command);
	return status;
}
