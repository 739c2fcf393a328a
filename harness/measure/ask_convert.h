/* SPDX-License-Identifier: Apache-2.0 */
/* The question "convert": a model's file at another precision. Within harness/measure. */
#ifndef IFM_MEASURE_ASK_CONVERT_H
#define IFM_MEASURE_ASK_CONVERT_H

#include <jansson.h>

#include "engines/base/err.h"

struct model;
struct server;

/* Tells progress by events. *ok: new reference. */
MUST_CHECK int ask_convert(struct server *s, const json_t *message, const struct model *m, json_t **ok,
			   struct diag *d);

#endif
