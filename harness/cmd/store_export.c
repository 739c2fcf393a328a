/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/store_export.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/wire/wire.h"
#include "reports/text.h"

/* Written out when so much has gathered. */
#define CHUNK (1u << 16)

struct writing {
	FILE *out;
	struct strbuf head, text; /* what the samples of a series share; what is not written yet */
};

static const struct {
	int64_t bit;
	const char *word;
} marks[] = {{MARK_WARMUP, "warmup"},
	     {MARK_FAULTED, "faulted"},
	     {MARK_PREEMPTED, "preempted"},
	     {MARK_MIGRATED, "migrated"},
	     {MARK_CONTENDED, "contended"},
	     {MARK_THROTTLED, "throttled"},
	     {MARK_POWER_LIMITED, "power-limited"}};

/* "warmup+faulted"; bits that have no word as their number. */
static void put_marks(struct strbuf *out, int64_t set)
{
	size_t start = out->len;

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		if (!(set & marks[i].bit))
			continue;
		strbuf_printf(out, "%s%s", out->len > start ? "+" : "", marks[i].word);
		set &= ~marks[i].bit;
	}
	if (set)
		strbuf_printf(out, "%s%lld", out->len > start ? "+" : "", (long long)set);
}

static int flush(struct writing *w, struct diag *d)
{
	size_t n = w->text.len;

	if (fwrite(strbuf_text(&w->text), 1, n, w->out) != n)
		return diag_set(d, ERR_IO, "cannot write samples: %s", strerror(errno ? errno : EIO));
	strbuf_reset(&w->text);
	return 0;
}

static void put_field(struct strbuf *out, const char *text)
{
	text_csv(out, text);
	strbuf_putc(out, ',');
}

static void csv_head(struct writing *w, const struct export_series *x)
{
	strbuf_reset(&w->head);
	strbuf_printf(&w->head, "%lld,", (long long)x->run);
	put_field(&w->head, x->point);
	put_field(&w->head, x->keys);
	strbuf_printf(&w->head, "%lld,", (long long)x->visit);
	put_field(&w->head, x->kind);
	put_field(&w->head, x->state);
	strbuf_printf(&w->head, "%d,", x->round);
	put_field(&w->head, x->arm);
	put_field(&w->head, x->name);
	put_field(&w->head, x->unit);
}

static int csv_series(void *arg, const struct export_series *x, struct diag *d)
{
	struct writing *w = arg;
	int rc = 0;

	csv_head(w, x);
	for (int i = 0; i < x->n && rc == 0; i++) {
		strbuf_add(&w->text, strbuf_text(&w->head), w->head.len);
		strbuf_printf(&w->text, "%d,%lld,%lld,%lld,", i, (long long)x->reps[i],
			      (long long)x->offsets[i], (long long)x->values[i]);
		put_marks(&w->text, x->marks[i]);
		strbuf_putc(&w->text, '\n');
		if (w->text.len > CHUNK)
			rc = flush(w, d);
	}
	return rc;
}

static json_t *numbers(const int64_t *x, int n)
{
	json_t *list = json_array();

	for (int i = 0; i < n; i++)
		json_array_append_new(list, json_integer(x[i]));
	return list;
}

/* jansson takes valid UTF-8 alone. */
static json_t *plain(const char *text)
{
	struct strbuf clean = {0};
	json_t *value;

	text_lines(&clean, text);
	value = json_string(strbuf_text(&clean));
	strbuf_free(&clean);
	return value;
}

static int jsonl_series(void *arg, const struct export_series *x, struct diag *d)
{
	struct writing *w = arg;
	json_t *keys = json_loads(x->keys, 0, NULL);
	json_t *o = json_pack("{s:I, s:o, s:o?, s:I, s:o, s:o, s:i, s:o, s:o, s:o, s:o, s:I}", "run",
			      (json_int_t)x->run, "point", plain(x->point), "keys", keys, "visit",
			      (json_int_t)x->visit, "kind", plain(x->kind), "state", plain(x->state), "round",
			      x->round, "arm", plain(x->arm), "series", plain(x->name), "unit",
			      plain(x->unit), "clock", plain(x->clock), "t0", (json_int_t)x->t0);
	int bad;

	if (!o)
		return diag_set(d, ERR_OOM, "no memory for a series of visit %lld", (long long)x->visit);
	json_object_set_new(o, "rep", numbers(x->reps, x->n));
	json_object_set_new(o, "offset_ns", numbers(x->offsets, x->n));
	json_object_set_new(o, "value", numbers(x->values, x->n));
	json_object_set_new(o, "marks", numbers(x->marks, x->n));
	bad = json_dumpf(o, w->out, JSON_COMPACT) != 0 || fputc('\n', w->out) == EOF;
	json_decref(o);
	return bad ? diag_set(d, ERR_IO, "cannot write samples: %s", strerror(errno ? errno : EIO)) : 0;
}

int store_export_write(struct store *s, int64_t run, bool jsonl, FILE *out, struct diag *d)
{
	struct writing w = {.out = out};
	int rc;

	if (!jsonl)
		strbuf_puts(&w.text,
			    "run,point,keys,visit,kind,state,round,arm,series,unit,index,rep,offset_ns,value,"
			    "marks\n");
	rc = store_export(s, run, jsonl ? jsonl_series : csv_series, &w, d);
	if (rc == 0)
		rc = flush(&w, d);
	strbuf_free(&w.head);
	strbuf_free(&w.text);
	return rc;
}
