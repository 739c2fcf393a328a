/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include "engines/base/strbuf.h"
#include "harness/cmd/plan_print.h"
#include "reports/number.h"
#include "reports/text.h"
#include "reports/view.h"

enum { LABEL_SIZE = 256 };

static const char *word_of(const struct plan_point *p)
{
	if (p->state != POINT_PLANNED)
		return point_state_name(p->state);
	return p->role == ROLE_CEILING ? "ceiling" : "point";
}

static void put_label(struct strbuf *out, const struct plan_point *p)
{
	char label[LABEL_SIZE];
	text_plain(out, point_label(&p->point, label, sizeof label));
}

/* " (1.2 GiB, 0.31 s a visit by history)" */
static void put_cost(struct strbuf *out, const struct plan_point *p, const struct plan_estimate *e)
{
	bool memory = p->checked && p->check.total > 0, time = e->n_visits && e->source != ESTIMATE_LEAST;
	if (!memory && !time)
		return;
	strbuf_puts(out, " (");
	if (memory)
		number_bytes(out, (double)p->check.total);
	if (time)
		strbuf_printf(out, "%s%.2g s a visit by %s", memory ? ", " : "", e->likely,
			      estimate_source_name(e->source));
	strbuf_putc(out, ')');
}

static void print_point(const struct plan_view *v, int i, struct strbuf *line)
{
	const struct plan_point *p = &v->plan->points[i];
	strbuf_reset(line);
	strbuf_printf(line, "  %-11s  ", word_of(p));
	put_label(line, p);
	if (p->reason && *p->reason) {
		strbuf_puts(line, ": ");
		text_plain(line, p->reason);
	} else {
		put_cost(line, p, &v->estimates[i]);
	}
	if (v->pilots && v->pilots[i].why) {
		strbuf_puts(line, "; its pilot: ");
		text_plain(line, v->pilots[i].why);
	}
	puts(strbuf_text(line));
}

static void print_counts(const struct plan *p)
{
	int count[POINT_UNAVAILABLE + 1] = {0}, n_ceilings = 0;
	for (int i = 0; i < p->n_points; i++) {
		if (p->points[i].role == ROLE_CEILING)
			n_ceilings++;
		else
			count[p->points[i].state]++;
	}
	printf("%d point%s to measure beside %d ceiling%s, %d skipped, %d unavailable\n",
	       count[POINT_PLANNED], count[POINT_PLANNED] == 1 ? "" : "s", n_ceilings,
	       n_ceilings == 1 ? "" : "s", count[POINT_SKIPPED], count[POINT_UNAVAILABLE]);
}

static void print_excludes(const struct plan_view *v, struct strbuf *line)
{
	strbuf_reset(line);
	text_plain(line, v->spec->file);
	for (int i = 0; i < v->plan->n_excludes; i++) {
		const struct plan_exclude *x = &v->plan->excludes[i];
		if (x->n_matched)
			printf("%s:%d: exclude drops %lld point%s\n", strbuf_text(line), x->line,
			       (long long)x->n_matched, x->n_matched == 1 ? "" : "s");
		else
			printf("note: %s:%d: exclude matches no point\n", strbuf_text(line), x->line);
	}
}

static void print_order(const struct plan_view *v, struct strbuf *line)
{
	int n = v->plan->n_visits;
	if (n)
		puts("the visits in their order: number, round, kind, point");
	for (int i = 0; i < n; i++) {
		const struct plan_visit *visit = &v->plan->visits[i];
		strbuf_reset(line);
		strbuf_printf(line, "  %6d  %4d  %-7s  ", i + 1, visit->round, visit_kind_name(visit->kind));
		put_label(line, &v->plan->points[visit->point]);
		puts(strbuf_text(line));
	}
}

/* "history of 3 points, min_time alone of 2" */
static void put_sources(struct strbuf *out, const struct plan_time *t)
{
	static const char *const words[ESTIMATE_COUNT] = {"min_time alone", "work and ceilings", "a pilot",
							  "history"};
	bool any = false;
	for (int s = ESTIMATE_COUNT - 1; s >= 0; s--) {
		if (t->n_by[s] == 0)
			continue;
		strbuf_printf(out, "%s%s of %d", any ? ", " : "", words[s], t->n_by[s]);
		strbuf_puts(out, any ? "" : t->n_by[s] == 1 ? " point" : " points");
		any = true;
	}
}

static void put_range(struct strbuf *out, const struct plan_time *t)
{
	if (!isfinite(t->high))
		strbuf_puts(out, "at least ");
	duration_put(out, isfinite(t->high) ? t->likely : t->low);
	if (!isfinite(t->high))
		return;
	strbuf_puts(out, " (");
	duration_put(out, t->low);
	strbuf_puts(out, " to ");
	duration_put(out, t->high);
	strbuf_putc(out, ')');
}

static void print_time(const struct plan_view *v, struct strbuf *line)
{
	const struct plan_time *t = &v->time;
	strbuf_reset(line);
	put_range(line, t);
	strbuf_puts(line, ", by ");
	put_sources(line, t);
	printf("%d visits in %d rounds, seed %lld\n", v->plan->n_visits, v->spec->rounds,
	       (long long)v->spec->seed);
	if (v->plan->n_visits)
		printf("they take %s\n", strbuf_text(line));
	strbuf_reset(line);
	if (t->verify > 0)
		duration_put(line, t->verify);
	if (t->verify > 0)
		printf("comparing outputs takes %s more, by history\n", strbuf_text(line));
	if (t->n_verify_unknown)
		printf("comparing the outputs of %d point%s comes on top: not known how long\n",
		       t->n_verify_unknown, t->n_verify_unknown == 1 ? "" : "s");
}

void plan_print_text(const struct plan_view *v)
{
	struct strbuf line = {0};
	for (int i = 0; i < v->plan->n_points; i++)
		print_point(v, i, &line);
	if (v->order)
		print_order(v, &line);
	print_counts(v->plan);
	print_excludes(v, &line);
	print_time(v, &line);
	strbuf_reset(&line);
	text_plain(&line, v->note);
	if (*v->note)
		printf("note: no history: %s\n", strbuf_text(&line));
	strbuf_free(&line);
}
