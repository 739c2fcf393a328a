/* SPDX-License-Identifier: Apache-2.0 */
/* What all formats say alike. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/compare/compare.h"
#include "reports/text.h"
#include "reports/view.h"

#define NOTES_BACK 256

/* ---- cells ---- */

int comparison_keys(const struct comparison *c, enum point_key *keys)
{
	return label_keys(c->varies, keys);
}

void cell_test(struct strbuf *out, const struct comparison *c, const struct compare_cell *cell)
{
	size_t start = out->len;

	if (c->kind != COMPARE_KEY || !label_in_test(c->key)) {
		row_test(out, cell->first);
		return;
	}
	for (const enum point_key *key = label_test_keys; *key != KEY_COUNT; key++) {
		const char *value = point_get(&cell->first->point->point, *key);

		if (*key == c->key || !*value || (*key == KEY_DEPTH && strcmp(value, "0") == 0))
			continue;
		strbuf_puts(out, out->len > start ? " " : "");
		if (*key != KEY_WORKLOAD)
			strbuf_printf(out, "%s=", point_key_name(*key));
		strbuf_puts(out, value);
	}
	if (out->len == start)
		strbuf_puts(out, "all");
}

void cell_key(struct strbuf *out, const struct compare_cell *cell, enum point_key key)
{
	point_key_put(out, &cell->first->point->point, key);
}

void cell_label(struct strbuf *out, const struct comparison *c, const struct compare_cell *cell)
{
	enum point_key keys[KEY_COUNT];
	int n = comparison_keys(c, keys);

	cell_test(out, c, cell);
	label_words(out, &cell->first->point->point, keys, n);
	if (c->apart)
		strbuf_printf(out, ", %s", c->runs[cell->run].name);
}

const char *cell_unit(const struct comparison *c, const struct compare_cell *cell)
{
	if (*cell->compared[c->baseline].unit)
		return cell->compared[c->baseline].unit;
	for (int v = 0; v < c->n_values; v++)
		if (*cell->compared[v].unit)
			return cell->compared[v].unit;
	return "";
}

const char *ratio_name(enum ratio_kind kind)
{
	static const char *const names[] = {"", "baseline", "paired", "not interleaved"};

	return names[kind];
}

void compared_marks(struct strbuf *out, const struct compared *x)
{
	if (x->row && x->rate.n > 0)
		row_marks(out, x->row);
}

/* ---- above the tables ---- */

/* Between fixed words: one line, whatever it holds. */
static void put_foreign(struct strbuf *out, const char *before, const char *text, const char *after)
{
	strbuf_puts(out, before);
	text_plain(out, text);
	strbuf_puts(out, after);
}

static void put_runs(struct strbuf *out, const struct comparison *c)
{
	for (int i = 0; i < c->n_runs; i++) {
		const struct stored_run *run = c->runs[i].a->run;

		put_foreign(out, "\n", c->runs[i].name, ": ");
		put_foreign(out, "", c->runs[i].machine, ", ");
		time_put(out, run->start_wall_ns);
		if (*run->build_program) {
			put_foreign(out, ", ", run->build_program, "");
			put_foreign(out, " ", run->build_version, "");
		}
	}
}

static void put_differences(struct strbuf *out, const struct comparison *c, enum difference_kind kind,
			    const char *before)
{
	const char *last = "";
	bool first = true;

	for (int i = 0; i < c->differences.n; i++) {
		const struct difference *x = &c->differences.item[i];

		if (x->kind != kind || strcmp(x->key, last) == 0)
			continue;
		put_foreign(out, first ? before : ", ", x->key, "");
		if (kind == DIFFERENCE_ALLOWED) {
			put_foreign(out, " (", x->a, " | ");
			put_foreign(out, "", x->b, ")");
		}
		first = false;
		last = x->key;
	}
}

void comparison_caveat(struct strbuf *out, const struct comparison *c)
{
	if (!c->unverified)
		return;
	strbuf_puts(out, "unverified: --allow-diff ");
	for (int i = 0; i < c->n_allowed; i++)
		put_foreign(out, i ? ", " : "", c->allowed[i], "");
}

/* A row of that value that was measured; NULL: none was. */
static const struct row *row_of_value(const struct comparison *c, int value)
{
	for (int i = 0; i < c->n_cells; i++) {
		const struct compared *x = &c->cell[i].compared[value];

		if (x->row && x->row->n_values > 0)
			return x->row;
	}
	return NULL;
}

/* "with it go engine cpu | cuda, threads 2 | 1", in the order of the values. */
static void put_followers(struct strbuf *out, const struct comparison *c)
{
	int n = 0;

	for (int k = 0; k < KEY_COUNT; k++) {
		struct strbuf list = {0};
		const char *first = NULL;
		bool differ = false;

		for (int v = 0; v < c->n_values && c->follows[k]; v++) {
			const struct row *row = row_of_value(c, v);
			const char *value = row ? point_get(&row->point->point, (enum point_key)k) : "-";

			differ |= row && first && strcmp(first, value) != 0;
			first = row && !first ? value : first;
			put_foreign(&list, v ? " | " : " ", value, "");
		}
		if (differ)
			strbuf_printf(out, "%s%s%s", n++ ? ", " : "\nwith it go ", point_key_name(k),
				      strbuf_text(&list));
		strbuf_free(&list);
	}
}

/* "some rows are timed by CUDA events, their baseline by CLOCK_MONOTONIC_RAW": of the first pair that is. */
static void put_clocks(struct strbuf *out, const struct comparison *c)
{
	for (int i = 0; i < c->n_cells * c->n_values; i++) {
		const struct compared *all = c->cell[i / c->n_values].compared, *x = &all[i % c->n_values];
		const struct row *base = all[c->baseline].row;

		if (x->kind < RATIO_PAIRED || strcmp(row_clock(x->row), row_clock(base)) == 0)
			continue;
		put_foreign(out, "\nsome rows are timed by ", row_clock(x->row), ", ");
		put_foreign(out, "their baseline by ", row_clock(base), "");
		return;
	}
}

void comparison_intro(struct strbuf *out, const struct comparison *c)
{
	put_foreign(out, "by ", c->by, ", baseline ");
	put_foreign(out, "", c->value[c->baseline],
		    ": a ratio is the rate over the baseline's, above 1 is faster, with its 95 % interval");
	put_followers(out, c);
	put_clocks(out, c);
	if (c->paired)
		strbuf_puts(out, "\nwithin a run: median of the ratios of processes of one round");
	if (c->unpaired)
		strbuf_puts(
			out,
			"\nbetween runs: not interleaved; ratio of the medians over processes, "
			"interval by bootstrap over processes, widened by how far the halves of a run lie "
			"apart");
	if (c->kind == COMPARE_MACHINE)
		strbuf_puts(out,
			    "\nn = 1 unit of each machine: how much units of one kind differ is not in the "
			    "intervals");
	if (c->apart)
		strbuf_puts(out,
			    "\nsome points stand in several runs: each run is compared within itself alone");
	put_runs(out, c);
	put_differences(out, c, DIFFERENCE_ALLOWED, "\nunverified, allowed to differ: ");
	put_differences(out, c, DIFFERENCE_WARNING, "\nunknown on both sides: ");
}

static void put_pair(struct strbuf *out, const struct comparison *c, const int *pair)
{
	strbuf_printf(out, "not comparable by %s: ", c->by);
	put_foreign(out, "", c->runs[pair[0]].name, " | ");
	put_foreign(out, "", c->runs[pair[1]].name, " differ in\n");
}

void comparison_refusal(struct strbuf *out, const struct comparison *c)
{
	const int *last = NULL;

	for (int i = 0; i < c->differences.n; i++) {
		const struct difference *x = &c->differences.item[i];
		const int *pair = c->pair[i];

		if (x->kind != DIFFERENCE_REFUSED && x->kind != DIFFERENCE_NEVER)
			continue;
		if (!last || pair[0] != last[0] || pair[1] != last[1])
			put_pair(out, c, pair);
		last = pair;
		put_foreign(out, "  ", x->key, ": ");
		put_foreign(out, "", x->a, " | ");
		put_foreign(out, "", x->b, "");
		strbuf_printf(out, " (%s)%s\n", x->effect,
			      x->kind == DIFFERENCE_NEVER ? "; cannot be allowed" : "");
	}
	if (differences_count(&c->differences, DIFFERENCE_REFUSED) > 0)
		strbuf_puts(out, "--allow-diff KEY allows a difference (as build.* for all of a group); the "
				 "comparison is then unverified\n");
}

/* ---- notes ---- */

int notes_put(struct notes *notes, const char *text)
{
	/* The same reason is rarely far; no search without end where all differ. */
	for (int i = notes->n - 1; i >= 0 && i > notes->n - NOTES_BACK; i--)
		if (strcmp(notes->text[i], text) == 0)
			return i + 1;
	notes->text = mem_realloc(notes->text, sizeof *notes->text * (size_t)(notes->n + 1));
	notes->text[notes->n] = mem_strdup(text);
	return ++notes->n;
}

void notes_free(struct notes *notes)
{
	for (int i = 0; i < notes->n; i++)
		free(notes->text[i]);
	free(notes->text);
	*notes = (struct notes){0};
}
