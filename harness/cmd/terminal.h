/* SPDX-License-Identifier: Apache-2.0 */
/* What the terminal can do that a stream may be, and what its user wants of it. */
#ifndef IFM_CMD_TERMINAL_H
#define IFM_CMD_TERMINAL_H

#include <stdbool.h>

/* A table on paper, in a log or a mail fits TERMINAL_USUAL columns; a terminal may be wider or narrower. */
enum { TERMINAL_USUAL = 100, TERMINAL_LEAST = 60, TERMINAL_MOST = 200 };

/* Columns for a table on that descriptor, within the bounds above: $COLUMNS, else the terminal's, else the usual. */
int terminal_width(int fd);

/* A line may be written over there: a terminal, and none that is dumb. */
bool terminal_draws(int fd);

/* Colours help there: it draws, and $NO_COLOR (https://no-color.org) is empty. */
bool terminal_has_colour(int fd);

#endif
