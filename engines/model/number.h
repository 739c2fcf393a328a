/* SPDX-License-Identifier: Apache-2.0 */
/* Whole numbers of texts. Within engines/model. */
#ifndef IFM_MODEL_NUMBER_H
#define IFM_MODEL_NUMBER_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/* The whole text as a number from 1 to max; false otherwise. */
static inline bool number_parse(const char *text, int max, int *out)
{
	char *end;
	errno = 0;
	long n = strtol(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || n < 1 || n > max)
		return false;
	*out = (int)n;
	return true;
}

#endif
