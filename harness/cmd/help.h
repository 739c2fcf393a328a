/* SPDX-License-Identifier: Apache-2.0 */
/* The topics of `inferometer help`: the pages of docs/, which stand in the program. */
#ifndef IFM_CMD_HELP_H
#define IFM_CMD_HELP_H

#include <stdio.h>

struct nearest;

/* Their names, in lines of up to 80 columns. */
void help_topics(FILE *out);
/* Prints the page to standard output, as wide as the terminal, 80 to 100 columns. -1: there is none of that name. */
int help_page(const char *topic);
/* Offers the names. */
void help_offer(struct nearest *near);
/* The first topic whose name holds the word, as "sweep" is in "writing-a-sweep"; NULL: none. Static. */
const char *help_holding(const char *word);

#endif
