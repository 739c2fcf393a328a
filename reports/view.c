/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "reports/number.h"
#include "reports/text.h"

const struct mark_word mark_words[] = {
	{"unfinished", "the run ended before all processes of the point were measured"},
	{"contended", "others kept the machine busy in more than 10 % of the samples; they are kept"},
	{"throttled",
	 "the device was slowed down (power, heat) beside more than 10 % of the samples; they are kept"},
	{"power-limited",
	 "the device was held to its power limit beside more than 10 % of the samples: usual under load; its "
	 "clock is what the power leaves"},
	{"faulted", "page faults inside more than 10 % of the samples"},
	{"preempted", "the process was interrupted inside more than 10 % of the samples"},
	{"migrated", "a thread changed its CPU inside more than 10 % of the samples"},
	{"client-bound", "a step takes less than 100 times what the harness itself adds to one"},
	{"unverified", "its outputs were not compared with the reference"},
	{NULL, NULL},
};

enum row_kind row_kind(const struct row *r)
{
	const char *w = point_get(&r->point->point, KEY_WORKLOAD);

	if (strcmp(w, "gemm") == 0)
		return ROW_MATRIX;
	return row_is_probe(r) ? ROW_PROBE : ROW_TOKENS;
}

const char *row_kind_title(enum row_kind k)
{
	static const char *const title[] = {"Prefill and decode", "Matrix products", "Probes"};

	return title[k];
}

struct view view_make(const struct analysis *a)
{
	struct view v = {.a = a, .processes = -1};
	const struct row *first[ROW_KIND_COUNT] = {NULL};

	for (int i = 0; i < a->n_rows; i++) {
		const struct row *r = &a->rows[i];
		enum row_kind kind = row_kind(r);

		v.count[kind]++;
		if (!first[kind])
			first[kind] = r;
		for (int k = 0; k < KEY_COUNT; k++) {
			const char *value = point_get(&r->point->point, k);

			v.varies_in[kind][k] |= strcmp(value, point_get(&first[kind]->point->point, k)) != 0;
			v.varies[k] |= strcmp(value, point_get(&a->rows[0].point->point, k)) != 0;
		}
		if (row_has_figures(r))
			v.processes = v.processes == -1 || v.processes == r->rep_s.n ? r->rep_s.n : 0;
	}
	return v;
}

/* " 512" cubed, or " 64x512x2048" (MxNxK). */
static void row_shape(struct strbuf *out, const struct point *p)
{
	const char *m = point_get(p, KEY_M), *n = point_get(p, KEY_N), *k = point_get(p, KEY_K);

	if (strcmp(m, n) == 0 && strcmp(n, k) == 0)
		strbuf_printf(out, " %s\xc2\xb3", m);
	else
		strbuf_printf(out, " %sx%sx%s", m, n, k);
}

/* " 64 MiB", or the level as it was asked for: " L2". */
static void row_size(struct strbuf *out, const char *size)
{
	char *end;
	double bytes = strtod(size, &end);

	strbuf_putc(out, ' ');
	if (*end)
		strbuf_puts(out, size);
	else
		number_bytes(out, bytes);
}

void row_test(struct strbuf *out, const struct row *r)
{
	const struct point *p = &r->point->point;
	const char *w = point_get(p, KEY_WORKLOAD);

	strbuf_puts(out, w);
	if (strcmp(w, "gemm") == 0)
		row_shape(out, p);
	else if (row_is_probe(r) && *point_get(p, KEY_SIZE))
		row_size(out, point_get(p, KEY_SIZE));
	else if (strcmp(w, "fma") == 0)
		strbuf_printf(out, " %s", point_get(p, KEY_TYPE));
	else if (strcmp(point_get(p, KEY_DEPTH), "0") != 0)
		strbuf_printf(out, " @ d%s", point_get(p, KEY_DEPTH));
}

void model_short(struct strbuf *out, const char *model)
{
	const char *slash = strrchr(model, '/'), *name = slash && slash[1] ? slash + 1 : model;
	size_t n = strlen(name);

	if (strncmp(model, "synthetic:", 10) == 0)
		name = model + 10, n = strlen(name);
	else if (n > 5 && strcmp(name + n - 5, ".gguf") == 0)
		n -= 5;
	strbuf_add(out, name, n);
}

void row_label(struct strbuf *out, const struct view *v, const struct row *r)
{
	static const struct {
		enum point_key key;
		const char *before;
	} said[] = {{KEY_MODEL, ""},	     {KEY_PRECISION, ""},     {KEY_SEQUENCES, "\xc3\x97"},
		    {KEY_UBATCH, "ub"},	     {KEY_THREADS, "t"},      {KEY_KV, "kv="},
		    {KEY_ISA, ""},	     {KEY_PROVIDER, ""},      {KEY_BLOCKING, "blocking="},
		    {KEY_ENGINE, "engine="}, {KEY_DEVICE, "device="}, {KEY_AFFINITY, "affinity="},
		    {KEY_CACHE, ""},	     {KEY_DURATION, ""},      {KEY_OPTIONS, ""}};

	row_test(out, r);
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
		const char *value = point_get(&r->point->point, said[i].key);

		if (!*value || (!v->varies_in[row_kind(r)][said[i].key] && said[i].key != KEY_PRECISION))
			continue;
		/* Another provider has no blocking of ours. */
		if (said[i].key == KEY_BLOCKING &&
		    strcmp(point_get(&r->point->point, KEY_PROVIDER), "own") != 0)
			continue;
		strbuf_printf(out, " %s", said[i].before);
		if (said[i].key == KEY_MODEL)
			model_short(out, value);
		else
			strbuf_puts(out, value);
	}
}

const struct estimate *row_rate(const struct row *r, const char **unit)
{
	const struct {
		const struct estimate *e;
		const char *unit;
	} rates[] = {{&r->tokens_s, "tokens/s"},
		     {&r->gflops_s, "GFLOP/s"},
		     {&r->call_ns, "ns"},
		     {&r->gbytes_s, "GB/s"}};
	size_t i = 0;

	while (i < 3 && rates[i].e->n == 0)
		i++;
	*unit = rates[i].unit;
	return rates[i].e;
}

const char *bound_name(enum bound b)
{
	return b == BOUND_MEMORY ? "memory" : b == BOUND_COMPUTE ? "compute" : "";
}

bool row_is_wrong(const struct row *r)
{
	return r->state == POINT_FAILED && strncmp(r->reason, "wrong:", 6) == 0;
}

bool row_is_unfinished(const struct row *r)
{
	return r->state == POINT_PLANNED && r->n_values > 0;
}

bool row_has_figures(const struct row *r)
{
	return r->state == POINT_DONE || row_is_unfinished(r);
}

const char *row_state(const struct row *r)
{
	return row_is_wrong(r) ? "wrong" : point_state_name(r->state);
}

/* Appends the beginning of the description's line `key: value`, up to what explains it: a comma or a
 * parenthesis. False when there is no such line. */
static bool describe_value(struct strbuf *out, const char *describe, const char *key)
{
	size_t n = strlen(key);

	for (const char *line = describe; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, n) == 0 && line[n] == ':') {
			const char *value = line + n + 1 + strspn(line + n + 1, " ");
			size_t len = strcspn(value, "\n,(");

			while (len > 0 && value[len - 1] == ' ')
				len--;
			strbuf_add(out, value, len);
			return len > 0;
		}
	}
	return false;
}

void row_ran(struct strbuf *out, const struct row *r)
{
	static const char *const keys[] = {"isa", "kernels", "blocks", "openblas_core"};
	const char *describe = r->point->describe;
	size_t start = out->len;

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		struct strbuf value = {0};

		if (describe_value(&value, describe, keys[i]))
			strbuf_printf(out, "%s%s", out->len > start ? " " : "", strbuf_text(&value));
		strbuf_free(&value);
	}
	if (out->len == start)
		strbuf_add(out, describe, strcspn(describe, "\n"));
}

void row_marks(struct strbuf *out, const struct row *r)
{
	const bool marked[] = {row_is_unfinished(r),
			       r->n_contended > MARK_SHARE * r->n_samples,
			       r->n_throttled > MARK_SHARE * r->n_samples,
			       r->n_power_limited > MARK_SHARE * r->n_samples,
			       r->n_faulted > MARK_SHARE * r->n_samples,
			       r->n_preempted > MARK_SHARE * r->n_samples,
			       r->n_migrated > MARK_SHARE * r->n_samples,
			       r->client_bound,
			       row_has_figures(r) && row_kind(r) != ROW_PROBE && !r->verified};
	size_t start = out->len;

	for (size_t i = 0; i < sizeof marked / sizeof marked[0]; i++)
		if (marked[i])
			strbuf_printf(out, "%s%s", out->len > start ? " " : "", mark_words[i].word);
}

bool mark_in_use(const struct view *v, const char *word)
{
	struct strbuf s = {0};
	bool found = false;

	for (int i = 0; i < v->a->n_rows && !found; i++) {
		strbuf_reset(&s);
		row_marks(&s, &v->a->rows[i]);
		found = strstr(strbuf_text(&s), word) != NULL;
	}
	strbuf_free(&s);
	return found;
}

int view_state_count(const struct view *v, enum point_state s)
{
	int n = 0;

	for (int i = 0; i < v->a->n_rows; i++)
		n += v->a->rows[i].state == s;
	return n;
}

void view_troubles(struct strbuf *out, const struct view *v)
{
	size_t start = out->len;
	int n_wrong = 0, n_unfinished = 0;

	for (int i = 0; i < v->a->n_rows; i++) {
		n_wrong += row_is_wrong(&v->a->rows[i]);
		n_unfinished += row_is_unfinished(&v->a->rows[i]);
	}
	if (n_wrong)
		strbuf_printf(out, "%d wrong", n_wrong);
	if (n_unfinished)
		strbuf_printf(out, "%s%d unfinished", out->len > start ? ", " : "", n_unfinished);
	for (int s = POINT_PLANNED; s <= POINT_UNAVAILABLE; s++) {
		int n = view_state_count(v, s) - (s == POINT_FAILED    ? n_wrong
						  : s == POINT_PLANNED ? n_unfinished
								       : 0);

		if (s != POINT_DONE && n > 0)
			strbuf_printf(out, "%s%d %s", out->len > start ? ", " : "", n,
				      s == POINT_PLANNED ? "not reached" : point_state_name(s));
	}
}

void ceiling_test(struct strbuf *out, const struct row *c)
{
	const struct point *p = &c->point->point;

	row_test(out, c);
	if (!point_is_on_cpu(p))
		strbuf_printf(out, " on %s", point_get(p, KEY_DEVICE));
}

void ceiling_name(struct strbuf *out, const struct row *c)
{
	const char *unit;
	const struct estimate *rate = row_rate(c, &unit);

	row_test(out, c);
	strbuf_putc(out, ' ');
	number_put(out, rate->value, 0);
	strbuf_printf(out, " %s", unit);
}
