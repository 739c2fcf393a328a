/* SPDX-License-Identifier: Apache-2.0 */
/* One line a point, ceilings too; numbers in full, an empty field is "none". */
#include "config.h"

#include "reports/report.h"

#include <math.h>
#include <stddef.h>

#include "reports/counters.h"
#include "reports/text.h"
#include "reports/view.h"

static void put_text(struct strbuf *line, const char *text)
{
	if (line->len)
		strbuf_putc(line, ',');
	text_csv(line, text);
}

static void put_number(struct strbuf *line, double x)
{
	strbuf_putc(line, ',');
	if (isfinite(x))
		strbuf_printf(line, "%.9g", x);
}

/* value, lo, hi; the last two only where they are a 95 % interval. */
static void put_estimate(struct strbuf *line, const struct estimate *e)
{
	put_number(line, e->value);
	put_number(line, e->interval ? e->lo : NAN);
	put_number(line, e->interval ? e->hi : NAN);
}

static const struct {
	const char *name;
	size_t offset;
} estimates[] = {
	{"rep_s", offsetof(struct row, rep_s)},		 {"tokens_per_s", offsetof(struct row, tokens_s)},
	{"gflop_per_s", offsetof(struct row, gflops_s)}, {"gbyte_per_s", offsetof(struct row, gbytes_s)},
	{"call_ns", offsetof(struct row, call_ns)},	 {"step_ms", offsetof(struct row, step_ms)},
	{"load_s", offsetof(struct row, load_s)},	 {"share", offsetof(struct row, share)},
};
#define N_ESTIMATES (sizeof estimates / sizeof estimates[0])

static void put_head(struct strbuf *line, const struct counter_columns *counters)
{
	strbuf_puts(line, "run,id,role");
	for (int k = 0; k < KEY_COUNT; k++)
		put_text(line, point_key_name(k));
	strbuf_puts(line, ",state,reason,n,interval");
	for (size_t i = 0; i < N_ESTIMATES; i++)
		strbuf_printf(line, ",%s,%s_lo,%s_hi", estimates[i].name, estimates[i].name,
			      estimates[i].name);
	strbuf_puts(line, ",step_p99_ms,bound,ceiling,ceiling_tokens_per_s,residual_same,residual_f32,"
			  "residual_bound,samples,warmup,faulted,preempted,migrated,contended,visits_failed,"
			  "peak_bytes,step_cost_ns,client_bound,ran,command");
	counter_columns_head(line, counters);
	strbuf_putc(line, '\n');
}

static void put_row(struct strbuf *line, const struct stored_run *run, const struct row *r,
		    const struct counter_columns *counters)
{
	const int counts[] = {r->n_samples,  r->n_warmup,    r->n_faulted,    r->n_preempted,
			      r->n_migrated, r->n_contended, r->visits_failed};
	struct strbuf text = {0};

	strbuf_printf(line, "%lld,%s,%s", (long long)run->id, r->point->id, point_role_name(r->point->role));
	for (int k = 0; k < KEY_COUNT; k++)
		put_text(line, point_get(&r->point->point, k));
	put_text(line, row_state(r));
	put_text(line, r->reason);
	put_number(line, r->rep_s.n);
	put_text(line, r->rep_s.n == 0 ? "" : r->rep_s.interval ? "95 %" : "n too small");
	for (size_t i = 0; i < N_ESTIMATES; i++)
		put_estimate(line, (const struct estimate *)((const char *)r + estimates[i].offset));
	put_number(line, r->step_p99_ms);
	put_text(line, bound_name(r->bound));
	put_number(line, r->ceiling);
	put_number(line, r->ceiling_tokens_s);
	put_number(line, r->residual_same);
	put_number(line, r->residual_f32);
	put_number(line, r->residual_bound);
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
		put_number(line, counts[i]);
	put_number(line, r->peak_bytes);
	put_number(line, r->step_cost_ns);
	put_text(line, isfinite(r->step_cost_ns) ? r->client_bound ? "yes" : "no" : "");
	row_ran(&text, r);
	put_text(line, strbuf_text(&text));
	strbuf_reset(&text);
	row_command(&text, run, r);
	put_text(line, strbuf_text(&text));
	counter_columns_row(line, counters, r);
	strbuf_putc(line, '\n');
	strbuf_free(&text);
}

static int csv_emit(FILE *out, const struct analysis *a,
		    const struct report_options *options __attribute__((unused)), struct diag *d)
{
	struct counter_columns counters = counter_columns_make(a);
	struct strbuf line = {0};

	put_head(&line, &counters);
	fputs(strbuf_text(&line), out);
	for (int i = 0; i < a->n_rows + a->n_ceilings; i++) {
		strbuf_reset(&line);
		put_row(&line, a->run, analysis_row(a, i), &counters);
		fputs(strbuf_text(&line), out);
	}
	strbuf_free(&line);
	counter_columns_free(&counters);
	return ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}

const struct emitter_ops emit_csv = {
	.name = "csv",
	.extension = "csv",
	.help = "one line a point, all numbers",
	.emit = csv_emit,
};
