/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Indexed by the negated code. */
static const char *const names[] = {
	"ok", "usage", "unsupported", "unavailable", "oom", "device", "io", "format", "cancelled", "internal",
};
enum { N_NAMES = sizeof names / sizeof names[0] };

static void one_line(char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = ' ';
}

static int set(struct diag *d, enum err code, const char *file, int line, const char *fmt, va_list ap)
{
	if (!d || d->code != ERR_OK)
		return code;
	d->code = code;
	d->line = line;
	d->file[0] = '\0';
	if (file) {
		size_t n = strlen(file);
		/* The end of a path tells more than its beginning. */
		size_t skip = n >= sizeof d->file ? n - sizeof d->file + 1 : 0;
		snprintf(d->file, sizeof d->file, "%s", file + skip);
		one_line(d->file);
	}
	vsnprintf(d->text, sizeof d->text, fmt, ap);
	one_line(d->text);
	return code;
}

/* In parentheses: analyzers have macros of these names. */
int(diag_set)(struct diag *d, enum err code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	set(d, code, NULL, 0, fmt, ap);
	va_end(ap);
	return code;
}

int(diag_set_at)(struct diag *d, enum err code, const char *file, int line, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	set(d, code, file, line, fmt, ap);
	va_end(ap);
	return code;
}

void diag_clear(struct diag *d)
{
	memset(d, 0, sizeof *d);
}

const char *diag_format(const struct diag *d, char *buf, int size)
{
	if (d->file[0] && d->line)
		snprintf(buf, size, "%s:%d: %s", d->file, d->line, d->text);
	else if (d->file[0])
		snprintf(buf, size, "%s: %s", d->file, d->text);
	else
		snprintf(buf, size, "%s", d->text);
	return buf;
}

const char *err_name(enum err code)
{
	int i = -(int)code;
	return i >= 0 && i < N_NAMES ? names[i] : "internal";
}

enum err err_from_name(const char *name)
{
	for (int i = 0; name && i < N_NAMES; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum err) - i;
	return ERR_INTERNAL;
}
