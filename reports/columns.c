/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/columns.h"

#include <math.h>
#include <stdlib.h>

#include "reports/number.h"

#define UNUSED __attribute__((unused))
#define PUT(name)                                                                                            \
	static void put_##name(struct strbuf *text, struct strbuf *interval UNUSED,                          \
			       const struct view *v UNUSED, const struct row *r)

/* ---- keys ---- */
#define PUT_KEY(name, key)                                                                                   \
	PUT(name)                                                                                            \
	{                                                                                                    \
		strbuf_puts(text, point_get(&r->point->point, key));                                         \
	}
#define RAW_KEY(name, key)                                                                                   \
	static double raw_##name(const struct row *r)                                                        \
	{                                                                                                    \
		return row_number(r, key);                                                                   \
	}
/* A key's column stands in the table when the key varies there; else the heading says it. */
#define WANTED_KEY(name, key)                                                                                \
	static bool wanted_##name(const struct view *v, enum row_kind kind)                                  \
	{                                                                                                    \
		return v->varies_in[kind][key];                                                              \
	}
PUT_KEY(precision, KEY_PRECISION)
PUT_KEY(sequences, KEY_SEQUENCES)
PUT_KEY(ubatch, KEY_UBATCH)
PUT_KEY(threads, KEY_THREADS)
PUT_KEY(isa, KEY_ISA)
PUT_KEY(kv, KEY_KV)
PUT_KEY(blocking, KEY_BLOCKING)
PUT_KEY(provider, KEY_PROVIDER)
PUT_KEY(engine, KEY_ENGINE)
PUT_KEY(device, KEY_DEVICE)
PUT_KEY(affinity, KEY_AFFINITY)
PUT_KEY(cache, KEY_CACHE)
PUT_KEY(duration, KEY_DURATION)
PUT_KEY(options, KEY_OPTIONS)
PUT_KEY(inject, KEY_INJECT)
RAW_KEY(sequences, KEY_SEQUENCES)
RAW_KEY(ubatch, KEY_UBATCH)
RAW_KEY(threads, KEY_THREADS)
WANTED_KEY(model, KEY_MODEL)
WANTED_KEY(ubatch, KEY_UBATCH)
WANTED_KEY(threads, KEY_THREADS)
WANTED_KEY(isa, KEY_ISA)
WANTED_KEY(kv, KEY_KV)
WANTED_KEY(blocking, KEY_BLOCKING)
WANTED_KEY(provider, KEY_PROVIDER)
WANTED_KEY(engine, KEY_ENGINE)
WANTED_KEY(device, KEY_DEVICE)
WANTED_KEY(affinity, KEY_AFFINITY)
WANTED_KEY(cache, KEY_CACHE)
WANTED_KEY(duration, KEY_DURATION)
WANTED_KEY(options, KEY_OPTIONS)
WANTED_KEY(inject, KEY_INJECT)

PUT(model)
{
	model_short(text, point_get(&r->point->point, KEY_MODEL));
}

PUT(test)
{
	row_test(text, r);
}

static bool wanted_measured(const struct view *v UNUSED, enum row_kind kind)
{
	return kind != ROW_PROBE;
}

static bool wanted_tokens(const struct view *v UNUSED, enum row_kind kind)
{
	return kind == ROW_TOKENS;
}

/* Too few samples for that percentile in every row: then there is nothing to show. */
static bool wanted_p99(const struct view *v, enum row_kind kind)
{
	for (int i = 0; i < v->a->n_rows; i++)
		if (row_kind(&v->a->rows[i]) == kind && isfinite(v->a->rows[i].step_p99_ms))
			return true;
	return false;
}

static bool wanted_probe(const struct view *v UNUSED, enum row_kind kind)
{
	return kind == ROW_PROBE;
}

/* Rows of what is timed one by one. */
static bool wanted_calls(const struct view *v, enum row_kind kind)
{
	for (int i = 0; i < v->a->n_rows; i++)
		if (row_kind(&v->a->rows[i]) == kind && v->a->rows[i].call_ns.n > 0)
			return true;
	return false;
}

static bool wanted_plain(const struct view *v UNUSED, enum row_kind kind)
{
	return kind != ROW_TOKENS;
}

/* ---- rates ---- */
#define PUT_ESTIMATE(name, member)                                                                           \
	PUT(name)                                                                                            \
	{                                                                                                    \
		(v->ascii ? number_estimate_brief : number_estimate)(text, interval, &r->member);            \
	}                                                                                                    \
	static double raw_##name(const struct row *r)                                                        \
	{                                                                                                    \
		return r->member.value;                                                                      \
	}
PUT_ESTIMATE(tokens, tokens_s)
PUT_ESTIMATE(gflops, gflops_s)
PUT_ESTIMATE(gbytes, gbytes_s)
PUT_ESTIMATE(call, call_ns)
PUT_ESTIMATE(step, step_ms)

/* Beside the main rate, without its interval: the same processes, the same spread. */
PUT(gflops_bare)
{
	number_put(text, r->gflops_s.value, 0);
}

PUT(gbytes_bare)
{
	number_put(text, r->gbytes_s.value, 0);
}

PUT(share)
{
	if (r->share.n == 0)
		return;
	strbuf_printf(text, v->ascii ? "%.0f %%" : "%.0f", 100 * r->share.value);
	if (!r->share.interval || v->ascii)
		return;
	if (number_is_uneven(&r->share))
		strbuf_printf(interval, "[%.0f, %.0f]", 100 * r->share.lo, 100 * r->share.hi);
	else
		strbuf_printf(interval, "\xc2\xb1%.*f", estimate_half(&r->share) < 0.0095 ? 1 : 0,
			      100 * estimate_half(&r->share));
}

static double raw_share(const struct row *r)
{
	return 100 * r->share.value;
}

PUT(bound)
{
	strbuf_puts(text, bound_name(r->bound));
}

PUT(p99)
{
	if (isnan(r->step_p99_ms))
		strbuf_puts(interval, "n too small");
	else
		number_put(text, r->step_p99_ms, 0);
}

static double raw_p99(const struct row *r)
{
	return r->step_p99_ms;
}

/* ---- is it right ---- */
static void put_residual(struct strbuf *text, const struct view *v, double x)
{
	if (v->ascii && isfinite(x))
		strbuf_printf(text, x == 0 ? "0" : "%.1e", x);
	else
		number_power(text, x);
}

PUT(residual_same)
{
	put_residual(text, v, r->residual_same);
}

PUT(residual_f32)
{
	put_residual(text, v, r->residual_f32);
}

static double raw_residual_same(const struct row *r)
{
	return r->residual_same;
}

static double raw_residual_f32(const struct row *r)
{
	return r->residual_f32;
}

/* ---- how it was ---- */
PUT(n)
{
	strbuf_printf(text, "%d", r->rep_s.n);
}

static double raw_n(const struct row *r)
{
	return r->rep_s.n;
}

static bool wanted_text(const struct view *v, enum row_kind kind,
			void (*put)(struct strbuf *, const struct row *))
{
	struct strbuf s = {0};
	bool any;

	for (int i = 0; i < v->a->n_rows && s.len == 0; i++)
		if (row_kind(&v->a->rows[i]) == kind)
			put(&s, &v->a->rows[i]);
	any = s.len > 0;
	strbuf_free(&s);
	return any;
}

static bool wanted_ran(const struct view *v, enum row_kind kind)
{
	return wanted_text(v, kind, row_ran);
}

static bool wanted_marks(const struct view *v, enum row_kind kind)
{
	return wanted_text(v, kind, row_marks);
}

PUT(ran)
{
	row_ran(text, r);
}

PUT(marks)
{
	row_marks(text, r);
}

static const struct column columns[] = {
	/* clang-format off */
	{"model",      "",             NULL,       COLUMN_KEY,       false, 0, wanted_model,    put_model,     NULL},
	{"test",       "",             NULL,       COLUMN_KEY,       false, 0, NULL,            put_test,      NULL},
	{"precision",  "",             "prec",     COLUMN_PRECISION, false, 0, wanted_measured, put_precision, NULL},
	{"seq",        "",             NULL,       COLUMN_KEY,       true,  0, wanted_tokens,   put_sequences, raw_sequences},
	{"ubatch",     "",             "ub",       COLUMN_KEY,       true,  0, wanted_ubatch,   put_ubatch,    raw_ubatch},
	{"threads",    "",             "thr",      COLUMN_KEY,       true,  0, wanted_threads,  put_threads,   raw_threads},
	{"isa",        "",             NULL,       COLUMN_KEY,       false, 0, wanted_isa,      put_isa,       NULL},
	{"kv",         "",             NULL,       COLUMN_KEY,       false, 0, wanted_kv,       put_kv,        NULL},
	{"provider",   "",             NULL,       COLUMN_KEY,       false, 0, wanted_provider, put_provider,  NULL},
	{"blocking",   "",             NULL,       COLUMN_KEY,       false, 0, wanted_blocking, put_blocking,  NULL},
	{"engine",     "",             NULL,       COLUMN_KEY,       false, 0, wanted_engine,   put_engine,    NULL},
	{"device",     "",             NULL,       COLUMN_KEY,       false, 0, wanted_device,   put_device,    NULL},
	{"affinity",   "",             NULL,       COLUMN_KEY,       false, 0, wanted_affinity, put_affinity,  NULL},
	{"cache",      "",             NULL,       COLUMN_KEY,       false, 0, wanted_cache,    put_cache,     NULL},
	{"duration",   "",             NULL,       COLUMN_KEY,       false, 0, wanted_duration, put_duration,  NULL},
	{"options",    "",             NULL,       COLUMN_KEY,       false, 0, wanted_options,  put_options,   NULL},
	{"inject",     "",             NULL,       COLUMN_KEY,       false, 0, wanted_inject,   put_inject,    NULL},
	{"tokens/s",   "median, 95 %", NULL,       COLUMN_RATE,      true,  0, wanted_tokens,   put_tokens,    raw_tokens},
	{"GFLOP/s",    "",             NULL,       COLUMN_RATE,      true,  4, wanted_tokens,   put_gflops_bare, raw_gflops},
	{"GFLOP/s",    "median, 95 %", NULL,       COLUMN_RATE,      true,  0, wanted_plain,    put_gflops,    raw_gflops},
	{"GB/s",       "",             NULL,       COLUMN_RATE,      true,  3, wanted_measured, put_gbytes_bare, raw_gbytes},
	{"GB/s",       "median, 95 %", NULL,       COLUMN_RATE,      true,  0, wanted_probe,    put_gbytes,    raw_gbytes},
	{"ns",         "a load or call, 95 %", "ns/call", COLUMN_RATE, true, 0, wanted_calls, put_call,     raw_call},
	{"of ceiling", "%, 95 %",      "ceiling",  COLUMN_SHARE,     true,  8, wanted_measured, put_share,     raw_share},
	{"bound",      "",             NULL,       COLUMN_PLAIN,     false, 6, wanted_measured, put_bound,     NULL},
	{"residual",   "same type",    "residual", COLUMN_PLAIN,     true,  7, wanted_measured, put_residual_same, raw_residual_same},
	{"residual",   "to f32",       "to f32",   COLUMN_PLAIN,     true,  9, wanted_measured, put_residual_f32, raw_residual_f32},
	{"n",          "",             NULL,       COLUMN_PLAIN,     true,  5, NULL,            put_n,         raw_n},
	{"marks",      "",             NULL,       COLUMN_MARKS,     false, 0, wanted_marks,            put_marks,     NULL},
	{"step p50",   "ms, 95 %",     NULL,       COLUMN_PLAIN,     true,  1, wanted_tokens,   put_step,      raw_step},
	{"step p99",   "ms",           NULL,       COLUMN_PLAIN,     true,  1, wanted_p99,      put_p99,       raw_p99},
	{"ran",        "",             NULL,       COLUMN_PLAIN,     false, 2, wanted_ran,            put_ran,       NULL},
	/* clang-format on */
};

int columns_of(const struct column **list, const struct view *v, enum row_kind kind)
{
	int n = 0;

	for (size_t i = 0; i < sizeof columns / sizeof columns[0] && n < COLUMNS_MAX; i++)
		if (!columns[i].wanted || columns[i].wanted(v, kind))
			list[n++] = &columns[i];
	return n;
}
