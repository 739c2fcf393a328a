/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A summary for an issue, a pull request or a wiki, as GitHub renders it: what was measured on what, one table a kind of
 * rows, what the marks mean, what failed with its commands; what is detail is folded. Nothing from outside is markup.
 */
#include "config.h"

#include "reports/report.h"

#include <string.h>

#include "reports/columns.h"
#include "reports/counters.h"
#include "reports/number.h"
#include "reports/text.h"

/* Columns that go first on a terminal are detail here. */
#define DROP_DETAIL 4
/* More commands than these are folded. */
#define COMMANDS_SHOWN 10

/* ---- what and where ---- */

/* A fact that is known: not "unknown: why" or "absent: why". */
static void put_known(struct strbuf *out, const json_t *facts, const char *key, const char *before)
{
	struct strbuf text = {0};

	fact_put(&text, facts, key);
	if (text.len && strncmp(strbuf_text(&text), "unknown", 7) != 0 &&
	    strncmp(strbuf_text(&text), "absent", 6) != 0)
		strbuf_printf(out, "%s%s", before, strbuf_text(&text));
	strbuf_free(&text);
}

/* An item of the list on top: what is text of ours, the rest of anyone's. */
static void put_item(struct strbuf *out, const char *what, struct strbuf *text)
{
	strbuf_printf(out, "- %s: ", what);
	text_md(out, strbuf_text(text));
	strbuf_putc(out, '\n');
	strbuf_reset(text);
}

static void put_machine(struct strbuf *out, const struct stored_run *run)
{
	struct strbuf text = {0};
	double bytes = (double)json_integer_value(json_object_get(run->machine, "memory_bytes"));

	place_put(&text, run);
	put_known(&text, run->machine, "cpus", ", CPUs: ");
	if (bytes > 0) {
		strbuf_puts(&text, ", ");
		number_bytes(&text, bytes);
	}
	put_known(&text, run->environment, "host.hypervisor", ", under ");
	put_known(&text, run->environment, "host.kernel", ", Linux ");
	put_known(&text, run->environment, "clocks.governor", ", governor ");
	put_item(out, "machine", &text);
	strbuf_printf(&text, "%s %s", run->build_program ? run->build_program : "",
		      run->build_version ? run->build_version : "");
	put_known(&text, run->build, "git", ", commit ");
	put_known(&text, run->build, "compiler", ", ");
	put_item(out, "build", &text);
	strbuf_free(&text);
}

static void put_run(struct strbuf *out, const struct view *v)
{
	const struct stored_run *run = v->a->run;
	struct strbuf text = {0};

	if (run->id)
		strbuf_printf(&text, "%lld", (long long)run->id);
	else
		strbuf_puts(&text, "not stored");
	if (run->label && run->label[0])
		strbuf_printf(&text, " (%s)", run->label);
	strbuf_puts(&text, ", ");
	time_put(&text, run->start_wall_ns);
	if (run->end_wall_ns > run->start_wall_ns) {
		strbuf_puts(&text, ", ");
		duration_put(&text, (double)(run->end_wall_ns - run->start_wall_ns) * 1e-9);
	}
	strbuf_puts(&text, "; ");
	view_constants(&text, v);
	run_notes_put(&text, run, "; ");
	put_item(out, "run", &text);
	strbuf_free(&text);
}

static void put_intro(struct strbuf *out, const struct view *v)
{
	struct strbuf text = {0};

	view_models(&text, v);
	strbuf_puts(&text, " on ");
	place_put(&text, v->a->run);
	strbuf_puts(out, "### Inferometer: ");
	text_md(out, strbuf_text(&text));
	strbuf_reset(&text);
	view_troubles(&text, v);
	strbuf_printf(out, "\n\n%d of %d points done%s%s. ", view_state_count(v, POINT_DONE), v->a->n_rows,
		      text.len ? ", " : "", strbuf_text(&text));
	if (v->processes > 0)
		strbuf_printf(out, "Medians of %d %s with the 95 %% interval.\n\n", v->processes,
			      v->processes == 1 ? "process" : "processes");
	else
		strbuf_puts(out, "Medians of n processes with the 95 % interval.\n\n");
	put_machine(out, v->a->run);
	put_run(out, v);
	strbuf_free(&text);
}

/* ---- the table ---- */

/* The columns of a summary, with or without the state. */
struct summary {
	const struct column *column[COLUMNS_MAX];
	int n;
	bool state; /* a row is not done */
};

static bool column_has_text(const struct view *v, enum row_kind kind, const struct column *c)
{
	struct strbuf text = {0}, interval = {0};
	bool any = false;

	for (int i = 0; i < v->a->n_rows && !any; i++) {
		const struct row *r = &v->a->rows[i];

		if (row_kind(r) == kind)
			c->put(&text, &interval, v, r);
		any = text.len + interval.len > 0;
	}
	strbuf_free(&text);
	strbuf_free(&interval);
	return any;
}

static struct summary summary_of(const struct view *v, enum row_kind kind)
{
	const struct column *all[COLUMNS_MAX];
	struct summary s = {0};
	int n = columns_of(all, v, kind);

	for (int c = 0; c < n; c++) {
		bool detail = all[c]->drop > 0 && all[c]->drop <= DROP_DETAIL;
		bool said = strcmp(all[c]->head, "n") == 0 && v->processes > 0;

		if (!detail && !said && column_has_text(v, kind, all[c]))
			s.column[s.n++] = all[c];
	}
	for (int i = 0; i < v->a->n_rows; i++)
		s.state |= row_kind(&v->a->rows[i]) == kind && v->a->rows[i].state != POINT_DONE;
	return s;
}

static void put_head(struct strbuf *out, const struct summary *s)
{
	strbuf_putc(out, '|');
	for (int c = 0; c < s->n; c++)
		strbuf_printf(out, " %s%s%s |", s->column[c]->head, s->column[c]->unit[0] ? ", " : "",
			      s->column[c]->unit);
	strbuf_puts(out, s->state ? " state |\n|" : "\n|");
	for (int c = 0; c < s->n; c++)
		strbuf_puts(out, s->column[c]->figure ? "---:|" : "---|");
	strbuf_puts(out, s->state ? "---|\n" : "\n");
}

static void put_cell(struct strbuf *out, const struct column *c, const struct view *v, const struct row *r)
{
	struct strbuf text = {0}, interval = {0};
	bool key = c->use == COLUMN_KEY || c->use == COLUMN_PRECISION;
	bool strike = c->use == COLUMN_RATE && row_is_wrong(r);

	if (key || r->n_values > 0)
		c->put(&text, &interval, v, r);
	if (text.len && interval.len)
		strbuf_putc(&text, ' ');
	strbuf_puts(&text, strbuf_text(&interval));
	strbuf_puts(out, strike && text.len ? " ~~" : " ");
	text_md(out, strbuf_text(&text));
	strbuf_puts(out, strike && text.len ? "~~ |" : " |");
	strbuf_free(&text);
	strbuf_free(&interval);
}

static void put_state(struct strbuf *out, const struct row *r)
{
	strbuf_putc(out, ' ');
	if (!row_is_wrong(r))
		strbuf_printf(out, "%s%s", row_state(r), r->reason[0] ? ": " : "");
	text_md(out, r->reason);
	strbuf_puts(out, " |");
}

static void put_table(struct strbuf *out, const struct view *v, enum row_kind kind)
{
	struct summary s = summary_of(v, kind);

	strbuf_putc(out, '\n');
	put_head(out, &s);
	for (int i = 0; i < v->a->n_rows; i++) {
		const struct row *r = &v->a->rows[i];

		if (row_kind(r) != kind)
			continue;
		strbuf_putc(out, '|');
		for (int c = 0; c < s.n; c++)
			put_cell(out, s.column[c], v, r);
		if (s.state)
			put_state(out, r);
		strbuf_putc(out, '\n');
	}
}

static void put_marks(struct strbuf *out, const struct view *v)
{
	bool first = true;

	for (const struct mark_word *m = mark_words; m->word; m++) {
		if (!mark_in_use(v, m->word))
			continue;
		strbuf_printf(out, "%s- *%s*: %s\n", first ? "\n" : "", m->word, m->meaning);
		first = false;
	}
}

/* ---- what failed ---- */

/* A fence is longer than any in what it holds. */
static void put_fenced(struct strbuf *out, const char *text)
{
	int longest = 2;

	for (const char *at = text; *at; at++) {
		int n = (int)strspn(at, "`");

		longest = n > longest ? n : longest;
		at += n > 0 ? n - 1 : 0;
	}
	for (int i = 0; i <= longest; i++)
		strbuf_putc(out, '`');
	strbuf_printf(out, "sh\n%s", text);
	for (int i = 0; i <= longest; i++)
		strbuf_putc(out, '`');
	strbuf_putc(out, '\n');
}

static void put_command(struct strbuf *out, const struct view *v, const struct row *r)
{
	struct strbuf text = {0};

	row_label(&text, v, r);
	if (r->point->role == ROLE_CEILING)
		strbuf_printf(&text, " t%s (a ceiling)", point_get(&r->point->point, KEY_THREADS));
	strbuf_printf(&text, ": %s", r->reason);
	strbuf_puts(out, "# ");
	text_plain(out, strbuf_text(&text));
	strbuf_reset(&text);
	row_command(&text, v->a->run, r);
	strbuf_putc(out, '\n');
	text_plain(out, strbuf_text(&text));
	strbuf_putc(out, '\n');
	strbuf_free(&text);
}

static void put_commands(struct strbuf *out, const struct view *v)
{
	struct strbuf commands = {0};
	int n = 0;

	for (int i = 0; i < v->a->n_rows + v->a->n_ceilings; i++) {
		const struct row *r = analysis_row(v->a, i);

		if (r->state != POINT_FAILED)
			continue;
		put_command(&commands, v, r);
		n++;
	}
	if (n > COMMANDS_SHOWN)
		strbuf_printf(out, "\n<details><summary>Failed: %d, again with</summary>\n\n", n);
	else if (n > 0)
		strbuf_puts(out, "\nFailed, again with:\n\n");
	if (n > 0)
		put_fenced(out, strbuf_text(&commands));
	strbuf_puts(out, n > COMMANDS_SHOWN ? "\n</details>\n" : "");
	strbuf_free(&commands);
}

/* ---- what is folded ---- */

static void put_ceiling(struct strbuf *out, const struct row *c)
{
	struct strbuf text = {0}, interval = {0};
	const char *unit;

	number_estimate(&text, &interval, row_rate(c, &unit));
	strbuf_printf(&text, "%s%s", text.len ? " " : "", strbuf_text(&interval));
	strbuf_puts(out, "| ");
	strbuf_reset(&interval);
	ceiling_test(&interval, c);
	text_md(out, strbuf_text(&interval));
	strbuf_puts(out, " | ");
	text_md(out, point_get(&c->point->point, KEY_ISA));
	strbuf_puts(out, " | ");
	text_md(out, point_get(&c->point->point, KEY_THREADS));
	strbuf_printf(out, " | %s %s | %d |", strbuf_text(&text), c->rep_s.n ? unit : "", c->rep_s.n);
	put_state(out, c);
	strbuf_putc(out, '\n');
	strbuf_free(&text);
	strbuf_free(&interval);
}

static void put_ceilings(struct strbuf *out, const struct analysis *a)
{
	if (a->n_ceilings == 0) {
		strbuf_puts(out, "\nCeilings: none was measured in this run.\n");
		return;
	}
	strbuf_printf(out, "\n<details><summary>Ceilings: %d</summary>\n\n", a->n_ceilings);
	strbuf_puts(out,
		    "| probe | isa | threads | rate, 95 % | n | state |\n|---|---|---:|---:|---:|---|\n");
	for (int i = 0; i < a->n_ceilings; i++)
		put_ceiling(out, &a->ceilings[i]);
	strbuf_puts(out, "\n</details>\n");
}

static void put_counters(struct strbuf *out, const struct view *v)
{
	struct strbuf text = {0};

	counters_md(&text, v);
	if (text.len)
		strbuf_printf(out, "\n<details><summary>Counters</summary>\n%s\n</details>\n",
			      strbuf_text(&text));
	strbuf_free(&text);
}

static int md_emit(FILE *out, const struct analysis *a,
		   const struct report_options *options __attribute__((unused)), struct diag *d)
{
	struct view v = view_make(a);
	struct strbuf s = {0};

	put_intro(&s, &v);
	for (int kind = 0; kind < ROW_KIND_COUNT; kind++)
		if (v.count[kind] > 0)
			put_table(&s, &v, kind);
	put_marks(&s, &v);
	put_commands(&s, &v);
	put_ceilings(&s, a);
	put_counters(&s, &v);
	fputs(strbuf_text(&s), out);
	strbuf_free(&s);
	return ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}

const struct emitter_ops emit_md = {
	.name = "md",
	.extension = "md",
	.help = "Markdown, to paste into an issue",
	.emit = md_emit,
};
