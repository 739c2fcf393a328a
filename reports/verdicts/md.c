/* SPDX-License-Identifier: Apache-2.0 */
/* For a pull request: the finding, the table, and what else there is to know folded away. Nothing from outside is markup. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "reports/text.h"
#include "reports/verdicts/verdicts.h"

static void put_cell(struct strbuf *out, const char *text)
{
	strbuf_putc(out, ' ');
	text_md(out, text);
	strbuf_puts(out, " |");
}

static void put_size(struct strbuf *out, double log_ratio)
{
	double x = expm1(log_ratio) * 100;

	if (isfinite(x))
		strbuf_printf(out, " %.2f %% |", x);
	else
		strbuf_puts(out, " |");
}

static void put_row(struct strbuf *out, const struct verdicts *v, const struct verdict_cell *c)
{
	struct strbuf text = {0}, needed = {0};
	bool called = c->state == POINT_DONE && c->result.verdict >= VERDICT_FASTER;

	strbuf_putc(out, '|');
	verdict_label(&text, v, c);
	put_cell(out, strbuf_text(&text));
	strbuf_reset(&text);
	verdict_word(&text, c);
	strbuf_printf(out, " %s ", c->state == POINT_DONE ? verdict_glyph(c->result.verdict) : "");
	strbuf_printf(out, called ? "**%s** |" : "%s |", strbuf_text(&text));
	strbuf_reset(&text);
	if (c->n_pairs)
		verdict_effect(&text, c);
	put_cell(out, strbuf_text(&text));
	strbuf_printf(out, " %d |", c->n_pairs);
	put_size(out, c->n_pairs ? c->pairs.spread : NAN);
	put_size(out, c->pairs.state == PAIRS_DONE ? c->pairs.mde : NAN);
	strbuf_reset(&text);
	verdict_marks(&text, c);
	if (*verdict_why(c))
		strbuf_printf(&text, "%s%s", text.len ? "; " : "", verdict_why(c));
	verdict_needed(&needed, c);
	if (needed.len)
		strbuf_printf(&text, "%sit takes %s", text.len ? "; " : "", strbuf_text(&needed));
	strbuf_free(&needed);
	put_cell(out, strbuf_text(&text));
	strbuf_putc(out, '\n');
	strbuf_free(&text);
}

static void put_list(struct strbuf *out, const char *lines)
{
	for (const char *at = lines; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		struct strbuf line = {0};

		strbuf_add(&line, at, strcspn(at, "\n"));
		strbuf_puts(out, "- ");
		text_md(out, strbuf_text(&line));
		strbuf_putc(out, '\n');
		strbuf_free(&line);
	}
}

int verdicts_md(FILE *out, const struct verdicts *v, const struct report_options *o __attribute__((unused)),
		struct diag *d)
{
	struct strbuf s = {0}, text = {0};

	strbuf_puts(&s, "**inferometer: ");
	verdicts_headline(&s, v);
	strbuf_printf(&s, "** (exit status %d: %s)\n\n", verdicts_exit(v), verdicts_exit_reason(v));
	strbuf_printf(&s,
		      "| point | verdict | time of b over a, %g %% | pairs | noise | MDE | marks |\n"
		      "|---|---|---:|---:|---:|---:|---|\n",
		      v->trial.level * 100);
	for (int i = 0; i < v->n_cells; i++)
		put_row(&s, v, &v->cell[i]);
	strbuf_puts(&s, "\n<details><summary>How it was measured</summary>\n\n");
	verdicts_intro(&text, v);
	verdicts_notes(&text, v);
	put_list(&s, strbuf_text(&text));
	strbuf_puts(&s, "\n</details>\n");
	fputs(strbuf_text(&s), out);
	strbuf_free(&s);
	strbuf_free(&text);
	return ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}
