/* SPDX-License-Identifier: Apache-2.0 */
/* plan: what run would do, without doing it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/cmd/cmd.h"
#include "harness/cmd/spec_options.h"
#include "harness/plan/plan.h"
#include "harness/run/run.h"
#include "reports/number.h"
#include "reports/text.h"
#include "reports/view.h"

static error_t parse(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = state->input;
	return 0;
}

static const struct argp_child children[] = {{&spec_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
	.parser = parse,
	.children = children,
	.args_doc = "[SPEC]",
	.doc = "Prints the points that run would measure with the same arguments, those that cannot run with "
	       "the "
	       "reason, the ceilings beside them, how many visits that makes, and the least time it takes.",
};

static void print_point(const struct plan_point *p)
{
	char label[256];
	struct strbuf text = {0}, memory = {0};
	text_plain(&text, point_label(&p->point, label, sizeof label));
	printf("  %-11s  %s",
	       p->state == POINT_PLANNED ? (p->role == ROLE_CEILING ? "ceiling" : "point")
					 : point_state_name(p->state),
	       strbuf_text(&text));
	strbuf_reset(&text);
	text_plain(&text, p->reason ? p->reason : "");
	if (text.len)
		printf(": %s", strbuf_text(&text));
	else if (p->checked && p->check.total > 0) {
		number_bytes(&memory, (double)p->check.total);
		printf(" (%s)", strbuf_text(&memory));
	}
	putchar('\n');
	strbuf_free(&text);
	strbuf_free(&memory);
}

/* The windows alone: processes, loading and warm-up come on top. */
static void print_time(const struct spec *spec, const struct plan *p)
{
	struct strbuf time = {0};
	duration_put(&time, p->n_visits * spec->min_time_s);
	printf("%d visits in %d rounds, seed %lld; their windows take at least %s, by the spec's min_time\n",
	       p->n_visits, spec->rounds, (long long)spec->seed, strbuf_text(&time));
	strbuf_free(&time);
}

static void print_plan(const struct spec *spec, const struct plan *p)
{
	int count[POINT_UNAVAILABLE + 1] = {0}, n_ceilings = 0;
	for (int i = 0; i < p->n_points; i++) {
		print_point(&p->points[i]);
		if (p->points[i].role == ROLE_CEILING)
			n_ceilings++;
		else
			count[p->points[i].state]++;
	}
	printf("%d point%s to measure beside %d ceiling%s, %d skipped, %d unavailable\n",
	       count[POINT_PLANNED], count[POINT_PLANNED] == 1 ? "" : "s", n_ceilings,
	       n_ceilings == 1 ? "" : "s", count[POINT_SKIPPED], count[POINT_UNAVAILABLE]);
	print_time(spec, p);
}

static int plan(const struct spec_options *o, struct diag *d)
{
	struct spec spec = {0};
	struct plan p = {0};
	struct wire_hello hello = {0};
	char *worker = NULL;
	int rc = spec_options_load(o, &spec, d);
	if (rc == 0)
		rc = spec_options_worker(o, &worker, d);
	if (rc == 0)
		rc = run_plan(&spec, worker, &p, &hello, d);
	if (rc == 0)
		print_plan(&spec, &p);
	plan_free(&p);
	wire_hello_free(&hello);
	spec_free(&spec);
	free(worker);
	return rc;
}

int cmd_plan(int argc, char **argv)
{
	struct spec_options o = {0};
	struct diag d = {0};
	cmd_parse(&argp, argc, argv, &o);
	int rc = plan(&o, &d);
	spec_options_free(&o);
	return cmd_finish(rc ? cmd_fail(&d) : EXIT_OK);
}
