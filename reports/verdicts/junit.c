/* SPDX-License-Identifier: Apache-2.0 */
/* JUnit's XML, as continuous integration reads it: a test case a cell. SLOWER fails, what is open is skipped, what could not
 * be measured, or is wrong, is an error. */
#include "config.h"

#include <math.h>

#include "reports/text.h"
#include "reports/verdicts/verdicts.h"

/* XML 1.0 has no control characters at all, not even escaped. */
static void put_xml(struct strbuf *out, const char *text)
{
	struct strbuf plain = {0};

	text_plain(&plain, text);
	text_html(out, strbuf_text(&plain));
	strbuf_free(&plain);
}

enum kind { KIND_PASS = 0, KIND_FAILURE, KIND_ERROR, KIND_SKIPPED };

static enum kind kind_of(const struct verdict_cell *c)
{
	if (c->state == POINT_FAILED || c->state == POINT_UNAVAILABLE || c->caveat == CAVEAT_WRONG)
		return KIND_ERROR;
	if (verdict_cell_fails(c))
		return KIND_FAILURE;
	if (c->state != POINT_DONE || c->result.verdict == VERDICT_INCONCLUSIVE || !verdict_stands(c))
		return KIND_SKIPPED;
	return KIND_PASS;
}

static void put_message(struct strbuf *out, const struct verdict_cell *c)
{
	verdict_word(out, c);
	if (c->n_pairs) {
		strbuf_puts(out, ": time of b over a ");
		verdict_effect(out, c);
		strbuf_printf(out, ", %d pairs", c->n_pairs);
	}
	if (c->pairs.state == PAIRS_DONE && c->n_pairs)
		strbuf_printf(out, ", minimum detectable effect %.2f %%", expm1(c->pairs.mde) * 100);
	if (*verdict_why(c))
		strbuf_printf(out, "; %s", verdict_why(c));
	if (c->caveat)
		strbuf_printf(out, "; %s", verdict_caveat_name(c->caveat));
	struct strbuf needed = {0};
	verdict_needed(&needed, c);
	if (needed.len)
		strbuf_printf(out, "; it takes %s", strbuf_text(&needed));
	strbuf_free(&needed);
}

/* Seconds that its visits took. */
static double time_of(const struct verdict_cell *c)
{
	double s = 0;

	for (int arm = 0; arm < TRIAL_ARMS; arm++)
		for (int i = 0; c->point[arm] && i < c->point[arm]->n_visits; i++)
			if (arm == 0 || c->point[0] != c->point[1])
				s += (double)c->point[arm]->visits[i].wall_ns * 1e-9;
	return s;
}

static void put_case(struct strbuf *out, const struct verdicts *v, const struct verdict_cell *c)
{
	static const char *const tags[] = {"system-out", "failure", "error", "skipped"};
	const char *tag = tags[kind_of(c)];
	struct strbuf text = {0};

	verdict_label(&text, v, c);
	strbuf_puts(out, "    <testcase classname=\"inferometer\" name=\"");
	put_xml(out, strbuf_text(&text));
	strbuf_printf(out, "\" time=\"%.3f\">\n", time_of(c));
	strbuf_reset(&text);
	put_message(&text, c);
	if (kind_of(c) == KIND_PASS)
		strbuf_printf(out, "      <%s>", tag);
	else {
		strbuf_printf(out, "      <%s message=\"", tag);
		put_xml(out, strbuf_text(&text));
		strbuf_puts(out, "\">");
	}
	put_xml(out, strbuf_text(&text));
	strbuf_printf(out, "</%s>\n    </testcase>\n", tag);
	strbuf_free(&text);
}

int verdicts_junit(FILE *out, const struct verdicts *v,
		   const struct report_options *o __attribute__((unused)), struct diag *d)
{
	int n[4] = {0};
	struct strbuf s = {0}, head = {0};

	for (int i = 0; i < v->n_cells; i++)
		n[kind_of(&v->cell[i])]++;
	verdicts_headline(&head, v);
	strbuf_puts(&s, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite "
			"name=\"inferometer: ");
	put_xml(&s, strbuf_text(&head));
	strbuf_printf(&s, "\" tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\">\n", v->n_cells,
		      n[KIND_FAILURE], n[KIND_ERROR], n[KIND_SKIPPED]);
	for (int i = 0; i < v->n_cells; i++)
		put_case(&s, v, &v->cell[i]);
	strbuf_puts(&s, "  </testsuite>\n</testsuites>\n");
	fputs(strbuf_text(&s), out);
	strbuf_free(&s);
	strbuf_free(&head);
	return ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}
