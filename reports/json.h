/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the JSON that reports write. All return a new reference. */
#ifndef IFM_REPORTS_JSON_H
#define IFM_REPORTS_JSON_H

#include <jansson.h>

#include "reports/analysis/analysis.h"

/* Whatever it holds becomes valid UTF-8 without control characters, as text_lines does; NULL is "". */
json_t *json_of_text(const char *text);
json_t *json_of_texts(const char *const *text, int n);
/* null is "none". */
json_t *json_of_number(double x);
json_t *json_of_estimate(const struct estimate *e);

void json_put_text(json_t *o, const char *key, const char *text);
void json_put_number(json_t *o, const char *key, double x);

#endif
