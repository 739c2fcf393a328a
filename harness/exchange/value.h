/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of others' records: JSON has them with their types, CSV and SQL as texts, old versions as other types. All
 * errors are ERR_FORMAT naming the key. Within harness/exchange.
 */
#ifndef IFM_EXCHANGE_VALUE_H
#define IFM_EXCHANGE_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "engines/base/err.h"

/* value NULL: the key is missing. */
MUST_CHECK int value_int(const json_t *value, const char *key, int64_t min, int64_t max, int64_t *out,
			 struct diag *d);
MUST_CHECK int value_real(const json_t *value, const char *key, double *out, struct diag *d);
MUST_CHECK int value_bool(const json_t *value, const char *key, bool *out, struct diag *d);
/* *out: owned by the caller. */
MUST_CHECK int value_text(const json_t *value, const char *key, char **out, struct diag *d);

#endif
