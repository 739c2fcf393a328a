/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/terminal.h"

#include <string.h>

#include "engines/base/width.h"
#include "reports/number.h"
#include "reports/text.h"

/* Ceilings are named until the header has so many lines, but for what wrapping and "99 more in report -o md" take. */
#define HEADER_LINES 3
#define HEADER_REST  45

int terminal_columns(const struct report_options *options)
{
	if (options->width <= 0)
		return TERMINAL_USUAL;
	return options->width > TERMINAL_LEAST ? options->width : TERMINAL_LEAST;
}

/* Columns of a word that may begin or end with a change of colour. */
static int word_width(const char *word)
{
	int width = text_width(word);

	for (const char *at = word; (at = strchr(at, '\x1b')) != NULL; at++)
		width -= (int)strcspn(at, "m") + 1;
	return width;
}

/* A word that is wider than all columns is broken where they end. */
static int put_word(FILE *out, const char *word, int column, int width)
{
	int w = word_width(word);

	if (column > 0 && column + 1 + w > width) {
		fputc('\n', out);
		column = 0;
	}
	fputs(column > 0 ? " " : "", out);
	while (w > width) {
		size_t n = width_fit(word, width);

		fprintf(out, "%.*s\n", (int)n, word);
		word += n;
		w = word_width(word);
	}
	fputs(word, out);
	return column + w + (column > 0);
}

void terminal_wrapped(FILE *out, const char *text, int width)
{
	int column = 0;

	while (*text) {
		struct strbuf word = {0};
		size_t n = strcspn(text, " ");

		strbuf_add(&word, text, n);
		column = put_word(out, strbuf_text(&word), column, width);
		text += n + strspn(text + n, " ");
		strbuf_free(&word);
	}
	fputc('\n', out);
}

static bool is_limit(const struct analysis *a, const struct row *c)
{
	for (int i = 0; i < a->n_rows; i++)
		if (a->rows[i].limit == c)
			return true;
	return false;
}

/* "fma f32 200 GFLOP/s (t4 avx2)", with the keys in which the ceilings differ. */
static void ceiling_put(struct strbuf *out, const struct analysis *a, const struct row *c)
{
	static const struct {
		enum point_key key;
		const char *before;
	} keys[] = {{KEY_DEVICE, ""}, {KEY_THREADS, "t"}, {KEY_ISA, ""}};
	struct strbuf said = {0};

	for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
		const char *value = point_get(&c->point->point, keys[k].key);
		bool varies = false;

		for (int i = 0; i < a->n_ceilings; i++)
			varies |= strcmp(point_get(&a->ceilings[i].point->point, keys[k].key), value) != 0;
		if (varies)
			strbuf_printf(&said, "%s%s%s", said.len ? " " : "", keys[k].before, value);
	}
	ceiling_name(out, c);
	if (said.len)
		strbuf_printf(out, " (%s)", strbuf_text(&said));
	strbuf_free(&said);
}

/* The ceilings that bind a row, as many as there is room for; the others are in the other formats. */
static void put_ceilings(struct strbuf *line, const struct view *v, int room)
{
	const struct analysis *a = v->a;
	int n_more = 0, n = 0;
	bool full = false;

	for (int i = 0; i < a->n_ceilings; i++) {
		const struct row *c = &a->ceilings[i];
		struct strbuf name = {0};

		if (c->n_values == 0)
			continue;
		ceiling_put(&name, a, c);
		full |= is_limit(a, c) &&
			text_width(strbuf_text(line)) + 2 + text_width(strbuf_text(&name)) > room;
		if (full || !is_limit(a, c))
			n_more++;
		else
			strbuf_printf(line, "%s%s", n++ ? ", " : "; ceilings: ", strbuf_text(&name));
		strbuf_free(&name);
	}
	if (n_more)
		strbuf_printf(line, "%s%d %s", n ? ", " : "; ceilings: ", n_more,
			      n ? "more in report -o md" : "in report -o md");
	else if (n == 0)
		strbuf_puts(line, "; ceilings: not measured");
}

void terminal_header(FILE *out, const struct view *v, const struct report_options *options)
{
	struct strbuf line = {0}, plain = {0};
	const struct stored_run *run = v->a->run;
	int width = terminal_columns(options);

	view_models(&line, v);
	strbuf_puts(&line, " on ");
	place_put(&line, run);
	strbuf_puts(&line, ": ");
	view_constants(&line, v);
	if (v->processes > 0)
		strbuf_printf(&line, "; %d %s a row", v->processes,
			      v->processes == 1 ? "process" : "processes");
	put_ceilings(&line, v, HEADER_LINES * width - HEADER_REST);
	run_notes_put(&line, run, "; ");
	text_plain(&plain, strbuf_text(&line));
	terminal_wrapped(out, strbuf_text(&plain), width);
	strbuf_free(&line);
	strbuf_free(&plain);
}

/* What the visits that did not fail gave. */
static void put_others(struct strbuf *out, const struct row *r)
{
	const char *unit;
	const struct estimate *rate = row_rate(r, &unit);

	strbuf_printf(out, " (%d other %s: ", r->n_values, r->n_values == 1 ? "process" : "processes");
	number_put(out, rate->value, 0);
	strbuf_printf(out, " %s)", unit);
}

static void put_failure(FILE *out, const struct view *v, const struct row *r, int width)
{
	struct strbuf raw = {0}, plain = {0};

	row_label(&raw, v, r);
	if (r->point->role == ROLE_CEILING)
		strbuf_printf(&raw, " t%s (a ceiling)", point_get(&r->point->point, KEY_THREADS));
	strbuf_printf(&raw, ": %s", r->reason);
	if (r->n_values > 0 && !row_is_wrong(r))
		put_others(&raw, r);
	text_plain(&plain, strbuf_text(&raw));
	terminal_wrapped(out, strbuf_text(&plain), width);
	strbuf_reset(&raw);
	strbuf_reset(&plain);
	row_command(&raw, v->a->run, r);
	text_plain(&plain, strbuf_text(&raw));
	strbuf_reset(&raw);
	command_lines(&raw, strbuf_text(&plain), width, "  ");
	fprintf(out, "%s\n", strbuf_text(&raw));
	strbuf_free(&raw);
	strbuf_free(&plain);
}

/* Each row that failed: the whole reason, for which its line had no room, and how to see it again. A ceiling that
 * failed has no line, but makes the run fail as well. */
static void put_failures(FILE *out, const struct view *v, int width)
{
	bool first = true;

	for (int i = 0; i < v->a->n_rows + v->a->n_ceilings; i++) {
		const struct row *r = analysis_row(v->a, i);

		if (r->state != POINT_FAILED)
			continue;
		fputs(first ? "\nfailed, again with:\n" : "", out);
		put_failure(out, v, r, width);
		first = false;
	}
}

/* True when a row that is shown has too few processes for an interval. */
static bool has_few(const struct view *v)
{
	for (int i = 0; i < v->a->n_rows; i++)
		if (row_has_figures(&v->a->rows[i]) && !v->a->rows[i].rep_s.interval)
			return true;
	return false;
}

/* Its word in colour, which takes no columns. */
static void put_mark(FILE *out, const struct mark_word *m, const struct report_options *options)
{
	struct strbuf line = {0};

	strbuf_printf(&line, "%s%s%s: %s", options->colour ? ANSI_MARK : "", m->word,
		      options->colour ? ANSI_OFF : "", m->meaning);
	terminal_wrapped(out, strbuf_text(&line), terminal_columns(options));
	strbuf_free(&line);
}

void terminal_footer(FILE *out, const struct view *v, const struct report_options *options)
{
	bool first = true;

	for (const struct mark_word *m = mark_words; m->word; m++) {
		if (!mark_in_use(v, m->word))
			continue;
		fputs(first ? "\n" : "", out);
		put_mark(out, m, options);
		first = false;
	}
	if (has_few(v))
		fprintf(out, "%sn<6: a 95 %% interval needs 6 processes\n", first ? "\n" : "");
	put_failures(out, v, terminal_columns(options));
}

void terminal_lines(FILE *out, const char *text, int width)
{
	struct strbuf plain = {0};

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		struct strbuf raw = {0};

		strbuf_add(&raw, line, strcspn(line, "\n"));
		strbuf_reset(&plain);
		text_plain(&plain, strbuf_text(&raw));
		terminal_wrapped(out, strbuf_text(&plain), width);
		strbuf_free(&raw);
	}
	strbuf_free(&plain);
}
