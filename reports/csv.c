/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/csv.h"

#include <math.h>

#include "engines/base/strbuf.h"
#include "reports/text.h"

void csv_text(struct strbuf *line, const char *text)
{
	if (line->len)
		strbuf_putc(line, ',');
	text_csv(line, text);
}

void csv_number(struct strbuf *line, double x)
{
	strbuf_putc(line, ',');
	if (isfinite(x))
		strbuf_printf(line, "%.9g", x);
}

void csv_estimate(struct strbuf *line, const struct estimate *e)
{
	csv_number(line, e->value);
	csv_number(line, e->interval ? e->lo : NAN);
	csv_number(line, e->interval ? e->hi : NAN);
}
