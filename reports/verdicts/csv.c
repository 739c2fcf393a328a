/* SPDX-License-Identifier: Apache-2.0 */
/* One line a cell; numbers in full, an empty field is "none". Ratios are of times, b over a: above 1 b is slower. */
#include "config.h"

#include <math.h>

#include "reports/csv.h"
#include "reports/verdicts/verdicts.h"

static int written(FILE *out, struct diag *d)
{
	return ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}

static void put_flag(struct strbuf *line, bool x)
{
	csv_text(line, x ? "yes" : "no");
}

/* ratio_low,ratio,ratio_high,verdict */
static void put_verdict(struct strbuf *line, const struct verdict_cell *c)
{
	bool done = c->state == POINT_DONE && c->pairs.state == PAIRS_DONE;

	csv_number(line, done ? exp(c->pairs.lo) : NAN);
	csv_number(line, c->n_pairs ? exp(c->pairs.theta) : NAN);
	csv_number(line, done ? exp(c->pairs.hi) : NAN);
	csv_text(line, c->state == POINT_DONE ? verdict_name(c->result.verdict) : "");
}

static void put_head(struct strbuf *line)
{
	strbuf_puts(line, "point,a,b");
	for (int k = 0; k < KEY_COUNT; k++)
		csv_text(line, point_key_name((enum point_key)k));
	strbuf_puts(line,
		    ",state,ratio_low,ratio,ratio_high,verdict,why,pairs,mde,spread,p,survives,confirmed,"
		    "pairs_needed,estimator,median_a_s,median_b_s,residual_a,residual_b,contended,throttled,"
		    "lost,aa_pairs,"
		    "caveat\n");
}

static void put_cell(struct strbuf *line, const struct verdicts *v, const struct verdict_cell *c)
{
	bool done = c->state == POINT_DONE && c->pairs.state == PAIRS_DONE;
	struct strbuf label = {0};

	verdict_label(&label, v, c);
	csv_text(line, strbuf_text(&label));
	csv_text(line, v->trial.arm[0].title);
	csv_text(line, v->trial.arm[1].title);
	for (int k = 0; k < KEY_COUNT; k++)
		csv_text(line, point_get(&c->point[0]->point, (enum point_key)k));
	csv_text(line, point_state_name(c->state));
	put_verdict(line, c);
	csv_text(line, verdict_why(c));
	csv_number(line, c->n_pairs);
	csv_number(line, done ? expm1(c->pairs.mde) : NAN);
	csv_number(line, c->n_pairs > 1 ? c->pairs.spread : NAN);
	csv_number(line, done ? c->pairs.p : NAN);
	put_flag(line, c->survives);
	put_flag(line, c->confirmed);
	csv_number(line, c->pairs_needed);
	csv_text(line, estimator_name(c->estimator));
	for (int arm = 0; arm < TRIAL_ARMS; arm++)
		csv_number(line, c->median[arm]);
	for (int arm = 0; arm < TRIAL_ARMS; arm++)
		csv_number(line, c->residual[arm]);
	csv_number(line, c->n_contended);
	csv_number(line, c->n_throttled);
	csv_number(line, c->n_lost);
	csv_number(line, c->n_aa);
	csv_text(line, verdict_caveat_name(c->caveat));
	strbuf_putc(line, '\n');
	strbuf_free(&label);
}

int verdicts_csv(FILE *out, const struct verdicts *v, const struct report_options *o __attribute__((unused)),
		 struct diag *d)
{
	struct strbuf line = {0};

	put_head(&line);
	for (int i = 0; i < v->n_cells; i++) {
		fputs(strbuf_text(&line), out);
		strbuf_reset(&line);
		put_cell(&line, v, &v->cell[i]);
	}
	fputs(strbuf_text(&line), out);
	strbuf_free(&line);
	return written(out, d);
}

int verdicts_replicate_head(FILE *out, struct diag *d)
{
	fputs("replicate,point,ratio_low,ratio,ratio_high,verdict,pairs,mde,p,run\n", out);
	return written(out, d);
}

int verdicts_replicate_rows(FILE *out, const struct verdicts *v, int number, struct diag *d)
{
	struct strbuf line = {0};

	for (int i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cell[i];
		bool done = c->state == POINT_DONE && c->pairs.state == PAIRS_DONE;
		struct strbuf label = {0};

		verdict_label(&label, v, c);
		strbuf_printf(&line, "%d", number);
		csv_text(&line, strbuf_text(&label));
		put_verdict(&line, c);
		csv_number(&line, c->n_pairs);
		csv_number(&line, done ? expm1(c->pairs.mde) : NAN);
		csv_number(&line, done ? c->pairs.p : NAN);
		strbuf_printf(&line, ",%lld\n", (long long)v->run->id);
		strbuf_free(&label);
	}
	fputs(strbuf_text(&line), out);
	fflush(out);
	strbuf_free(&line);
	return written(out, d);
}
