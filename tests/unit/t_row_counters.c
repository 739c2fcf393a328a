/* SPDX-License-Identifier: Apache-2.0 */
/* Counters and metrics of a row, from visits made up here: a pass at a time, over passes, and why not. */
#include "config.h"

#include "tests/tap.h"
#include "tests/unit/temp_folder.h"

#include "reports/analysis/counters.h"

enum { REPS = 4, STEP_NS = 250000000 };

/* A value of the whole window: REPS repetitions of STEP_NS. */
static struct stored_reading reading(const char *counter, double value)
{
	return (struct stored_reading){.counter = (char *)counter,
				       .unit = "count",
				       .source = "papi:cache",
				       .op = "",
				       .thread = -1,
				       .usable = true,
				       .why = "EVENT, user",
				       .value = value * REPS};
}

static struct stored_reading refused(const char *counter, const char *why)
{
	struct stored_reading r = reading(counter, NAN);
	r.usable = false;
	r.why = (char *)why;
	return r;
}

static int64_t values[REPS + 1], marks[REPS + 1] = {MARK_WARMUP}, reps[REPS + 1];

static struct stored_visit visit(struct stored_reading *r, int n, int pass)
{
	static struct stored_series steps = {.name = "step",
					     .unit = "ns",
					     .clock = "",
					     .n = REPS + 1,
					     .values = values,
					     .marks = marks,
					     .reps = reps};
	for (int i = 0; i <= REPS; i++) {
		values[i] = STEP_NS;
		reps[i] = i;
	}
	for (int i = 0; i < n; i++)
		r[i].pass = pass;
	return (struct stored_visit){.kind = VISIT_COUNTER,
				     .reason = "",
				     .round = 7 + pass,
				     .tokens = 8,
				     .n_series = 1,
				     .series = &steps,
				     .n_readings = n,
				     .readings = r};
}

static const struct row_counter *find(const struct row_counters *c, const char *name)
{
	static const struct row_counter none = {
		.name = "", .unit = "", .source = "", .why = "(no such counter)"};
	for (int i = 0; i < c->n; i++)
		if (strcmp(c->item[i].name, name) == 0)
			return &c->item[i];
	ok(0, "%s is there", name);
	return &none;
}

static void value_is(const struct row_counters *c, const char *name, double want, int n, const char *unit)
{
	const struct row_counter *one = find(c, name);
	is_near(one->value.value, want, 1e-9 * fabs(want), name);
	is_int(one->value.n, n, "visits");
	is_text(one->unit, unit, "unit");
}

static void missing(const struct row_counters *c, const char *name, const char *part)
{
	const struct row_counter *one = find(c, name);
	ok(!row_counter_has_value(one) && isnan(one->value.value), "%s has no value", name);
	has_text(one->why, part, "says why");
}

/* Anchors and misses in two passes; second: what the anchors of the second one are as parts of the first's. */
static struct row_counters counters_of(double second)
{
	static struct stored_reading a[5], b[5];
	static struct stored_visit v[3];
	static struct stored_point p;
	static struct row row;
	a[0] = reading("instructions", 2e6);
	a[1] = reading("cycles", 1e6);
	a[2] = reading("l1d_misses", 4000);
	a[3] = reading("l2_misses", 1000);
	a[4] = refused("llc_references",
		       "PAPI_L3_TCA: it starts, but never moved on a loop that must move it (chase)");
	b[0] = reading("instructions", 2e6 * second);
	b[1] = reading("cycles", 1.1e6);
	b[2] = reading("llc_misses", 500);
	b[3] = reading("instructions", 1e6);
	b[3].thread = 1;
	b[4] = reading("read_cost", 900.0 / REPS);
	v[0] = visit(a, 5, 0);
	v[1] = visit(b, 5, 1);
	v[2] = visit(a, 5, 0);
	v[2].failed = true;
	p = (struct stored_point){.reason = "", .n_visits = 3, .visits = v};
	row = (struct row){.point = &p};
	return row_counters_make(&row);
}

static void test_passes(void)
{
	struct row_counters c = counters_of(1.001);
	value_is(&c, "instructions", 2.001e6, 2, "count/rep");
	value_is(&c, "l1d_misses", 4000, 1, "count/rep");
	value_is(&c, "read_cost", 900, 1, "count");
	value_is(&c, "ipc", (2.0 + 2.002 / 1.1) / 2, 2, "1/cycle");
	value_is(&c, "l1d_mpki", 2, 1, "1/kinstr");
	value_is(&c, "llc_mpki", 1000 * 500 / 2.002e6, 1, "1/kinstr");
	value_is(&c, "llc_miss_bandwidth", 64 * 500 / 0.25 / 1e9, 1, "GB/s");
	missing(&c, "llc_references", "never moved on a loop that must move it");
	missing(&c, "llc_miss_rate", "without llc_references: PAPI_L3_TCA: it starts");
	ok(c.n > 0 && c.item[0].derived, "metrics stand first");
	row_counters_free(&c);
}

/* A metric of two passes, by a group of our own. */
static void test_over_passes(const char *folder)
{
	char path[512];
	snprintf(path, sizeof path, "%s/groups", folder);
	if (mkdir(path, 0755))
		bail("no folder");
	snprintf(path, sizeof path, "%s/groups/cache.grp", folder);
	FILE *f = fopen(path, "we");
	if (!f)
		bail("no file");
	fprintf(f, "event l1d_misses chase A\nevent llc_misses chase B\nmetric part %% 100 * llc_misses / "
		   "l1d_misses\n"
		   "metric nothing 1 l1d_misses / (tokens - 8)\n");
	fclose(f);
	setenv("INFEROMETER_DATA", folder, 1);
	struct row_counters c = counters_of(1.01);
	value_is(&c, "part", 12.5, 1, "%");
	has_text(find(&c, "part")->why, "over several passes, instructions within 1.0 %", "says so");
	missing(&c, "nothing", "a division by zero");
	row_counters_free(&c);
	c = counters_of(1.03);
	missing(&c, "part", "inconsistent: its passes differ by 2.9 % in their instructions");
	value_is(&c, "llc_misses", 500, 1, "count/rep");
	row_counters_free(&c);
	unsetenv("INFEROMETER_DATA");
}

/* A source that is not there. */
static void test_absent(void)
{
	struct stored_reading r = {.counter = "papi:cache",
				   .unit = "",
				   .source = "papi:cache",
				   .op = "",
				   .thread = -1,
				   .why = "no PMU: perf_event_open gives ENOENT",
				   .value = NAN};
	struct stored_visit v = {.kind = VISIT_COUNTER, .reason = "", .n_readings = 1, .readings = &r};
	struct stored_point p = {.reason = "", .n_visits = 1, .visits = &v};
	struct row row = {.point = &p};
	struct row_counters c = row_counters_make(&row);
	is_int(c.n, 1, "one row");
	missing(&c, "papi:cache", "no PMU: perf_event_open gives ENOENT");
	row_counters_free(&c);
	v.kind = VISIT_TIMING;
	c = row_counters_make(&row);
	is_int(c.n, 0, "a timing visit has no counters");
	row_counters_free(&c);
}

static struct stored_reading energy(const char *counter, double mj, const char *why)
{
	struct stored_reading r = reading(counter, mj);
	r.source = "nvml";
	r.unit = "mJ";
	r.why = (char *)why;
	return r;
}

static void quality_is(const struct row_counters *c, const char *name, const char *want)
{
	const struct row_counter *one = find(c, name);
	is_text(one->quality, want, name);
}

/* Energy a token and its inverse, gross and net, of each sensor; nothing where no token is counted. */
static void test_energy(void)
{
	struct stored_reading r[6] = {
		energy("energy_gpu", 4000, "good: board, counter"),
		energy("energy_gpu_net", 2000, "fair: less 70 W of idleness"),
		energy("energy_package", NAN, "no permission"),
		energy("power_mean", 300000.0 / REPS, "energy_gpu / time"),
		energy("ecc_corrected", 3.0 / REPS, ""),
		energy("energy_step", 1e8 / REPS, "counter, 99 steps"),
	};
	struct stored_visit v = visit(r, 6, 0);
	struct stored_point p = {.reason = "", .n_visits = 1, .visits = &v};
	struct row row = {.point = &p};
	r[2].usable = false;
	r[3].unit = "mW";
	r[4].unit = "count";
	r[5].unit = "ns";
	struct row_counters c = row_counters_make(&row);
	value_is(&c, "joules_per_token_gpu", 0.5, 1, "J/token");
	value_is(&c, "tokens_per_joule_gpu", 2, 1, "token/J");
	value_is(&c, "energy_delay_gpu", 1, 1, "J*s/rep");
	value_is(&c, "joules_per_token_gpu_net", 0.25, 1, "J/token");
	value_is(&c, "tokens_per_joule_gpu_net", 4, 1, "token/J");
	value_is(&c, "energy_gpu", 4000, 1, "mJ/rep");
	value_is(&c, "power_mean", 300000, 1, "mW");
	value_is(&c, "ecc_corrected", 3, 1, "count");
	value_is(&c, "energy_step", 1e8, 1, "ns");
	missing(&c, "joules_per_token_package", "without energy_package: no permission");
	quality_is(&c, "joules_per_token_gpu", "good");
	quality_is(&c, "energy_gpu_net", "fair");
	ok(!find(&c, "power_mean")->quality && !find(&c, "energy_step")->quality, "nothing else has one");
	has_text(find(&c, "joules_per_token_gpu")->why, "energy / tokens; good: board, counter", "how");
	ok(c.n == 6 + 3 * 3 && c.item[0].derived, "metrics stand first");
	row_counters_free(&c);
	v.tokens = 0;
	c = row_counters_make(&row);
	is_int(c.n, 6, "a matrix product has no tokens");
	row_counters_free(&c);
	v.n_series = 0;
	v.tokens = 8;
	c = row_counters_make(&row);
	ok(c.n == 6 && isnan(find(&c, "energy_gpu")->value.value),
	   "nor is anything said without repetitions");
	row_counters_free(&c);
}

int main(void)
{
	test_passes();
	test_energy();
	test_over_passes(temp_folder());
	test_absent();
	return tap_done();
}
