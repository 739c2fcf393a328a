/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/campaign.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "reports/csv.h"
#include "reports/text.h"
#include "reports/verdicts/verdicts.h"

/* ---- a line a cell, and one of all ---- */

struct entry {
	const struct campaign *c;
	const struct campaign_cell *x;
	struct strbuf label;
};

static void entry_make(struct entry *e, const struct campaign *c, int i)
{
	struct strbuf raw = {0};

	*e = (struct entry){.c = c, .x = i < c->v->n_cells ? &c->cell[i] : &c->all};
	if (i < c->v->n_cells)
		verdict_label(&raw, c->v, &c->v->cell[i]);
	else
		strbuf_puts(&raw, "all");
	text_plain(&e->label, strbuf_text(&raw));
	strbuf_free(&raw);
}

/* Of one cell that line says all. */
static int n_entries(const struct campaign *c)
{
	return c->v->n_cells > 1 ? c->v->n_cells + 1 : c->v->n_cells;
}

/* Alarms of equal things, finds of slowdowns. */
static const struct calibration_share *share_of(const struct entry *e)
{
	return e->c->v->trial.injected > 0 ? &e->x->seen : &e->x->found.at_05;
}

static void put_percent(struct strbuf *out, double log_ratio)
{
	if (isfinite(log_ratio))
		strbuf_printf(out, "%.2f %%", expm1(log_ratio) * 100);
}

static void put_share(struct strbuf *out, const struct calibration_share *s)
{
	if (s->n)
		strbuf_printf(out, "%.1f %% [%.1f, %.1f]", s->share * 100, s->lo * 100, s->hi * 100);
}

static void put_subject(struct strbuf *out, const struct campaign *c)
{
	const struct trial *t = &c->v->trial;

	if (t->injected > 0)
		strbuf_printf(out, "slowed down by %g %%", t->injected);
	else
		strbuf_puts(out, "against its copy");
	strbuf_printf(out, ": comparisons of %d pairs, run %lld", t->block, (long long)c->v->run->id);
}

/* ---- formats ---- */

static void terminal_line(struct strbuf *out, const struct entry *e, int label)
{
	const struct calibration_share *s = share_of(e);
	struct strbuf text = {0};
	char counts[40];

	strbuf_puts(out, "  ");
	text_pad(out, strbuf_text(&e->label), label, false);
	snprintf(counts, sizeof counts, "%d of %d", s->k, s->n);
	strbuf_printf(out, "  %11s  ", counts);
	put_share(&text, s);
	text_pad(out, strbuf_text(&text), 20, false);
	strbuf_reset(&text);
	put_percent(&text, e->x->found.q95);
	strbuf_printf(out, "  %8s", strbuf_text(&text));
	strbuf_reset(&text);
	put_percent(&text, e->x->q99);
	strbuf_printf(out, "  %8s", strbuf_text(&text));
	strbuf_reset(&text);
	put_percent(&text, e->x->mde);
	strbuf_printf(out, "  %8s\n", strbuf_text(&text));
	strbuf_free(&text);
}

static void terminal_campaign(struct strbuf *out, const struct campaign *c)
{
	int label = 5;

	put_subject(out, c);
	strbuf_putc(out, '\n');
	for (int i = 0; i < n_entries(c); i++) {
		struct entry e;

		entry_make(&e, c, i);
		label = text_width(strbuf_text(&e.label)) > label ? text_width(strbuf_text(&e.label)) : label;
		strbuf_free(&e.label);
	}
	strbuf_puts(out, "  ");
	text_pad(out, "point", label, false);
	strbuf_printf(out, "  %11s  %-20s  %8s  %8s  %8s\n", c->v->trial.injected > 0 ? "found" : "alarms",
		      "share, 95 %", "q95 |r|", "q99 |r|", "MDE");
	for (int i = 0; i < n_entries(c); i++) {
		struct entry e;

		entry_make(&e, c, i);
		terminal_line(out, &e, label);
		strbuf_free(&e.label);
	}
	strbuf_putc(out, '\n');
}

static void put_judgement(struct strbuf *out, const struct campaign *a)
{
	const struct calibration *x = &a->all.found;

	strbuf_printf(out,
		      "%s: equal things are called different in %.1f %% [%.1f, %.1f] of comparisons at p <= "
		      ".05, %.1f %% "
		      "at p <= .01\n",
		      calibration_state_name(calibration_judge(&x->at_05, false)), x->at_05.share * 100,
		      x->at_05.lo * 100, x->at_05.hi * 100, x->at_01.share * 100);
	if (isfinite(x->distance_p))
		strbuf_printf(out, "p of equal things against a uniform one: distance %.3f, p = %.3g\n",
			      x->distance, x->distance_p);
}

static void emit_terminal(struct strbuf *out, const struct campaign *c, int n)
{
	for (int i = 0; i < n; i++)
		terminal_campaign(out, &c[i]);
	put_judgement(out, &c[0]);
}

static void emit_md(struct strbuf *out, const struct campaign *c, int n)
{
	for (int i = 0; i < n; i++) {
		strbuf_puts(out, "**");
		put_subject(out, &c[i]);
		strbuf_printf(out,
			      "**\n\n| point | %s | share, 95 %% | q95 \\|r\\| | q99 \\|r\\| | MDE |\n"
			      "|---|---:|---:|---:|---:|---:|\n",
			      c[i].v->trial.injected > 0 ? "found" : "alarms");
		for (int k = 0; k < n_entries(&c[i]); k++) {
			struct entry e;

			entry_make(&e, &c[i], k);
			strbuf_puts(out, "| ");
			text_md(out, strbuf_text(&e.label));
			strbuf_printf(out, " | %d of %d | ", share_of(&e)->k, share_of(&e)->n);
			put_share(out, share_of(&e));
			strbuf_puts(out, " | ");
			put_percent(out, e.x->found.q95);
			strbuf_puts(out, " | ");
			put_percent(out, e.x->q99);
			strbuf_puts(out, " | ");
			put_percent(out, e.x->mde);
			strbuf_puts(out, " |\n");
			strbuf_free(&e.label);
		}
		strbuf_putc(out, '\n');
	}
	put_judgement(out, &c[0]);
}

static void emit_csv(struct strbuf *out, const struct campaign *c, int n)
{
	strbuf_puts(out, "injected_percent,point,pairs,n,k,share,share_low,share_high,q95,q99,mde,run\n");
	for (int i = 0; i < n; i++)
		for (int k = 0; k < n_entries(&c[i]); k++) {
			struct entry e;
			const struct calibration_share *s;

			entry_make(&e, &c[i], k);
			s = share_of(&e);
			strbuf_printf(out, "%g", c[i].v->trial.injected);
			csv_text(out, strbuf_text(&e.label));
			strbuf_printf(out, ",%d,%d,%d", c[i].v->trial.block, s->n, s->k);
			csv_number(out, s->n ? s->share : NAN);
			csv_number(out, s->n ? s->lo : NAN);
			csv_number(out, s->n ? s->hi : NAN);
			csv_number(out, expm1(e.x->found.q95));
			csv_number(out, expm1(e.x->q99));
			csv_number(out, expm1(e.x->mde));
			strbuf_printf(out, ",%lld\n", (long long)c[i].v->run->id);
			strbuf_free(&e.label);
		}
}

static json_t *number(double x)
{
	return isfinite(x) ? json_real(x) : json_null();
}

static json_t *entry_json(const struct entry *e)
{
	const struct calibration_share *s = share_of(e);

	return json_pack("{s:s, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "point", strbuf_text(&e->label),
			 "n", s->n, "k", s->k, "share", number(s->n ? s->share : NAN), "lo",
			 number(s->n ? s->lo : NAN), "hi", number(s->n ? s->hi : NAN), "q95",
			 number(e->x->found.q95), "q99", number(e->x->q99), "mde", number(e->x->mde));
}

static void emit_json(struct strbuf *out, const struct campaign *c, int n)
{
	json_t *root = json_object(), *list = json_array();

	json_object_set_new(
		root, "state",
		json_string(calibration_state_name(calibration_judge(&c[0].all.found.at_05, false))));
	for (int i = 0; i < n; i++) {
		json_t *points = json_array();

		for (int k = 0; k < n_entries(&c[i]); k++) {
			struct entry e;

			entry_make(&e, &c[i], k);
			json_array_append_new(points, entry_json(&e));
			strbuf_free(&e.label);
		}
		json_array_append_new(list, json_pack("{s:f, s:i, s:I, s:o}", "injected_percent",
						      c[i].v->trial.injected, "pairs", c[i].v->trial.block,
						      "run", (json_int_t)c[i].v->run->id, "points", points));
	}
	json_object_set_new(root, "campaigns", list);
	char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	strbuf_puts(out, text ? text : "");
	strbuf_putc(out, '\n');
	free(text);
	json_decref(root);
}

static const struct format {
	const char *name;
	void (*put)(struct strbuf *out, const struct campaign *c, int n);
} formats[] = {{"terminal", emit_terminal}, {"md", emit_md}, {"csv", emit_csv}, {"json", emit_json}};

static const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

bool campaigns_has_format(const char *name)
{
	return format_find(name) != NULL;
}

int campaigns_emit(FILE *out, const struct campaign *c, int n, const char *format, struct diag *d)
{
	const struct format *f = format_find(format);
	struct strbuf text = {0};

	if (!f)
		return diag_set(d, ERR_USAGE, "\"%.40s\": a calibration has no such format", format);
	f->put(&text, c, n);
	fputs(strbuf_text(&text), out);
	strbuf_free(&text);
	return ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}
