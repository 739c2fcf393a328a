/* SPDX-License-Identifier: Apache-2.0 */
/* What a spec says besides its axes, by name: one table for reading, checking and writing. Within harness/spec. */
#ifndef IFM_SPEC_OPTION_H
#define IFM_SPEC_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/spec/spec.h"
#include "harness/spec/value.h"

struct strbuf;

enum option_type {
	OPTION_TEXT = 0, /* char * */
	OPTION_INT,
	OPTION_AUTO, /* the same, or auto, which is 0 */
	OPTION_INT64,
	OPTION_SECONDS, /* double */
	OPTION_BYTES,	/* int64_t, with a suffix K, M, G or T */
	OPTION_BOOL,
	OPTION_NAMES, /* the counters: the only list */
};
struct option {
	const char *name;
	enum option_type type;
	size_t offset; /* in struct spec */
	double least, most;
};
extern const struct option options[]; /* ends with a row of NULL */

const struct option *option_find(const char *name); /* NULL: none */

/* Sets it from n texts (1, but for OPTION_NAMES). */
MUST_CHECK int option_set(struct spec *s, const struct option *o, const char *const *text, int n,
			  const struct where *w, struct diag *d);

/* Appends its value as YAML. */
void option_render(const struct spec *s, const struct option *o, struct strbuf *out);

/* The value of a key `name` that is true or false, yes or no, on or off. */
MUST_CHECK int bool_read(bool *out, const char *name, const char *text, const struct where *w,
			 struct diag *d);
/* Appends the fewest digits that give the same number back. */
void number_render(double v, struct strbuf *out);

/* Appends a text so that YAML gives the same text back, quoted where it must be. */
void text_render(const char *text, struct strbuf *out);

#endif
