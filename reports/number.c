/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/number.h"

#include <math.h>
#include <stdio.h>

#define MINUS	    "\xe2\x88\x92"
#define PLUS_MINUS  "\xc2\xb1"
#define DASH	    "\xe2\x80\x93"
#define DOT	    "\xc2\xb7"
#define MOST_PLACES 6

double estimate_half(const struct estimate *e)
{
	return (e->hi - e->lo) / 2;
}

/* Decimals that show two digits of half, else three digits of x. */
static int places(double x, double half)
{
	double ref = half > 0 && isfinite(half) ? half : fabs(x) / 10;
	int n;

	if (!(ref > 0) || !isfinite(ref))
		return 0;
	n = 1 - (int)floor(log10(ref));
	return n < 0 ? 0 : n > MOST_PLACES ? MOST_PLACES : n;
}

void number_put(struct strbuf *out, double x, double half)
{
	if (isnan(x))
		strbuf_puts(out, DASH);
	else if (isinf(x))
		strbuf_puts(out, x > 0 ? "infinite" : MINUS "infinite");
	else
		strbuf_printf(out, "%s%.*f", x < 0 ? MINUS : "", places(x, half), fabs(x));
}

void number_short(struct strbuf *out, double x)
{
	if (x >= 9999.5)
		strbuf_printf(out, x >= 99950 ? "%.0fk" : "%.1fk", x / 1000);
	else
		number_put(out, x, 0);
}

void number_put_half(struct strbuf *out, double half)
{
	number_put(out, half, half);
}

bool number_is_uneven(const struct estimate *e)
{
	double half = estimate_half(e), up = e->hi - e->value, down = e->value - e->lo;

	return half >= fabs(e->value) ||
	       (fmax(up, down) >= 3 * fmin(up, down) && half >= 0.005 * fabs(e->value));
}

static void put_bounds(struct strbuf *interval, const struct estimate *e)
{
	double half = estimate_half(e);

	strbuf_putc(interval, '[');
	number_put(interval, e->lo, half);
	strbuf_puts(interval, ", ");
	number_put(interval, e->hi, half);
	strbuf_putc(interval, ']');
}

void number_estimate(struct strbuf *value, struct strbuf *interval, const struct estimate *e)
{
	double half = estimate_half(e);

	if (e->n == 0)
		return;
	number_put(value, e->value, e->interval ? half : 0);
	if (!e->interval) {
		strbuf_puts(interval, "n too small");
	} else if (number_is_uneven(e)) {
		put_bounds(interval, e);
	} else {
		strbuf_puts(interval, PLUS_MINUS);
		number_put_half(interval, half);
	}
}

void number_estimate_brief(struct strbuf *value, struct strbuf *interval, const struct estimate *e)
{
	double side = fmax(e->hi - e->value, e->value - e->lo);

	if (e->n == 0)
		return;
	number_put(value, e->value, e->interval ? side : 0);
	if (!e->interval) {
		strbuf_puts(interval, "n<6");
	} else if (side >= fabs(e->value)) {
		put_bounds(interval, e);
	} else {
		strbuf_puts(interval, PLUS_MINUS);
		number_put_half(interval, side);
	}
}

void number_power(struct strbuf *out, double x)
{
	static const char *const raised[] = {"\xe2\x81\xb0", "\xc2\xb9",     "\xc2\xb2",     "\xc2\xb3",
					     "\xe2\x81\xb4", "\xe2\x81\xb5", "\xe2\x81\xb6", "\xe2\x81\xb7",
					     "\xe2\x81\xb8", "\xe2\x81\xb9"};
	char digits[16];
	int exponent;

	if (!isfinite(x) || x == 0) {
		strbuf_puts(out, isnan(x) ? DASH : x == 0 ? "0" : "infinite");
		return;
	}
	exponent = (int)floor(log10(fabs(x)));
	if (fabs(x) / pow(10, exponent) >= 9.95) /* rounds to 10.0 */
		exponent++;
	strbuf_printf(out, "%.1f" DOT "10%s", x / pow(10, exponent), exponent < 0 ? "\xe2\x81\xbb" : "");
	snprintf(digits, sizeof digits, "%d", exponent < 0 ? -exponent : exponent);
	for (const char *d = digits; *d; d++)
		strbuf_puts(out, raised[*d - '0']);
}

void number_bytes(struct strbuf *out, double bytes)
{
	static const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	size_t i = 0;

	if (isnan(bytes)) {
		strbuf_puts(out, DASH);
		return;
	}
	while (bytes >= 1024 && i + 1 < sizeof unit / sizeof unit[0]) {
		bytes /= 1024;
		i++;
	}
	strbuf_printf(out, "%.*f %s", bytes < 10 && bytes != floor(bytes) ? 1 : 0, bytes, unit[i]);
}
