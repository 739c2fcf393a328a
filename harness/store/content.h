/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that are named by what they hold, so that many runs share one, and records of others, so that they are known again. */
#ifndef IFM_STORE_CONTENT_H
#define IFM_STORE_CONTENT_H

#define CONTENT_ID_SIZE 33 /* 32 hex digits and NUL */

/* XXH3-128 of the n texts, each with its length before it; NULL counts as "". Returns id. */
const char *content_id(char id[CONTENT_ID_SIZE], const char *const *texts, int n);

#endif
