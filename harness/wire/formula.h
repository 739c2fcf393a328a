/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formulas of derived metrics, as text: numbers, names, + - * / and parentheses. The text may come from a file of
 * the user and is untrusted: it is evaluated, never run.
 */
#ifndef IFM_WIRE_FORMULA_H
#define IFM_WIRE_FORMULA_H

#include <stdbool.h>

#include "engines/base/err.h"

/* Longer texts, or deeper parentheses, are refused. */
#define FORMULA_SIZE  256
#define FORMULA_DEPTH 32

/* The value of a name, NaN when it is known and was not read. False: there is no such name. */
typedef bool formula_value_fn(void *arg, const char *name, double *value);

/* The value; NaN where a value is NaN or a division is by zero. ERR_FORMAT quotes what is wrong. */
MUST_CHECK int formula_eval(const char *text, formula_value_fn *value, void *arg, double *out,
			    struct diag *d);

#endif
