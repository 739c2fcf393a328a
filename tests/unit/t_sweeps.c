/* SPDX-License-Identifier: Apache-2.0 */
/* The shipped sweeps, planned under a recorded answer of a worker. */
#include "config.h"

#include "harness/plan/plan.h"

#include "tests/unit/plan_worker.h"

/* What a step of the demo's points reads, roughly. */
static int64_t demo_working_set(const struct point *p)
{
	const char *precision = point_get(p, KEY_PRECISION);
	int64_t elements = strcmp(point_get(p, KEY_WORKLOAD), "gemm") == 0   ? 512 * 512
			   : strcmp(point_get(p, KEY_MODEL), "default") == 0 ? 3700000
									     : 160000000;
	return elements * (strcmp(precision, "f32") == 0 ? 4 : strcmp(precision, "f16") == 0 ? 2 : 1);
}

static void list_demo(struct plan *p, struct strbuf *out)
{
	char label[200];
	for (int i = 0; i < p->n_points; i++) {
		const struct plan_point *point = &p->points[i];
		strbuf_printf(out, "%3d %s %s", i, point->id,
			      point_label(&point->point, label, sizeof label));
		if (point->role == ROLE_CEILING)
			strbuf_puts(out, " (ceiling)");
		else
			strbuf_printf(out, " | %d %d", point->ceiling_read, point->ceiling_fma);
		strbuf_putc(out, '\n');
	}
	strbuf_puts(out, "round 1:");
	for (int i = 0; i < p->n_visits && p->visits[i].round == 1; i++)
		strbuf_printf(out, " %d", p->visits[i].point);
	strbuf_printf(out, "\n%d visits\n", p->n_visits);
}

/* The plan of a shipped sweep against tests/golden/plan/NAME.txt. */
static void is_golden(const char *name)
{
	const char *top = getenv("top_srcdir");
	char *path = mem_printf("%s/tests/golden/plan/%s.txt", top ? top : ".", name);
	struct spec s;
	struct plan p;
	struct strbuf got = {0}, want = {0};
	int c;
	if (spec_load_named(&s, name, NULL) || plan_expand(&p, &s, &hello, models, N_MODELS, NULL))
		bail("no plan of the sweep");
	for (int i = 0; i < p.n_points; i++) {
		struct wire_check fits = {.fits = true, .working_set = demo_working_set(&p.points[i].point)};
		plan_admit(&p, i, &fits);
	}
	plan_add_ceilings(&p, &hello);
	plan_order(&p, s.seed, s.rounds, true);
	list_demo(&p, &got);
	FILE *f = fopen(path, getenv("IFM_GOLDEN_UPDATE") ? "w+" : "r");
	if (!f)
		bail("no golden text: set top_srcdir");
	if (getenv("IFM_GOLDEN_UPDATE"))
		fputs(strbuf_text(&got), f);
	rewind(f);
	while ((c = getc(f)) != EOF)
		strbuf_putc(&want, (char)c);
	fclose(f);
	is_text(strbuf_text(&got), strbuf_text(&want), path);
	strbuf_free(&got);
	strbuf_free(&want);
	free(path);
	plan_free(&p);
	spec_free(&s);
}

/* At least 24 points, and each of the four axes with at least two values. */
static void test_demo(void)
{
	static const enum point_key keys[] = {KEY_SEQUENCES, KEY_PRECISION, KEY_BLOCKING, KEY_THREADS};
	struct spec s;
	struct plan p;
	if (spec_load_named(&s, "demo", NULL) || plan_expand(&p, &s, &hello, models, N_MODELS, NULL))
		bail("no plan of the demo");
	int planned = 0;
	for (int i = 0; i < p.n_points; i++)
		planned += p.points[i].state == POINT_PLANNED;
	is_int(planned, p.n_points, "the demo's points can all run");
	ok(planned >= 24, "at least 24 points");
	for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
		bool differs = false;
		for (int i = 1; i < p.n_points; i++)
			differs = differs || strcmp(point_get(&p.points[i].point, keys[k]),
						    point_get(&p.points[0].point, keys[k])) != 0;
		ok(differs, "%s varies", point_key_name(keys[k]));
	}
	plan_free(&p);
	spec_free(&s);
}

static void choice_add(struct wire_choices *c, const char *name)
{
	c->item = mem_realloc(c->item, ((size_t)c->n + 1) * sizeof *c->item);
	struct wire_choice *item = &c->item[c->n++];
	*item = (struct wire_choice){.usable = true};
	snprintf(item->name, sizeof item->name, "%s", name);
}

/* A ceiling over no more than a size. */
static void workload_add(const char *name, bool sized)
{
	hello.workloads =
		mem_realloc(hello.workloads, ((size_t)hello.n_workloads + 1) * sizeof *hello.workloads);
	struct wire_workload *w = &hello.workloads[hello.n_workloads++];
	*w = *wire_hello_workload(&hello, "read");
	snprintf(w->name, sizeof w->name, "%s", name);
	w->key[KEY_SIZE] = sized;
}

/* All workloads, precisions and keys that our own worker knows. */
static void hello_enrich(void)
{
	static const char *const sized[] = {"write", "copy", "triad", "latency"};
	for (size_t i = 0; i < sizeof sized / sizeof sized[0]; i++)
		workload_add(sized[i], true);
	workload_add("forkjoin", false);
	workload_add("timer", false);
	static const char *const more[] = {"bf16", "q4_0", "wi8ai8"};
	static const enum point_key keys[] = {KEY_AFFINITY, KEY_CACHE, KEY_DURATION, KEY_DEPTH};
	for (int i = 0; i < 3; i++)
		choice_add(&hello.devices[0].precisions, more[i]);
	choice_add(&hello.devices[0].kvs, "q8_0");
	for (int i = 0; i < hello.n_workloads; i++) {
		struct wire_workload *w = &hello.workloads[i];
		for (int k = 0; k < (w->uses_model ? 4 : 3); k++)
			w->key[keys[k]] = !w->ceiling;
	}
}

/* The worker has no GPU: what asks for one is unavailable. */
static bool is_elsewhere(const struct plan_point *p)
{
	return p->state == POINT_UNAVAILABLE && strcmp(point_get(&p->point, KEY_DEVICE), "cpu") != 0;
}

/* Every point can be, every exclude has something to leave out, and a median has an interval. */
static void test_sweep(const char *name)
{
	struct spec s;
	struct plan p;
	struct diag d = {0};
	char said[600];
	if (!ok(spec_load_named(&s, name, &d) == 0, "%s", name) ||
	    !ok(plan_expand(&p, &s, &hello, models, N_MODELS, &d) == 0, "%s: planned", name)) {
		printf("# %s\n", diag_format(&d, said, sizeof said));
		return;
	}
	for (int i = 0; i < p.n_points; i++)
		if (p.points[i].state != POINT_PLANNED && !is_elsewhere(&p.points[i]))
			ok(0, "%s: %s", name, p.points[i].reason);
	for (int i = 0; i < p.n_excludes; i++)
		ok(p.excludes[i].n_matched > 0, "%s: line %d leaves something out", name, p.excludes[i].line);
	/* That of ceilings has none beside it, nor outputs to compare; calibrate asks for pairs, not for what a point
	 * reaches. */
	bool partial = strcmp(name, "limits") == 0 || strcmp(name, "calibrate") == 0;
	ok(s.rounds >= 6 && (partial || (s.n_counters > 0 && s.ceilings && s.verify)), "%s: is complete",
	   name);
	ok(strstr(s.text, "\n# ") && (strstr(s.text, "minute")), "%s: says how long it takes", name);
	plan_free(&p);
	spec_free(&s);
}

int main(void)
{
	unsetenv("INFEROMETER_DATA");
	hello_make();
	hello_enrich();
	test_demo();
	for (const char *const *name = spec_named(); *name; name++)
		test_sweep(*name);
	is_golden("demo");
	is_golden("quick");
	is_golden("limits");
	is_golden("precision");
	is_golden("blocking");
	is_golden("scaling");
	is_golden("nightly");
	is_golden("procurement");
	is_golden("calibrate");
	wire_hello_free(&hello);
	return tap_done();
}
