/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands: each parses its arguments, calls the rooms below and prints.
 * All printing and all exit statuses of `inferometer` are here.
 */
#ifndef IFM_CMD_CMD_H
#define IFM_CMD_CMD_H

#include <argp.h>
#include <stdbool.h>

#include "engines/base/err.h"

/* One table for all commands; the highest-ranking wins in the order 2, 4, 1, 5, 3, 0. */
enum exit_status {
	EXIT_OK = 0,
	EXIT_SLOWER = 1,
	EXIT_WRONG_USE = 2,    /* usage, input, I/O */
	EXIT_OPEN = 3,	       /* inconclusive on a point that is required */
	EXIT_UNCALIBRATED = 4, /* calibration failed: verdicts are not to be believed */
	EXIT_POINTS = 5,       /* some points failed, or something was named and is unavailable */
	EXIT_INTERRUPTED = 130,
};

/* argv[0] is "inferometer NAME". Returns an exit status. */
typedef int command_fn(int argc, char **argv);

struct command {
	const char *name;
	command_fn *fn;
	const char *help; /* one line */
};
extern const struct command commands[]; /* ends with a NULL name */

command_fn cmd_run, cmd_plan, cmd_report, cmd_ls, cmd_show, cmd_generate, cmd_logits, cmd_perplexity,
	cmd_tokenize, cmd_convert, cmd_cache, cmd_machine, cmd_limits, cmd_list, cmd_store, cmd_selftest,
	cmd_doctor, cmd_bench, cmd_import, cmd_compare, cmd_calibrate, cmd_gate, cmd_note, cmd_rm;

/* Prints "inferometer: file:line: text" to standard error. Returns EXIT_WRONG_USE. */
int cmd_fail(const struct diag *d);

/* Flushes standard output; a full disk or a closed pipe is an error like any other. status or EXIT_WRONG_USE. */
int cmd_finish(int status);

/* argp_parse with our settings: long options may have one dash. Ends the program on --help and wrong use,
 * with EXIT_WRONG_USE for the latter. */
void cmd_parse(const struct argp *argp, int argc, char **argv, void *input);

/* The command as typed, quoted for a shell, for the store; free() it. */
char *command_line(int argc, char **argv);

/* The text as a whole number in [min, max]; else argp_error() naming the option. */
long cmd_number(struct argp_state *state, const char *option, const char *text, long min, long max);
/* From here on SIGINT and SIGTERM set a flag and kill the worker that is waited for, so that the command goes on
 * and can remove what is half-written. */
void interrupt_catch(void);
bool interrupt_seen(void);
/* The worker that is waited for; 0: none. */
void interrupt_kills(int pid);

/* Long options without a letter of their own: keys beyond all characters, a range a table. */
enum { OPTION_SPEC = 0x100, OPTION_ASK = 0x200, OPTION_FRESH = 0x280, OPTION_OWN = 0x300 };

#endif
