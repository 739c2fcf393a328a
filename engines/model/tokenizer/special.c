/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/tokenizer/special.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/model/tokenizer/kind.h"

/* ---- making the lists ---- */

static bool is_special(const struct tokenizer *t, int32_t id)
{
	size_t n;
	const char *text = texts_at(&t->texts, id, &n);
	bool type = t->types[id] == TOKEN_CONTROL || t->types[id] == TOKEN_USER_DEFINED ||
		    t->types[id] == TOKEN_UNKNOWN;
	/* Of equal texts only the one that is found counts; an empty one never is. */
	return type && texts_find(&t->texts, text, n) == id;
}

static int by_length(const void *a, const void *b, void *arg)
{
	const struct special *x = a, *y = b;
	const struct texts *texts = arg;
	size_t n = texts->spans[x->id].n, m = texts->spans[y->id].n;
	if (n != m)
		return n > m ? -1 : 1;
	return x->id < y->id ? -1 : 1;
}

static int by_bytes(const void *a, const void *b, void *arg)
{
	const struct tokenizer *t = arg;
	size_t n, m;
	const char *x = texts_at(&t->texts, t->specials.list[*(const int32_t *)a].id, &n);
	const char *y = texts_at(&t->texts, t->specials.list[*(const int32_t *)b].id, &m);
	int order = memcmp(x, y, n < m ? n : m);
	if (order)
		return order;
	return n < m ? -1 : 1;
}

/* The three of Phi 3 that do not take spaces along, in llama.cpp either. */
static bool keeps_spaces(const struct tokenizer *t, int32_t id)
{
	static const char *const names[] = {"<unk>", "<s>", "<|endoftext|>"};
	size_t n;
	const char *text = texts_at(&t->texts, id, &n);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strlen(names[i]) == n && memcmp(names[i], text, n) == 0)
			return true;
	return false;
}

int specials_build(struct tokenizer *t, bool phi3, struct diag *d)
{
	struct specials *s = &t->specials;
	size_t n = 0;
	for (int32_t id = 0; id < t->n_tokens; id++)
		n += is_special(t, id);
	s->list = mem_try_array(n, sizeof *s->list);
	s->sorted = mem_try_array(n, sizeof *s->sorted);
	if (!s->list || !s->sorted)
		return diag_set(d, ERR_OOM, "tokenizer: no memory for %zu special tokens", n);
	for (int32_t id = 0; id < t->n_tokens; id++) {
		if (!is_special(t, id))
			continue;
		s->sorted[s->n] = s->n;
		bool always = t->types[id] == TOKEN_USER_DEFINED;
		s->list[s->n++] = (struct special){id, always, phi3 && !keeps_spaces(t, id)};
	}
	qsort_r(s->list, (size_t)s->n, sizeof *s->list, by_length, &t->texts);
	qsort_r(s->sorted, (size_t)s->n, sizeof *s->sorted, by_bytes, t);
	return 0;
}

/* ---- which of them are in the text at all ---- */

/* The first of sorted[lo, hi) whose byte k is not below c; all have such a byte. */
static int32_t bound(const struct tokenizer *t, int32_t lo, int32_t hi, size_t k, int c)
{
	const struct specials *s = &t->specials;
	while (lo < hi) {
		int32_t mid = lo + (hi - lo) / 2;
		size_t n;
		const char *text = texts_at(&t->texts, s->list[s->sorted[mid]].id, &n);
		if ((unsigned char)text[k] < c)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Marks those that n bytes of text begin with: sorted is walked like a tree, a byte a level. */
static void mark_at(const struct tokenizer *t, const char *text, size_t n, bool *seen)
{
	const struct specials *s = &t->specials;
	int32_t lo = 0, hi = s->n;
	for (size_t k = 0; k < n && lo < hi; k++) {
		int c = (unsigned char)text[k];
		lo = bound(t, lo, hi, k, c);
		hi = bound(t, lo, hi, k, c + 1);
		if (lo < hi && t->texts.spans[s->list[s->sorted[lo]].id].n == k + 1)
			seen[s->sorted[lo++]] = true;
	}
}

static void mark(const struct tokenizer *t, const char *text, size_t n, bool *seen)
{
	bool opens[256] = {false};
	for (int32_t i = 0; i < t->specials.n; i++)
		opens[(unsigned char)t->texts.bytes[t->texts.spans[t->specials.list[i].id].at]] = true;
	for (size_t i = 0; i < n; i++)
		if (opens[(unsigned char)text[i]])
			mark_at(t, text + i, n - i, seen);
}

/* ---- taking them out ---- */

/* An empty text is no fragment. */
static int add(struct fragments *f, struct fragment next, struct diag *d)
{
	if (next.id < 0 && next.n == 0)
		return 0;
	if (f->n == f->cap) {
		size_t cap = f->cap ? 2 * f->cap : 16;
		struct fragment *list = realloc(f->list, cap * sizeof *list);
		if (!list)
			return diag_set(d, ERR_OOM, "tokenizer: no memory for %zu pieces of text", cap);
		f->list = list;
		f->cap = cap;
	}
	f->list[f->n++] = next;
	return 0;
}

static size_t spaces(const char *text, size_t n)
{
	size_t i = 0;
	while (i < n && isspace((unsigned char)text[i]))
		i++;
	return i;
}

/* Adds a text fragment with each place of a special token cut out of it. */
static int cut(const struct tokenizer *t, const struct special *special, const char *text,
	       struct fragment left, struct fragments *out, struct diag *d)
{
	size_t n;
	const char *token = texts_at(&t->texts, special->id, &n);
	const char *hit;
	int rc = 0;
	while (rc == 0 && (hit = memmem(text + left.at, left.n, token, n))) {
		size_t at = (size_t)(hit - text), end = left.at + left.n, next = at + n;
		rc = add(out, (struct fragment){left.at, at - left.at, -1}, d);
		if (rc == 0)
			rc = add(out, (struct fragment){at, n, special->id}, d);
		if (special->strips)
			next += spaces(text + next, end - next);
		left = (struct fragment){next, end - next, -1};
	}
	return rc ? rc : add(out, left, d);
}

static int take_out(const struct tokenizer *t, const struct special *special, const char *text,
		    struct fragments *f, struct diag *d)
{
	struct fragments out = {0};
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < f->n; i++)
		rc = f->list[i].id < 0 ? cut(t, special, text, f->list[i], &out, d)
				       : add(&out, f->list[i], d);
	if (rc) {
		free(out.list);
		return rc;
	}
	free(f->list);
	*f = out;
	return 0;
}

int specials_split(const struct tokenizer *t, const char *text, size_t n, bool control, struct fragments *out,
		   struct diag *d)
{
	const struct specials *s = &t->specials;
	struct fragments f = {0};
	bool *seen = mem_try_array((size_t)s->n, sizeof *seen);
	if (!seen)
		return diag_set(d, ERR_OOM, "tokenizer: no memory for %d special tokens", s->n);
	mark(t, text, n, seen);
	int rc = add(&f, (struct fragment){0, n, -1}, d);
	for (int32_t i = 0; rc == 0 && i < s->n; i++)
		if (seen[i] && (control || s->list[i].always))
			rc = take_out(t, &s->list[i], text, &f, d);
	free(seen);
	if (rc) {
		free(f.list);
		return rc;
	}
	*out = f;
	return 0;
}
