/* SPDX-License-Identifier: Apache-2.0 */
/* One line a point, ceilings too; numbers in full, an empty field is "none". */
#include "config.h"

#include "reports/report.h"

#include <math.h>
#include <stddef.h>

#include "reports/counters.h"
#include "reports/csv.h"
#include "reports/view.h"

static const struct {
	const char *name;
	size_t offset;
} estimates[] = {
	{"rep_s", offsetof(struct row, rep_s)},
	{"tokens_per_s", offsetof(struct row, tokens_s)},
	{"gflop_per_s", offsetof(struct row, gflops_s)},
	{"gbyte_per_s", offsetof(struct row, gbytes_s)},
	{"call_ns", offsetof(struct row, call_ns)},
	{"step_ms", offsetof(struct row, step_ms)},
	{"load_s", offsetof(struct row, load_s)},
	{"share", offsetof(struct row, share)},
	{"device_share", offsetof(struct row, device_share)},
};
#define N_ESTIMATES (sizeof estimates / sizeof estimates[0])

static void put_head(struct strbuf *line, const struct counter_columns *counters)
{
	strbuf_puts(line, "run,id,role");
	for (int k = 0; k < KEY_COUNT; k++)
		csv_text(line, point_key_name(k));
	strbuf_puts(line, ",state,reason,n,interval");
	for (size_t i = 0; i < N_ESTIMATES; i++)
		strbuf_printf(line, ",%s,%s_lo,%s_hi", estimates[i].name, estimates[i].name,
			      estimates[i].name);
	strbuf_puts(
		line,
		",step_p99_ms,bound,ceiling,ceiling_tokens_per_s,residual_same,residual_f32,"
		"residual_bound,samples,warmup,faulted,preempted,migrated,contended,throttled,power_limited,"
		"visits_failed,"
		"peak_bytes,step_cost_ns,client_bound,clock,ran,command");
	counter_columns_head(line, counters);
	strbuf_putc(line, '\n');
}

static void put_row(struct strbuf *line, const struct stored_run *run, const struct row *r,
		    const struct counter_columns *counters)
{
	const int counts[] = {r->n_samples,   r->n_warmup,	  r->n_faulted,
			      r->n_preempted, r->n_migrated,	  r->n_contended,
			      r->n_throttled, r->n_power_limited, r->visits_failed};
	struct strbuf text = {0};

	strbuf_printf(line, "%lld,%s,%s", (long long)run->id, r->point->id, point_role_name(r->point->role));
	for (int k = 0; k < KEY_COUNT; k++)
		csv_text(line, point_get(&r->point->point, k));
	csv_text(line, row_state(r));
	csv_text(line, r->reason);
	csv_number(line, r->rep_s.n);
	csv_text(line, r->rep_s.n == 0 ? "" : r->rep_s.interval ? "95 %" : "n too small");
	for (size_t i = 0; i < N_ESTIMATES; i++)
		csv_estimate(line, (const struct estimate *)((const char *)r + estimates[i].offset));
	csv_number(line, r->step_p99_ms);
	csv_text(line, bound_name(r->bound));
	csv_number(line, r->ceiling);
	csv_number(line, r->ceiling_tokens_s);
	csv_number(line, r->residual_same);
	csv_number(line, r->residual_f32);
	csv_number(line, r->residual_bound);
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
		csv_number(line, counts[i]);
	csv_number(line, r->peak_bytes);
	csv_number(line, r->step_cost_ns);
	csv_text(line, isfinite(r->step_cost_ns) ? r->client_bound ? "yes" : "no" : "");
	csv_text(line, row_clock(r));
	row_ran(&text, r);
	csv_text(line, strbuf_text(&text));
	strbuf_reset(&text);
	row_command(&text, run, r);
	csv_text(line, strbuf_text(&text));
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
