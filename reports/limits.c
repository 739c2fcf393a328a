/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/limits.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "reports/number.h"
#include "reports/terminal.h"
#include "reports/text.h"
#include "reports/view.h"

enum { KEYS_MAX = 4, VALUES_MAX = 5, GAP = 2 };

/* One table: a line for each combination of its keys, a column for each value of `by`. */
struct grid {
	const char *title;
	enum point_key by;
	enum point_key keys[KEYS_MAX];
	int n_keys;
	bool bytes; /* the working set stands beside the first key */
	struct {
		const char *value, *head;
	} column[VALUES_MAX];
	const char *workload; /* all rows are of it; NULL: the columns name workloads */
};

static const struct grid grids[] = {
	{"Memory",
	 KEY_WORKLOAD,
	 {KEY_SIZE, KEY_DEVICE, KEY_ISA, KEY_THREADS},
	 4,
	 true,
	 {{"read", "read GB/s"},
	  {"write", "write GB/s"},
	  {"copy", "copy GB/s"},
	  {"triad", "triad GB/s"},
	  {"latency", "ns a load"}},
	 NULL},
	{"Multiply-adds",
	 KEY_TYPE,
	 {KEY_DEVICE, KEY_ISA, KEY_THREADS},
	 3,
	 false,
	 {{"f32", "f32 GFLOP/s"}, {"bf16", "bf16 GFLOP/s"}, {"int8", "int8 GOP/s"}},
	 "fma"},
	{"Multiply-adds of a device's other types",
	 KEY_TYPE,
	 {KEY_DEVICE, KEY_ISA, KEY_THREADS},
	 3,
	 false,
	 {{"tf32", "tf32 GFLOP/s"}, {"f16", "f16 GFLOP/s"}},
	 "fma"},
	{"Overheads",
	 KEY_WORKLOAD,
	 {KEY_DEVICE, KEY_ISA, KEY_THREADS},
	 3,
	 false,
	 {{"forkjoin", "ns a parallel region"}, {"timer", "ns a clock reading"}},
	 NULL},
};

struct table {
	const struct grid *grid;
	const struct analysis *a;
	bool shown[KEYS_MAX]; /* a key that is the same in all lines is left out */
	int n_lines;
	const struct row **line;	      /* the first row of each: says its keys */
	int width[1 + KEYS_MAX + VALUES_MAX]; /* keys, bytes, values */
	int interval[VALUES_MAX];	      /* width of the part behind the value */
	int columns;			      /* of the terminal */
	int from, to;			      /* values for which this piece of the table has room */
};

static const char *key_of(const struct row *r, enum point_key key)
{
	return point_get(&r->point->point, key);
}

/* The column of a row, -1: it is not of this table. */
static int column_of(const struct grid *g, const struct row *r)
{
	if (g->workload && strcmp(key_of(r, KEY_WORKLOAD), g->workload) != 0)
		return -1;
	for (int c = 0; c < VALUES_MAX && g->column[c].value; c++)
		if (strcmp(key_of(r, g->by), g->column[c].value) == 0)
			return c;
	return -1;
}

static bool same_line(const struct grid *g, const struct row *a, const struct row *b)
{
	for (int k = 0; k < g->n_keys; k++)
		if (strcmp(key_of(a, g->keys[k]), key_of(b, g->keys[k])) != 0)
			return false;
	return true;
}

static const struct row *cell_of(const struct table *t, int line, int column)
{
	for (int i = 0; i < t->a->n_rows; i++) {
		const struct row *r = &t->a->rows[i];

		if (column_of(t->grid, r) == column && same_line(t->grid, r, t->line[line]))
			return r;
	}
	return NULL;
}

static bool is_always_shown(const struct grid *g, enum point_key key)
{
	return key != KEY_DEVICE && (key != KEY_ISA || !g->bytes);
}

static void lines_find(struct table *t)
{
	t->line = mem_alloc(sizeof(void *) * (size_t)(t->a->n_rows + 1));
	for (int i = 0; i < t->a->n_rows; i++) {
		const struct row *r = &t->a->rows[i];
		bool known = column_of(t->grid, r) < 0;

		for (int l = 0; l < t->n_lines && !known; l++)
			known = same_line(t->grid, t->line[l], r);
		if (!known)
			t->line[t->n_lines++] = r;
	}
	for (int k = 0; k < t->grid->n_keys; k++)
		for (int l = 0; l < t->n_lines; l++)
			t->shown[k] |= is_always_shown(t->grid, t->grid->keys[k]) ||
				       strcmp(key_of(t->line[l], t->grid->keys[k]),
					      key_of(t->line[0], t->grid->keys[k])) != 0;
}

/* ---- cells ---- */

static const char own_how[] = "without an instruction of its own: ";

/* What stands for the instruction that a level does not have; NULL: it has one, or it is not known. */
static const char *how_of(const struct row *r)
{
	const char *at = r->point->describe ? strstr(r->point->describe, own_how) : NULL;

	return at ? at + sizeof own_how - 1 : NULL;
}

static bool is_marked(const struct row *r)
{
	struct strbuf marks = {0};

	row_marks(&marks, r);
	bool marked = marks.len > 0;

	strbuf_free(&marks);
	return marked;
}

static void put_value(struct strbuf *value, struct strbuf *interval, const struct row *r)
{
	const char *unit;

	if (!r)
		return;
	if (!row_has_figures(r)) {
		strbuf_puts(value, "-");
		return;
	}
	number_estimate_brief(value, interval, row_rate(r, &unit));
	strbuf_printf(interval, "%s%s", how_of(r) ? "*" : "", is_marked(r) ? "!" : "");
}

static void put_bytes(struct strbuf *out, const struct row *r)
{
	double bytes =
		r->point->check_answer ? (double)json_opt_int(r->point->check_answer, "working_set", 0) : 0;

	if (bytes > 0)
		number_bytes(out, bytes);
}

/* What a value from outside may show: one line of plain text. */
static void put_key(struct strbuf *out, const struct row *r, enum point_key key)
{
	struct strbuf plain = {0};

	text_plain(&plain, key_of(r, key));
	text_cut(out, strbuf_text(&plain), 14);
	strbuf_free(&plain);
}

static int widest(int a, const struct strbuf *text)
{
	int w = text_width(strbuf_text(text));

	return a > w ? a : w;
}

static void widths_find(struct table *t)
{
	for (int k = 0; k < t->grid->n_keys; k++)
		t->width[k] = text_width(point_key_name(t->grid->keys[k]));
	for (int l = 0; l < t->n_lines; l++) {
		struct strbuf s = {0}, interval = {0};

		for (int k = 0; k < t->grid->n_keys; k++, strbuf_reset(&s)) {
			put_key(&s, t->line[l], t->grid->keys[k]);
			t->width[k] = widest(t->width[k], &s);
		}
		put_bytes(&s, t->line[l]);
		t->width[KEYS_MAX] = widest(t->width[KEYS_MAX], &s);
		for (int c = 0; c < VALUES_MAX && t->grid->column[c].value; c++) {
			strbuf_reset(&s);
			strbuf_reset(&interval);
			put_value(&s, &interval, cell_of(t, l, c));
			t->width[KEYS_MAX + 1 + c] = widest(t->width[KEYS_MAX + 1 + c], &s);
			t->interval[c] = widest(t->interval[c], &interval);
		}
		strbuf_free(&s);
		strbuf_free(&interval);
	}
	/* A head stands over value and interval. */
	for (int c = 0; c < VALUES_MAX && t->grid->column[c].value; c++) {
		int room = t->width[KEYS_MAX + 1 + c] + 1 + t->interval[c];
		int more = text_width(t->grid->column[c].head) - room;

		t->width[KEYS_MAX + 1 + c] += more > 0 ? more : 0;
	}
}

/* ---- fitting ---- */

static int values_of(const struct grid *g)
{
	int n = 0;

	while (n < VALUES_MAX && g->column[n].value)
		n++;
	return n;
}

static int value_width(const struct table *t, int c)
{
	return t->width[KEYS_MAX + 1 + c] + 1 + t->interval[c] + GAP;
}

/* Values from t->from on that stand beside the keys, one at least. */
static void piece_find(struct table *t)
{
	int used = 0;

	for (int k = 0; k < t->grid->n_keys; k++)
		used += t->shown[k] ? t->width[k] + GAP : 0;
	used += t->grid->bytes ? t->width[KEYS_MAX] + GAP : 0;
	t->to = t->from;
	/* No gap stands behind the last. */
	while (t->to < values_of(t->grid) &&
	       (t->to == t->from || used + value_width(t, t->to) - GAP <= t->columns))
		used += value_width(t, t->to++);
}

/* ---- printing ---- */

static void put_line(FILE *out, struct strbuf *line, bool bold)
{
	while (line->len > 0 && line->text[line->len - 1] == ' ')
		line->text[--line->len] = '\0';
	fprintf(out, "%s%s%s\n", bold ? ANSI_BOLD : "", strbuf_text(line), bold ? ANSI_OFF : "");
	strbuf_reset(line);
}

static void put_heads(FILE *out, const struct table *t, bool colour)
{
	struct strbuf line = {0};

	for (int k = 0; k < t->grid->n_keys; k++) {
		if (!t->shown[k])
			continue;
		text_pad(&line, point_key_name(t->grid->keys[k]), t->width[k],
			 t->grid->keys[k] == KEY_THREADS);
		strbuf_printf(&line, "%*s", GAP, "");
		if (k == 0 && t->grid->bytes)
			strbuf_printf(&line, "%*s", t->width[KEYS_MAX] + GAP, "");
	}
	for (int c = t->from; c < t->to; c++) {
		text_pad(&line, t->grid->column[c].head, t->width[KEYS_MAX + 1 + c] + 1 + t->interval[c],
			 true);
		strbuf_printf(&line, "%*s", GAP, "");
	}
	put_line(out, &line, colour);
	strbuf_free(&line);
}

static void put_cells(struct strbuf *line, const struct table *t, int l)
{
	for (int c = t->from; c < t->to; c++) {
		struct strbuf value = {0}, interval = {0};

		put_value(&value, &interval, cell_of(t, l, c));
		text_pad(line, strbuf_text(&value), t->width[KEYS_MAX + 1 + c], true);
		strbuf_putc(line, ' ');
		text_pad(line, strbuf_text(&interval), t->interval[c], false);
		strbuf_printf(line, "%*s", GAP, "");
		strbuf_free(&value);
		strbuf_free(&interval);
	}
}

static void put_rows(FILE *out, const struct table *t)
{
	struct strbuf line = {0}, text = {0};

	for (int l = 0; l < t->n_lines; l++) {
		for (int k = 0; k < t->grid->n_keys; k++) {
			if (!t->shown[k])
				continue;
			put_key(&text, t->line[l], t->grid->keys[k]);
			text_pad(&line, strbuf_text(&text), t->width[k], t->grid->keys[k] == KEY_THREADS);
			strbuf_printf(&line, "%*s", GAP, "");
			strbuf_reset(&text);
			if (k > 0 || !t->grid->bytes)
				continue;
			put_bytes(&text, t->line[l]);
			text_pad(&line, strbuf_text(&text), t->width[KEYS_MAX], true);
			strbuf_printf(&line, "%*s", GAP, "");
			strbuf_reset(&text);
		}
		put_cells(&line, t, l);
		put_line(out, &line, false);
	}
	strbuf_free(&line);
	strbuf_free(&text);
}

/* The same first line: what follows it may say where a row ran. */
static bool same_first_line(const char *a, const char *b)
{
	size_t n = strcspn(a, "\n");

	return n == strcspn(b, "\n") && strncmp(a, b, n) == 0;
}

static const char *reason_of(const struct row *r)
{
	return row_has_figures(r) ? NULL : r->reason;
}

/* True when the row was told before: what several rows share is printed once. What stands for an instruction is so of a
 * size; a reason tells of all that it is of, and one of a device is that of every table. */
static bool told_before(const struct analysis *a, const struct row *r, const char *(*say)(const struct row *))
{
	for (const struct row *before = a->rows; before < r; before++) {
		const char *said = row_is_probe(before) ? say(before) : NULL;

		if (said && same_first_line(said, say(r)) &&
		    (say == reason_of || strcmp(key_of(before, KEY_SIZE), key_of(r, KEY_SIZE)) == 0))
			return true;
	}
	return false;
}

static void put_note(FILE *out, const struct table *t, const char *what, const char *why)
{
	struct strbuf line = {0};

	text_plain(&line, what);
	strbuf_puts(&line, ": ");
	text_plain(&line, why);
	terminal_wrapped(out, strbuf_text(&line), t->columns);
	strbuf_free(&line);
}

/* What is missing and why; what stands for an instruction. */
static void put_notes(FILE *out, const struct table *t)
{
	for (int i = 0; i < t->a->n_rows; i++) {
		const struct row *r = &t->a->rows[i];
		struct strbuf name = {0}, how = {0};

		if (column_of(t->grid, r) < 0)
			continue;
		if (!row_has_figures(r) && !told_before(t->a, r, reason_of)) {
			strbuf_puts(&name, "- ");
			strbuf_puts(&name, row_state(r));
			put_note(out, t, strbuf_text(&name), r->reason);
		} else if (how_of(r) && row_has_figures(r) && !told_before(t->a, r, how_of)) {
			strbuf_puts(&name, "* ");
			row_ran(&name, r);
			strbuf_add(&how, how_of(r), strcspn(how_of(r), "\n"));
			put_note(out, t, strbuf_text(&name), strbuf_text(&how));
		}
		strbuf_free(&name);
		strbuf_free(&how);
	}
}

static void put_grid(FILE *out, const struct analysis *a, const struct grid *g,
		     const struct report_options *options)
{
	struct table t = {.grid = g, .a = a, .columns = terminal_columns(options)};

	lines_find(&t);
	if (t.n_lines > 0) {
		widths_find(&t);
		for (; t.from < values_of(g); t.from = t.to) {
			piece_find(&t);
			fprintf(out, "\n%s%s\n", g->title, t.from ? ", continued" : "");
			put_heads(out, &t, options->colour);
			put_rows(out, &t);
		}
		put_notes(out, &t);
	}
	free(t.line);
}

static void put_intro(FILE *out, const struct view *v, int columns)
{
	struct strbuf raw = {0}, plain = {0};

	strbuf_puts(&raw, "Limits of ");
	place_put(&raw, v->a->run);
	strbuf_puts(&raw, ": medians");
	if (v->processes > 0)
		strbuf_printf(&raw, " of %d processes", v->processes);
	strbuf_puts(&raw, v->processes >= 6 ? " with their 95 % intervals" : "");
	text_plain(&plain, strbuf_text(&raw));
	terminal_wrapped(out, strbuf_text(&plain), columns);
	strbuf_free(&raw);
	strbuf_free(&plain);
}

/* "! 12 rows contended, 3 preempted", for the words that the footer explains. */
static void put_marks(FILE *out, const struct analysis *a, int columns)
{
	struct strbuf line = {0}, marks = {0};

	for (const struct mark_word *m = mark_words; m->word; m++) {
		int n = 0;

		for (int i = 0; i < a->n_rows; i++, strbuf_reset(&marks)) {
			row_marks(&marks, &a->rows[i]);
			n += strstr(strbuf_text(&marks), m->word) != NULL;
		}
		if (n > 0)
			strbuf_printf(&line, "%s%d %s", line.len ? ", " : "! ", n, m->word);
	}
	fputs(line.len ? "\n" : "", out);
	if (line.len)
		terminal_wrapped(out, strbuf_text(&line), columns);
	strbuf_free(&line);
	strbuf_free(&marks);
}

int limits_emit(FILE *out, const struct analysis *a, const struct report_options *options, struct diag *d)
{
	struct view v = view_make(a);

	v.ascii = true;
	put_intro(out, &v, terminal_columns(options));
	for (size_t i = 0; i < sizeof grids / sizeof grids[0]; i++)
		put_grid(out, a, &grids[i], options);
	put_marks(out, a, terminal_columns(options));
	terminal_footer(out, &v, options);
	return ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}
