/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/counters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/terminal.h"
#include "reports/text.h"

#define ENERGY_WORDS                                                                                         \
	"Energy is that of the sensor (gpu: the board), never of the wall; net: less what it takes idle. "   \
	"What makes it "                                                                                     \
	"good, fair or poor stands beside it in all other formats."

/* From here on a count is a whole number to people, and never a power of ten. */
#define EXACT_MOST 1e6

/* What is derived of one pass has as many digits as people compare; counts keep more. */
static void put_value(struct strbuf *out, const struct row_counter *c)
{
	if (row_counter_has_value(c))
		strbuf_printf(out,
			      c->derived			   ? "%.4g"
			      : fabs(c->value.value) >= EXACT_MOST ? "%.0f"
								   : "%.7g",
			      c->value.value);
}

bool counters_any(const struct view *v)
{
	bool any = false;

	for (int i = 0; i < v->a->n_rows && !any; i++) {
		struct row_counters list = row_counters_make(&v->a->rows[i]);

		any = list.n > 0;
		row_counters_free(&list);
	}
	return any;
}

/* ---- terminal ---- */

/* Lines that were said already. */
struct said {
	char **line;
	int n;
};

static bool say_once(struct said *s, const char *line)
{
	for (int i = 0; i < s->n; i++)
		if (strcmp(s->line[i], line) == 0)
			return false;
	s->line = mem_realloc(s->line, sizeof *s->line * ((size_t)s->n + 1));
	s->line[s->n++] = mem_strdup(line);
	return true;
}

static void said_free(struct said *s)
{
	for (int i = 0; i < s->n; i++)
		free(s->line[i]);
	free(s->line);
}

/* "papi:base: ipc 1.52 1/cycle, frequency 3.41 GHz"; metrics alone where the source has some. */
static void put_source(struct strbuf *out, const struct row_counters *list, const char *source)
{
	bool derived = false, first = true;

	for (int i = 0; i < list->n; i++)
		derived = derived || (list->item[i].derived && strcmp(list->item[i].source, source) == 0);
	for (int i = 0; i < list->n; i++) {
		const struct row_counter *c = &list->item[i];

		if (strcmp(c->source, source) != 0 || !row_counter_has_value(c) || c->derived != derived)
			continue;
		strbuf_printf(out, "%s%s ", first ? "" : ", ", c->name);
		put_value(out, c);
		strbuf_printf(out, " %s", c->unit);
		if (c->quality)
			strbuf_printf(out, " (%s)", c->quality);
		first = false;
	}
}

static bool any_quality(const struct row_counters *list)
{
	for (int i = 0; i < list->n; i++)
		if (list->item[i].quality)
			return true;
	return false;
}

static bool starts_source(const struct row_counters *list, int i)
{
	for (int k = 0; k < i; k++)
		if (strcmp(list->item[k].source, list->item[i].source) == 0)
			return false;
	return true;
}

static void put_text(FILE *out, struct strbuf *text, int width)
{
	struct strbuf plain = {0};

	text_plain(&plain, strbuf_text(text));
	terminal_wrapped(out, strbuf_text(&plain), width);
	strbuf_free(&plain);
	strbuf_reset(text);
}

static void put_point(FILE *out, const struct view *v, const struct row *r, const struct row_counters *list,
		      int width)
{
	struct strbuf line = {0}, values = {0};

	for (int i = 0; i < list->n; i++) {
		if (row_counter_is_usual(&list->item[i]) || !starts_source(list, i))
			continue;
		strbuf_reset(&values);
		put_source(&values, list, list->item[i].source);
		if (!values.len)
			continue;
		row_label(&line, v, r);
		strbuf_printf(&line, ", %s: %s", list->item[i].source, strbuf_text(&values));
		put_text(out, &line, width);
	}
	strbuf_free(&line);
	strbuf_free(&values);
}

/* Of a group without a PMU each event has the same reason: it is said of the group. */
static void put_reasons(FILE *out, struct said *said, const struct row_counters *list, int width)
{
	struct strbuf line = {0};

	for (int i = 0; i < list->n; i++) {
		const struct row_counter *c = &list->item[i];

		if (row_counter_has_value(c) || c->derived)
			continue;
		strbuf_printf(&line, "%s%s%s: %s", c->source, strcmp(c->source, c->name) == 0 ? "" : " ",
			      strcmp(c->source, c->name) == 0 ? "" : c->name, c->why);
		if (say_once(said, strbuf_text(&line)))
			put_text(out, &line, width);
		strbuf_reset(&line);
	}
	strbuf_free(&line);
}

static bool is_asked(const struct row_counters *list)
{
	for (int i = 0; i < list->n; i++)
		if (!row_counter_is_usual(&list->item[i]))
			return true;
	return false;
}

void counters_terminal(FILE *out, const struct view *v, const struct report_options *options)
{
	struct said said = {0};
	bool first = true, energy = false;

	/* Values of all points, then what was not read. */
	for (int turn = 0; turn < 2; turn++)
		for (int i = 0; i < v->a->n_rows; i++) {
			struct row_counters list = row_counters_make(&v->a->rows[i]);

			if (is_asked(&list) && first) {
				fprintf(out, "\n%scounters, of visits of their own%s\n",
					options->colour ? ANSI_BOLD : "", options->colour ? ANSI_OFF : "");
				first = false;
			}
			if (is_asked(&list) && turn == 0)
				put_point(out, v, &v->a->rows[i], &list, options->width);
			else if (is_asked(&list))
				put_reasons(out, &said, &list, options->width);
			energy = energy || any_quality(&list);
			row_counters_free(&list);
		}
	said_free(&said);
	if (energy)
		terminal_wrapped(out, ENERGY_WORDS, options->width);
}

/* ---- tables ---- */

/* How a cell begins and how its text is escaped. */
struct format {
	const char *row, *cell, *figure, *end_cell, *end_row;
	void (*text)(struct strbuf *out, const char *text);
	bool brief; /* without what every run counts */
};

/* Every run counts them; the table of all is in other formats. */
static bool is_of_process(const struct row_counter *c)
{
	return strcmp(c->source, "clock") == 0 || strcmp(c->source, "rusage") == 0;
}

static void put_cell(struct strbuf *out, const struct format *f, const char *text, bool figure)
{
	strbuf_puts(out, figure ? f->figure : f->cell);
	f->text(out, text);
	strbuf_puts(out, f->end_cell);
}

static void put_counter(struct strbuf *out, const struct format *f, const char *label,
			const struct row_counter *c)
{
	struct strbuf value = {0}, n = {0};

	put_value(&value, c);
	if (c->value.n)
		strbuf_printf(&n, "%d", c->value.n);
	strbuf_puts(out, f->row);
	put_cell(out, f, label, false);
	put_cell(out, f, c->name, false);
	put_cell(out, f, strbuf_text(&value), true);
	put_cell(out, f, c->value.n ? c->unit : "", false);
	put_cell(out, f, strbuf_text(&n), true);
	put_cell(out, f, c->source, false);
	put_cell(out, f, c->why, false);
	strbuf_puts(out, f->end_row);
	strbuf_free(&value);
	strbuf_free(&n);
}

static void put_counters(struct strbuf *out, const struct format *f, const struct view *v)
{
	struct strbuf label = {0};

	for (int i = 0; i < v->a->n_rows; i++) {
		struct row_counters list = row_counters_make(&v->a->rows[i]);

		strbuf_reset(&label);
		row_label(&label, v, &v->a->rows[i]);
		for (int k = 0; k < list.n; k++)
			if (!f->brief || !is_of_process(&list.item[k]))
				put_counter(out, f, strbuf_text(&label), &list.item[k]);
		row_counters_free(&list);
	}
	strbuf_free(&label);
}

static bool has_brief(const struct view *v)
{
	bool any = false;

	for (int i = 0; i < v->a->n_rows && !any; i++) {
		struct row_counters list = row_counters_make(&v->a->rows[i]);

		for (int k = 0; k < list.n; k++)
			any |= !is_of_process(&list.item[k]);
		row_counters_free(&list);
	}
	return any;
}

void counters_md(struct strbuf *out, const struct view *v)
{
	static const struct format md = {"|", " ", " ", " |", "\n", text_md, true};

	if (!has_brief(v))
		return;
	strbuf_puts(out, "\nOf visits of their own; median, of a repetition where the unit says so.\n\n"
			 "| point | counter | value | unit | n | source | how, or why not |\n"
			 "|---|---|---:|---|---:|---|---|\n");
	put_counters(out, &md, v);
}

void counters_html(struct strbuf *out, const struct view *v)
{
	static const struct format html = {"<tr>",    "<td>", "<td class=\"n\">", "</td>", "</tr>\n",
					   text_html, false};

	put_counters(out, &html, v);
}

/* ---- for programs ---- */

json_t *counters_json(const struct row *r)
{
	struct row_counters list = row_counters_make(r);
	json_t *a = json_array();

	for (int i = 0; i < list.n; i++) {
		const struct row_counter *c = &list.item[i];
		const char *const text[][2] = {
			{"name", c->name}, {"source", c->source}, {"unit", c->unit}, {"why", c->why}};
		json_t *o = json_pack("{s:b, s:i, s:o}", "derived", c->derived, "n", c->value.n, "value",
				      c->value.n ? json_real(c->value.value) : json_null());

		for (size_t k = 0; k < sizeof text / sizeof text[0]; k++) {
			struct strbuf plain = {0};

			text_plain(&plain, text[k][1]);
			json_object_set_new(o, text[k][0], json_string(strbuf_text(&plain)));
			strbuf_free(&plain);
		}
		if (c->quality)
			json_object_set_new(o, "quality", json_string(c->quality));
		json_array_append_new(a, o);
	}
	row_counters_free(&list);
	return a;
}

static char *column_name(const struct row_counter *c)
{
	return mem_printf("%s/%s", c->source, c->name);
}

static void columns_add(struct counter_columns *columns, const struct row_counter *c)
{
	char *name = column_name(c);

	for (int i = 0; i < columns->n; i++)
		if (strcmp(columns->name[i], name) == 0) {
			free(name);
			return;
		}
	columns->name = mem_realloc(columns->name, sizeof *columns->name * ((size_t)columns->n + 1));
	columns->name[columns->n++] = name;
}

struct counter_columns counter_columns_make(const struct analysis *a)
{
	struct counter_columns columns = {0};

	for (int i = 0; i < a->n_rows; i++) {
		struct row_counters list = row_counters_make(&a->rows[i]);

		for (int k = 0; k < list.n; k++)
			columns_add(&columns, &list.item[k]);
		columns.quality = columns.quality || any_quality(&list);
		row_counters_free(&list);
	}
	return columns;
}

void counter_columns_free(struct counter_columns *c)
{
	for (int i = 0; i < c->n; i++)
		free(c->name[i]);
	free(c->name);
	*c = (struct counter_columns){0};
}

void counter_columns_head(struct strbuf *line, const struct counter_columns *c)
{
	for (int i = 0; i < c->n; i++) {
		strbuf_putc(line, ',');
		text_csv(line, c->name[i]);
	}
	strbuf_puts(line, c->n ? ",counters_missing" : "");
	strbuf_puts(line, c->quality ? ",counters_quality" : "");
}

static const struct row_counter *column_find(const struct row_counters *list, const char *column)
{
	const struct row_counter *found = NULL;

	for (int i = 0; i < list->n && !found; i++) {
		char *name = column_name(&list->item[i]);

		if (strcmp(name, column) == 0)
			found = &list->item[i];
		free(name);
	}
	return found;
}

void counter_columns_row(struct strbuf *line, const struct counter_columns *c, const struct row *r)
{
	struct row_counters list = row_counters_make(r);
	struct strbuf missing = {0}, quality = {0};

	for (int i = 0; i < c->n; i++) {
		const struct row_counter *one = column_find(&list, c->name[i]);

		strbuf_putc(line, ',');
		if (one && row_counter_has_value(one))
			strbuf_printf(line, "%.9g", one->value.value);
		else if (one)
			strbuf_printf(&missing, "%s%s: %s", missing.len ? "; " : "", c->name[i], one->why);
		if (one && one->quality && !one->derived)
			strbuf_printf(&quality, "%s%s: %s", quality.len ? "; " : "", c->name[i], one->why);
	}
	if (c->n) {
		strbuf_putc(line, ',');
		text_csv(line, strbuf_text(&missing));
	}
	if (c->quality) {
		strbuf_putc(line, ',');
		text_csv(line, strbuf_text(&quality));
	}
	strbuf_free(&missing);
	strbuf_free(&quality);
	row_counters_free(&list);
}
