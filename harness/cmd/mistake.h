/* SPDX-License-Identifier: Apache-2.0 */
/* Words that people type by mistake at the start of a command, and what to say of them. */
#ifndef IFM_CMD_MISTAKE_H
#define IFM_CMD_MISTAKE_H

#include <argp.h>

/*
 * Looks for an option that the command has not, and ends the program with a line that names the nearest, or what
 * stands here for an option of llama-bench. -h becomes --help. Values are left to the parser.
 */
void mistake_options(const struct argp *argp, int argc, char **argv);

/* Says that argv[0] is no command, and what may have been meant. Returns EXIT_WRONG_USE. */
int mistake_command(int argc, char **argv);

/* Says at standard error what is odd about a plan that runs all the same: more threads than CPUs. */
struct plan;
struct wire_hello;
void mistake_threads(const struct plan *p, const struct wire_hello *hello);

/* Says at standard error that a page has no pictures where there is no gnuplot. */
void mistake_gnuplot(void);

/* What an error about memory should end with; "" for another. Static. */
struct plan_point;
const char *mistake_memory(const struct plan_point *p);

#endif
