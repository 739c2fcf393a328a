/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading jansson values with one clear line for what is wrong. A getter
 * whose key is absent or of the wrong type sets ERR_FORMAT and names the key.
 * The _opt forms return the fallback when the key is absent or null.
 */
#ifndef IFM_BASE_JSON_H
#define IFM_BASE_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "engines/base/err.h"

MUST_CHECK int json_get_int(const json_t *o, const char *key, int64_t min, int64_t max, int64_t *out,
			    struct diag *d);
MUST_CHECK int json_get_real(const json_t *o, const char *key, double *out, struct diag *d);
/* The string belongs to o. */
MUST_CHECK int json_get_string(const json_t *o, const char *key, const char **out, struct diag *d);
MUST_CHECK int json_get_array(const json_t *o, const char *key, json_t **out, struct diag *d);
MUST_CHECK int json_get_object(const json_t *o, const char *key, json_t **out, struct diag *d);

int64_t json_opt_int(const json_t *o, const char *key, int64_t fallback);
double json_opt_real(const json_t *o, const char *key, double fallback);
const char *json_opt_string(const json_t *o, const char *key, const char *fallback);
int json_opt_bool(const json_t *o, const char *key, int fallback);

/* Compact, sorted keys, 17 digits: the same value always gives the same text. free() it. */
char *json_text(const json_t *o);

#endif
