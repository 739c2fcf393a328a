/* SPDX-License-Identifier: Apache-2.0 */
/* One event set: it belongs to the thread that opened it, which alone may use it. */
#ifndef IFM_COUNTER_PAPI_SET_H
#define IFM_COUNTER_PAPI_SET_H

#include <stdbool.h>

/* As many as a group of counters may have. */
#define PAPI_SET_MAX 32

struct papi_lib;

struct papi_set {
	const struct papi_lib *lib;
	int id; /* PAPI_NULL: not open */
	bool runs;
};

/* A set of the n events, started. On failure nothing is held and why says which event or call failed. */
bool papi_set_open(struct papi_set *s, const struct papi_lib *lib, const char *const *event, int n, char *why,
		   int size);
/* n values, since it was opened. */
bool papi_set_read(struct papi_set *s, long long *values, char *why, int size);
void papi_set_close(struct papi_set *s); /* one that is not open is fine */

#endif
