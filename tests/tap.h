/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Test Anything Protocol for C tests: include it once, call the macros, end
 * main with `return tap_done();`. ok() prints the place and the message on failure.
 */
#ifndef IFM_TESTS_TAP_H
#define IFM_TESTS_TAP_H

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tap_n, tap_failed;

__attribute__((format(printf, 4, 5), unused)) static int tap_ok(int pass, const char *file, int line,
								const char *fmt, ...)
{
	va_list ap;
	printf("%sok %d - ", pass ? "" : "not ", ++tap_n);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	if (!pass) {
		printf("# failed at %s:%d\n", file, line);
		tap_failed++;
	}
	fflush(stdout);
	return pass;
}

#define ok(pass, ...) tap_ok(!!(pass), __FILE__, __LINE__, __VA_ARGS__)

#define is_int(got, want, name)                                                                              \
	do {                                                                                                 \
		long long tap_g = (got), tap_w = (want);                                                     \
		if (!ok(tap_g == tap_w, "%s", name))                                                         \
			printf("# got %lld, expected %lld\n", tap_g, tap_w);                                 \
	} while (0)

#define is_text(got, want, name)                                                                             \
	do {                                                                                                 \
		const char *tap_g = (got), *tap_w = (want);                                                  \
		if (!ok(tap_g && strcmp(tap_g, tap_w) == 0, "%s", name))                                     \
			printf("# got \"%s\"\n# expected \"%s\"\n", tap_g ? tap_g : "(null)", tap_w);        \
	} while (0)

/* text contains part */
#define has_text(text, part, name)                                                                           \
	do {                                                                                                 \
		const char *tap_g = (text), *tap_w = (part);                                                 \
		if (!ok(tap_g && strstr(tap_g, tap_w), "%s", name))                                          \
			printf("# \"%s\" does not hold \"%s\"\n", tap_g ? tap_g : "(null)", tap_w);          \
	} while (0)

#define is_near(got, want, tol, name)                                                                        \
	do {                                                                                                 \
		double tap_g = (got), tap_w = (want);                                                        \
		if (!ok(fabs(tap_g - tap_w) <= (tol), "%s", name))                                           \
			printf("# got %.17g, expected %.17g +/- %g\n", tap_g, tap_w, (double)(tol));         \
	} while (0)

#define skip(why)     (printf("ok %d # SKIP %s\n", ++tap_n, why))
#define bail(why)     (printf("Bail out! %s\n", why), exit(1))
#define skip_all(why) (printf("1..0 # SKIP %s\n", why), exit(0))

__attribute__((unused)) static int tap_done(void)
{
	printf("1..%d\n", tap_n);
	return tap_failed != 0;
}

#endif
