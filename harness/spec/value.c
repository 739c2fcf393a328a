/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/spec/value.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"

enum {
	VALUE_MAX = 4096, /* bytes; what a point's value may have */
	DIGITS_MAX = 15,  /* of a number: sums and checked products fit an int64 */
	QUOTED_MAX = 60,  /* bytes of a value that an error shows */
};

int where_fail(const struct where *w, struct diag *d, const char *fmt, ...)
{
	char text[sizeof d->text];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return diag_set_at(d, w->file ? ERR_FORMAT : ERR_USAGE, w->file, w->line, "%s", text);
}

/* ---- texts ---- */

/* Bytes of the UTF-8 character at s (RFC 3629), 0 when it is none. */
static size_t character(const unsigned char *s, size_t n)
{
	static const struct {
		unsigned char first, last, low, high; /* range of the first byte, of the second */
		size_t bytes;
	} forms[] = {
		{0x00, 0x7f, 0, 0, 1},	     {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
		{0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
		{0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
	};
	size_t f = 0;
	while (f < sizeof forms / sizeof forms[0] && (s[0] < forms[f].first || s[0] > forms[f].last))
		f++;
	if (f == sizeof forms / sizeof forms[0] || forms[f].bytes > n)
		return 0;
	if (forms[f].bytes > 1 && (s[1] < forms[f].low || s[1] > forms[f].high))
		return 0;
	for (size_t i = 2; i < forms[f].bytes; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return forms[f].bytes;
}

static bool is_control(unsigned char c, bool lines)
{
	if (lines && (c == '\t' || c == '\n' || c == '\r'))
		return false;
	return c < ' ' || c == 0x7f;
}

bool text_is_clean(const char *text, size_t n, bool lines, size_t *bad)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t i = 0, bytes = 1;
	for (; i < n && bytes; i += bytes) {
		bytes = is_control(s[i], lines) ? 0 : character(s + i, n - i);
		*bad = i;
	}
	return bytes != 0;
}

/* ---- values ---- */

static bool is_number_key(enum point_key key)
{
	static const enum point_key numbers[] = {KEY_K,		KEY_M,	     KEY_N,	KEY_SIZE,
						 KEY_SEQUENCES, KEY_THREADS, KEY_DEPTH, KEY_UBATCH};
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (numbers[i] == key)
			return true;
	return false;
}

/* The least number of a key; of a workload's, too. */
static long long number_least(enum point_key key)
{
	return key == KEY_DEPTH || key == KEY_UBATCH ? 0 : 1;
}

static int value_add(struct axis *a, enum point_key key, char *value, const struct where *w, struct diag *d)
{
	if (a->n == SPEC_VALUES_MAX) {
		free(value);
		return where_fail(w, d, "%s: more than %d values", point_key_name(key), SPEC_VALUES_MAX);
	}
	a->value = mem_realloc(a->value, ((size_t)a->n + 1) * sizeof *a->value);
	a->at = mem_realloc(a->at, ((size_t)a->n + 1) * sizeof *a->at);
	a->at[a->n] = w->line;
	a->value[a->n++] = value;
	return 0;
}

/* Digits at *s as a number, moving *s behind them; -1 when there are none or too many. */
static long long number_take(const char **s)
{
	size_t n = strspn(*s, "0123456789"), zeros = strspn(*s, "0");
	if (n == 0 || n - zeros > DIGITS_MAX)
		return -1;
	long long v = strtoll(*s, NULL, 10);
	*s += n;
	return v;
}

/* first-last, first-last+step, first-last*factor */
struct range {
	long long first, last, step;
	char op;
};

/* False when the text is no range. */
static bool range_parse(const char *text, struct range *r)
{
	r->first = number_take(&text);
	if (r->first < 0 || *text++ != '-')
		return false;
	r->last = number_take(&text);
	r->op = '+';
	r->step = 1;
	if (r->last >= 0 && (*text == '+' || *text == '*')) {
		r->op = *text++;
		r->step = number_take(&text);
	}
	return r->last >= 0 && r->step >= 0 && *text == '\0';
}

static int range_add(struct axis *a, enum point_key key, const char *text, int n_prefix,
		     const struct range *r, const struct where *w, struct diag *d)
{
	const char *name = point_key_name(key);
	/* Nothing times a factor never grows. */
	long long least = r->op == '*' ? 1 : number_least(key);
	if (r->first < least || r->last < r->first)
		return where_fail(w, d,
				  "%s: range \"%.*s\": expected from %lld on, the end not below the start",
				  name, QUOTED_MAX, text, least);
	if (r->step < (r->op == '*' ? 2 : 1))
		return where_fail(w, d, "%s: range \"%.*s\": expected a step of 1 or a factor of 2 at least",
				  name, QUOTED_MAX, text);
	for (long long v = r->first;;) {
		int rc = value_add(a, key, mem_printf("%.*s%lld", n_prefix, text, v), w, d);
		if (rc)
			return rc;
		if (r->op == '*' ? v > r->last / r->step : v > r->last - r->step)
			return 0;
		v = r->op == '*' ? v * r->step : v + r->step;
	}
}

bool range_to_all(const char *text, long long *first, char *op, long long *step)
{
	struct range r = {.op = '+', .step = 1};
	r.first = number_take(&text);
	if (r.first < 1 || strncmp(text, "-all", 4) != 0)
		return false;
	text += 4;
	if (*text == '+' || *text == '*') {
		r.op = *text++;
		r.step = number_take(&text);
	}
	if (*text || r.step < (r.op == '*' ? 2 : 1))
		return false;
	*first = r.first;
	*op = r.op;
	*step = r.step;
	return true;
}

/* A word that stands for a number, which the worker finds. */
static bool is_word(enum point_key key, const char *text)
{
	static const char *const levels[] = {"L1", "L2", "L3", "DRAM"};
	long long first, step;
	char op;
	if (key == KEY_THREADS)
		return strcmp(text, "all") == 0 || range_to_all(text, &first, &op, &step);
	for (size_t i = 0; key == KEY_SIZE && i < sizeof levels / sizeof levels[0]; i++)
		if (strcmp(text, levels[i]) == 0)
			return true;
	return false;
}

static const char *words_of(enum point_key key)
{
	if (key == KEY_SIZE)
		return " or L1, L2, L3, DRAM";
	return key == KEY_THREADS ? " or all" : "";
}

static int number_add(struct axis *a, enum point_key key, const char *text, const struct where *w,
		      struct diag *d)
{
	const char *end = text;
	long long lowest = number_least(key);
	struct range r;
	long long v = number_take(&end);
	if (v >= lowest && *end == '\0')
		return value_add(a, key, mem_printf("%lld", v), w, d);
	if (is_word(key, text))
		return value_add(a, key, mem_strdup(text), w, d);
	if (range_parse(text, &r))
		return range_add(a, key, text, 0, &r, w, d);
	return where_fail(w, d,
			  "%s: \"%.*s\": expected a whole number from %lld on, a range (1-4, 1-9+2, 1-8*2)%s",
			  point_key_name(key), QUOTED_MAX, text, lowest, words_of(key));
}

/* "tg128", or a range of them: "pp64-512*2". */
static int workload_add(struct axis *a, const char *text, const struct where *w, struct diag *d)
{
	size_t letters = strspn(text, "abcdefghijklmnopqrstuvwxyz");
	struct range r;
	if (letters > 0 && range_parse(text + letters, &r))
		return range_add(a, KEY_WORKLOAD, text, (int)letters, &r, w, d);
	return value_add(a, KEY_WORKLOAD, mem_strdup(text), w, d);
}

/* "tg128 @ d4096": a workload at a depth, as llama-bench prints it; blanks as they like. Kept as one value, in this
 * form, until the plan parts it. */
static int workload_at_add(struct axis *a, const char *text, const struct where *w, struct diag *d)
{
	size_t n = strcspn(text, "@");
	const char *depth = text + n + 1;
	depth += strspn(depth, " ");
	while (n && text[n - 1] == ' ')
		n--;
	const char *end = depth + 1;
	long long v = *depth == 'd' ? number_take(&end) : -1;
	if (n == 0 || v < 0 || *end)
		return where_fail(w, d, "workload: \"%.*s\": expected a workload at a depth as tg128 @ d4096",
				  QUOTED_MAX, text);
	if (v == 0) { /* says nothing: as without it, so that what is rendered is read as the same */
		char *alone = mem_strndup(text, n);
		int rc = workload_add(a, alone, w, d);
		free(alone);
		return rc;
	}
	return value_add(a, KEY_WORKLOAD, mem_printf("%.*s @ d%lld", (int)n, text, v), w, d);
}

/* One value or range: no comma parts it. */
static int piece_add(struct axis *a, enum point_key key, const char *text, const struct where *w,
		     struct diag *d)
{
	size_t n = strlen(text);
	if (*text == '\0')
		return where_fail(
			w, d, "%s: a value is empty: expected one between and behind commas, without blanks",
			point_key_name(key));
	if (n > VALUE_MAX)
		return where_fail(w, d, "%s: a value of %zu bytes, at most %d are allowed",
				  point_key_name(key), n, VALUE_MAX);
	if (is_number_key(key))
		return number_add(a, key, text, w, d);
	if (key == KEY_WORKLOAD && strchr(text, '@'))
		return workload_at_add(a, text, w, d);
	if (key == KEY_WORKLOAD)
		return workload_add(a, text, w, d);
	return value_add(a, key, mem_strdup(text), w, d);
}

/* The piece before the next comma, without blanks around it; *next: behind it. In the path of a model "\," is a comma. */
static char *piece_take(enum point_key key, const char *text, const char **next)
{
	text += strspn(text, " ");
	char *piece = mem_strdup(text);
	size_t n = 0, kept = 0;
	for (; text[n] && text[n] != ','; n++) {
		n += key == KEY_MODEL && text[n] == '\\' && text[n + 1] == ',';
		piece[kept++] = text[n];
	}
	while (kept && piece[kept - 1] == ' ')
		kept--;
	piece[kept] = '\0';
	*next = text + n;
	return piece;
}

static int pieces_add(struct axis *a, enum point_key key, const char *text, const struct where *w,
		      struct diag *d)
{
	for (;;) {
		char *piece = piece_take(key, text, &text);
		int rc = piece_add(a, key, piece, w, d);
		free(piece);
		if (rc || *text == '\0')
			return rc;
		text++;
	}
}

int axis_add(struct axis *a, enum point_key key, const char *text, const struct where *w, struct diag *d)
{
	size_t n = strlen(text), bad;
	if (!text_is_clean(text, n, false, &bad))
		return where_fail(w, d, "%s: byte %zu of a value: expected UTF-8 without control characters",
				  point_key_name(key), bad);
	/* A file has lists for several models; a path may hold a comma. */
	return key == KEY_MODEL && w->file ? piece_add(a, key, text, w, d) : pieces_add(a, key, text, w, d);
}

void axis_copy(struct axis *dst, const struct axis *src)
{
	*dst = (struct axis){.n = src->n, .line = src->line};
	if (src->n) {
		dst->value = mem_alloc((size_t)src->n * sizeof *dst->value);
		dst->at = mem_alloc((size_t)src->n * sizeof *dst->at);
	}
	for (int i = 0; i < src->n; i++) {
		dst->value[i] = mem_strdup(src->value[i]);
		dst->at[i] = src->at[i];
	}
}

void axis_free(struct axis *a)
{
	for (int i = 0; i < a->n; i++)
		free(a->value[i]);
	free(a->value);
	free(a->at);
	*a = (struct axis){0};
}

void axes_free(struct axis axis[KEY_COUNT])
{
	for (int k = 0; k < KEY_COUNT; k++)
		axis_free(&axis[k]);
}
