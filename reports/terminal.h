/* SPDX-License-Identifier: Apache-2.0 */
/* What stands above and below the tables of a terminal. */
#ifndef IFM_REPORTS_TERMINAL_H
#define IFM_REPORTS_TERMINAL_H

#include <stdio.h>

#include "reports/report.h"
#include "reports/view.h"

#define ANSI_BOLD "\x1b[1m"
#define ANSI_MUTE "\x1b[2m"
#define ANSI_BAD  "\x1b[31m"
#define ANSI_MARK "\x1b[33m"
#define ANSI_OFF  "\x1b[0m"

/* A table on paper, in a log or a mail fits the usual; narrower terminals get lines that wrap. */
#define TERMINAL_USUAL 100
#define TERMINAL_LEAST 60
/* How many a report may take. */
int terminal_columns(const struct report_options *options);

/* Model, machine, keys that are the same in all rows, processes, ceilings. */
void terminal_header(FILE *out, const struct view *v, const struct report_options *options);
/* What the marks mean, and the commands that repeat what failed. */
void terminal_footer(FILE *out, const struct view *v, const struct report_options *options);

/* A line of plain text, broken between words, and in a word that is wider than width. It may change colours. */
void terminal_wrapped(FILE *out, const char *text, int width);
/* Several lines of any text, each broken like that. */
void terminal_lines(FILE *out, const char *text, int width);

#endif
