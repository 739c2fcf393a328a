/* SPDX-License-Identifier: Apache-2.0 */
/* inferometer: what people type. The table of commands and what they share. */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/nearest.h"
#include "engines/base/strbuf.h"
#include "harness/cmd/cmd.h"
#include "harness/cmd/help.h"
#include "harness/cmd/mistake.h"
#include "reports/text.h"

const struct command commands[] = {
	{"run", cmd_run, "sweep points, each visit in a fresh process, and report"},
	{"plan", cmd_plan, "print the points that run would measure, and which cannot be"},
	{"bench", cmd_bench, "llama-bench's command line and records, measured and stored as run does"},
	{"import", cmd_import, "store records of llama-bench as foreign runs"},
	{"limits", cmd_limits, "measure what this machine can do at most: memory, arithmetic, overheads"},
	{"report", cmd_report,
	 "print a stored run as a terminal table, md, csv, json or html, or compare runs"},
	{"ls", cmd_ls, "list the runs in a store"},
	{"show", cmd_show, "print everything that is stored of a run, or of one of its points"},
	{"compare", cmd_compare, "say which of two arms is slower, on fresh pairs; or compare stored runs"},
	{"gate", cmd_gate, "judge a worker against a pinned one, for every night and every pull request"},
	{"calibrate", cmd_calibrate,
	 "say how often this machine calls equal things different, and misses slower ones"},
	{"note", cmd_note, "add a note to a stored run, set or remove its labels"},
	{"rm", cmd_rm, "remove runs from the store"},
	{"generate", cmd_generate, "continue a text with a model"},
	{"logits", cmd_logits, "write a model's logits to a NumPy file"},
	{"perplexity", cmd_perplexity, "score a model on a text"},
	{"tokenize", cmd_tokenize, "print the tokens of a text, or the text of tokens"},
	{"convert", cmd_convert, "write a model as a GGUF file at another precision"},
	{"cache", cmd_cache, "list or remove packed weights that were kept on disk"},
	{"machine", cmd_machine, "print what is known of this machine and its environment"},
	{"doctor", cmd_doctor, "say what is wrong with this machine for measuring, and what to do about it"},
	{"list", cmd_list, "list counters, engines, devices, ...: usable here, or why not"},
	{"selftest", cmd_selftest, "check that the statistics keep what they promise"},
	{"store", cmd_store, "merge stores, check, prune or shrink one, export raw samples"},
	{NULL, NULL, NULL},
};

int cmd_fail(const struct diag *d)
{
	char text[sizeof d->file + sizeof d->text + 16];
	struct strbuf plain = {0};
	/* It may quote a file or a worker: nothing in it may steer the terminal. */
	text_plain(&plain, diag_format(d, text, sizeof text));
	fprintf(stderr, "inferometer: %s\n", strbuf_text(&plain));
	strbuf_free(&plain);
	return EXIT_WRONG_USE;
}

int cmd_finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "inferometer: standard output: %s\n", strerror(errno ? errno : EIO));
	return EXIT_WRONG_USE;
}

void cmd_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	argp_err_exit_status = EXIT_WRONG_USE;
	mistake_options(argp, argc, argv);
	argp_parse(argp, argc, argv, ARGP_LONG_ONLY, NULL, input);
}

long cmd_number(struct argp_state *state, const char *option, const char *text, long min, long max)
{
	char *end;
	errno = 0;
	long v = strtol(text, &end, 10);
	if (end == text || *end || errno || v < min || v > max)
		argp_error(state, "%s \"%.60s\": expected a whole number from %ld to %ld", option, text, min,
			   max);
	return v;
}

static volatile sig_atomic_t interrupted, worker_pid;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
	if (worker_pid > 0)
		kill((pid_t)worker_pid, SIGKILL);
}

void interrupt_catch(void)
{
	/* No SA_RESTART: a call that waits returns and its caller looks at the flag. */
	struct sigaction act = {.sa_handler = on_signal};
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
}

void interrupt_kills(int pid)
{
	worker_pid = pid;
	/* The signal may have come between starting the worker and this. */
	if (interrupted && pid > 0)
		kill((pid_t)pid, SIGKILL);
}

bool interrupt_seen(void)
{
	return interrupted;
}

static void usage(FILE *out)
{
	fprintf(out, "usage: inferometer COMMAND [ARGUMENT...]\n"
		     "Measures LLM inference: how fast, how near the machine's limit, how accurate, how "
		     "certain.\n\n");
	for (const struct command *c = commands; c->name; c++)
		fprintf(out, "  %-11s %s\n", c->name, c->help);
	fprintf(out, "\n'inferometer help COMMAND' tells the options, 'inferometer help TOPIC' more:\n");
	help_topics(out);
	fprintf(out, "\ninferometer(1) has all of it on one page. Begin with\n"
		     "  inferometer run quick\n");
}

/* A word after help that is neither a command nor a page. */
static int unknown_topic(const char *name)
{
	struct nearest near = {.name = name};
	struct strbuf hint = {0};
	struct diag d = {0};
	for (const struct command *c = commands; c->name; c++)
		nearest_offer(&near, c->name);
	help_offer(&near);
	if (!near.best)
		near.best = help_holding(name);
	if (!nearest_put(&near, &hint))
		strbuf_puts(&hint, "; 'inferometer help' lists both");
	diag_set(&d, ERR_USAGE, "\"%.40s\" is neither a command nor a topic%s", name, strbuf_text(&hint));
	strbuf_free(&hint);
	return cmd_fail(&d);
}

static int no_command(void)
{
	fprintf(stderr, "inferometer: no command; 'inferometer --help' lists the commands\n");
	return EXIT_WRONG_USE;
}

static int dispatch(const struct command *c, int argc, char **argv)
{
	char *name = mem_printf("inferometer %s", c->name);
	argv[0] = name;
	int status = c->fn(argc, argv);
	free(name);
	return status;
}

static const struct command *find(const char *name)
{
	const struct command *c = commands;
	while (c->name && strcmp(c->name, name) != 0)
		c++;
	return c->name ? c : NULL;
}

int main(int argc, char **argv)
{
	/* Characters, not numbers: a decimal comma would spoil what programs read. */
	setlocale(LC_CTYPE, "");
	if (argc < 2)
		return no_command();
	if (strcmp(argv[1], "--version") == 0) {
		printf("inferometer %s\n", VERSION);
		return cmd_finish(EXIT_OK);
	}
	bool help = strcmp(argv[1], "help") == 0;
	const struct command *c = find(help && argc > 2 ? argv[2] : argv[1]);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || (help && argc == 2)) {
		usage(stdout);
		return cmd_finish(EXIT_OK);
	}
	if (help && !c)
		return help_page(argv[2]) == 0 ? cmd_finish(EXIT_OK) : unknown_topic(argv[2]);
	if (!c)
		return mistake_command(argc - 1, argv + 1);
	if (help) {
		char *asked[] = {argv[0], "--help", NULL};
		return dispatch(c, 2, asked);
	}
	return dispatch(c, argc - 1, argv + 1);
}
