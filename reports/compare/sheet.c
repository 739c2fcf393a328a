/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/compare/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/number.h"
#include "reports/text.h"
#include "reports/view.h"

/* Texts of keys and values come from outside: longest columns of them. */
#define KEY_WIDTH   24
#define VALUE_WIDTH 22
/* Of a point, with all that varies. */
#define LABEL_WIDTH 80

/* Takes the text as a plain line of at most that many columns. */
static void strip_put(struct strip *s, int row, const char *text, int most)
{
	struct strbuf plain = {0}, cut = {0};

	text_plain(&plain, text);
	text_cut(&cut, strbuf_text(&plain), most);
	s->width = max_int(s->width, text_width(strbuf_text(&cut)));
	free(s->text[row]);
	s->text[row] = strbuf_take(&cut);
	strbuf_free(&plain);
}

static void strip_make(struct strip *s, int n, bool right)
{
	*s = (struct strip){.text = mem_alloc(sizeof *s->text * (size_t)(n + 1)), .right = right};
}

static void strip_free(struct strip *s, int n)
{
	for (int i = 0; s->text && i < n; i++)
		free(s->text[i]);
	free(s->text);
}

/* ---- filling ---- */

static struct strip *key_add(struct sheet *s, const char *head)
{
	struct strip *strip = &s->key[s->n_keys];

	strip_make(strip, s->n, false);
	strip->width = text_width(head);
	s->key_head[s->n_keys++] = head;
	return strip;
}

static void unit_fill(struct sheet *s)
{
	struct strip *strip = key_add(s, "unit");

	for (int i = 0; i < s->n; i++)
		strip_put(strip, i, cell_unit(s->c, &s->c->cell[i]), KEY_WIDTH);
}

static const char *key_head(enum point_key key)
{
	static const struct {
		enum point_key key;
		const char *head;
	} brief[] = {
		{KEY_PRECISION, "prec"}, {KEY_SEQUENCES, "seq"}, {KEY_THREADS, "thr"}, {KEY_UBATCH, "ub"}};

	for (size_t i = 0; i < sizeof brief / sizeof brief[0]; i++)
		if (brief[i].key == key)
			return brief[i].head;
	return point_key_name(key);
}

static void keys_fill(struct sheet *s)
{
	enum point_key keys[KEY_COUNT];
	int n = comparison_keys(s->c, keys);
	struct strip *test = key_add(s, "test"), *strip;
	struct strbuf text = {0};

	for (int i = 0; i < s->n; i++) {
		strbuf_reset(&text);
		cell_test(&text, s->c, &s->c->cell[i]);
		strip_put(test, i, strbuf_text(&text), KEY_WIDTH);
	}
	for (int k = 0; k < n; k++) {
		strip = key_add(s, key_head(keys[k]));
		for (int i = 0; i < s->n; i++) {
			strbuf_reset(&text);
			cell_key(&text, &s->c->cell[i], keys[k]);
			strip_put(strip, i, strbuf_text(&text), KEY_WIDTH);
		}
	}
	if (s->c->apart) {
		strip = key_add(s, "run");
		for (int i = 0; i < s->n; i++)
			strip_put(strip, i, s->c->runs[s->c->cell[i].run].name, KEY_WIDTH);
	}
	unit_fill(s);
	strbuf_free(&text);
}

/* Runs are told apart by the end of their names, which are paths: that is what is kept of a long one. */
static void put_end(struct strbuf *out, const char *text, int width)
{
	int over = text_width(text) - width;

	if (over > 0) {
		strbuf_puts(out, "\xe2\x80\xa6");
		/* One more for the ellipsis; the bytes that follow a character's first are its own. */
		for (int n = 0; *text && (n <= over || (*text & 0xc0) == 0x80); text++)
			n += (*text & 0xc0) != 0x80;
	}
	strbuf_puts(out, text);
}

/* Above a value's columns. */
static char *value_head(const struct comparison *c, int v)
{
	struct strbuf plain = {0}, head = {0};

	text_plain(&plain, c->value[v]);
	if (c->kind == COMPARE_RUN)
		put_end(&head, strbuf_text(&plain), VALUE_WIDTH);
	else
		text_cut(&head, *strbuf_text(&plain) ? strbuf_text(&plain) : "(none)", VALUE_WIDTH);
	strbuf_free(&plain);
	return strbuf_take(&head);
}

/* With both ends where the interval is lopsided, which those of ratios far from 1 are. */
static void put_ratio(struct strbuf *out, const struct compared *x)
{
	struct strbuf interval = {0};

	if (x->ratio.n == 0)
		return;
	number_estimate(out, &interval, &x->ratio);
	strbuf_printf(out, " %s%s", x->ratio.interval ? strbuf_text(&interval) : "n<6",
		      x->kind == RATIO_UNPAIRED ? NOT_INTERLEAVED : "");
	strbuf_free(&interval);
}

static void value_fill(struct sheet *s, int v)
{
	struct value_strips *x = &s->value[v];
	bool is_base = v == s->c->baseline;
	struct strbuf value = {0}, interval = {0};

	strip_make(&x->rate, s->n, true);
	strip_make(&x->ratio, s->n, false);
	x->head = value_head(s->c, v);
	for (int i = 0; i < s->n; i++) {
		const struct compared *e = &s->c->cell[i].compared[v];

		strbuf_reset(&value);
		strbuf_reset(&interval);
		number_estimate_brief(&value, &interval, &e->rate);
		strip_put(&x->rate, i, strbuf_text(&value), VALUE_WIDTH);
		if (!is_base) {
			strbuf_reset(&value);
			strbuf_reset(&interval);
			put_ratio(&value, e);
		}
		/* What has too few processes says so in place. */
		if (*e->why && e->kind == RATIO_NONE)
			strbuf_printf(is_base ? &interval : &value, "[%d]", notes_put(&s->notes, e->why));
		strip_put(&x->ratio, i, strbuf_text(is_base ? &interval : &value), VALUE_WIDTH);
	}
	x->width = max_int(text_width(x->head),
			   max_int(x->rate.width, 4) + 1 + max_int(x->ratio.width, is_base ? 4 : 10));
	strbuf_free(&value);
	strbuf_free(&interval);
}

/* ---- fitting ---- */

int sheet_keys_width(const struct sheet *s)
{
	int w = s->stacked ? SHEET_INDENT : 0;

	for (int k = 0; k < s->n_keys && !s->stacked; k++)
		w += s->key[k].width + SHEET_GAP;
	return w;
}

static void keys_free(struct sheet *s)
{
	for (int k = 0; k < s->n_keys; k++)
		strip_free(&s->key[k], s->n);
	s->n_keys = 0;
}

void sheet_fold(struct sheet *s, int room)
{
	struct strip *label;
	struct strbuf text = {0};

	keys_free(s);
	label = key_add(s, "point");
	for (int i = 0; i < s->n; i++) {
		strbuf_reset(&text);
		cell_label(&text, s->c, &s->c->cell[i]);
		strip_put(label, i, strbuf_text(&text), LABEL_WIDTH);
	}
	unit_fill(s);
	s->stacked = sheet_keys_width(s) > room;
	strbuf_free(&text);
}

/* ---- the whole ---- */

void sheet_make(struct sheet *s, const struct comparison *c, int width)
{
	*s = (struct sheet){.c = c, .n = c->n_cells, .width = width};
	s->value = mem_alloc(sizeof *s->value * (size_t)c->n_values);
	keys_fill(s);
	for (int v = 0; v < c->n_values; v++)
		value_fill(s, v);
}

void sheet_free(struct sheet *s)
{
	keys_free(s);
	for (int v = 0; v < s->c->n_values; v++) {
		strip_free(&s->value[v].rate, s->n);
		strip_free(&s->value[v].ratio, s->n);
		free(s->value[v].head);
	}
	free(s->value);
	notes_free(&s->notes);
}
