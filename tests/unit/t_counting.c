/* SPDX-License-Identifier: Apache-2.0 */
/* Which counters are read in which visit: shared sources in one, each pass of a group in one of its own. */
#include "config.h"

#include "tests/tap.h"

#include "harness/plan/counting.h"

static struct wire_choice choices[] = {
	{.name = "clock", .usable = true},
	{.name = "rusage", .usable = true},
	{.name = "perf", .why = "perf_event_paranoid is 3"},
	{.name = "papi:base", .usable = true, .passes = 1},
	{.name = "papi:cache", .usable = true, .passes = 2},
	{.name = "watts", .usable = true, .idles = true},
	{.name = "papi:tlb", .why = "no PMU: perf_event_open gives ENOENT"},
};
static const struct wire_hello hello = {.counters = {choices, sizeof choices / sizeof choices[0]}};

static void visit_is(const struct spec *s, int visit, const char *name, const char *sources, int pass,
		     int n_absent)
{
	struct counting c;
	char text[200] = "";
	counting_make(&c, s, &hello, visit);
	for (int i = 0; i < c.n; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? "," : "", c.name[i]);
	is_text(text, sources, name);
	is_int(c.pass, pass, "pass");
	is_int(c.n_absent, n_absent, "absent ones");
	for (int i = 0; i < c.n_absent; i++)
		ok(c.absent[i].why[0], "%s: %s", c.absent[i].name, c.absent[i].why);
	counting_free(&c);
}

int main(void)
{
	char *all[] = {"papi:cache", "clock", "perf", "papi:tlb", "papi:base", "rusage", "nosuch"};
	char *groups[] = {"papi:base", "papi:cache"};
	struct spec s = {.counters = all, .n_counters = 7};
	is_int(counting_visits(&s, &hello), 4, "visits of all");
	ok(counting_needs_events(&s), "groups have to be asked for");
	visit_is(&s, 0, "what shares a visit", "clock,rusage", 0, 3);
	visit_is(&s, 1, "a pass", "papi:cache", 0, 0);
	visit_is(&s, 2, "and the next one", "papi:cache", 1, 0);
	visit_is(&s, 3, "another group", "papi:base", 0, 0);
	s = (struct spec){.counters = groups, .n_counters = 2};
	is_int(counting_visits(&s, &hello), 3, "without shared ones");
	visit_is(&s, 0, "the first is a pass", "papi:base", 0, 0);
	visit_is(&s, 2, "and so is the last", "papi:cache", 1, 0);
	s = (struct spec){.counters = all + 1, .n_counters = 1};
	is_int(counting_visits(&s, &hello), 1, "one source");
	ok(!counting_needs_events(&s), "needs no long answer");
	char *energy[] = {"papi:base", "watts"};
	s = (struct spec){.counters = energy, .n_counters = 2};
	is_int(counting_visits(&s, &hello), 2, "with one that measures idle power");
	for (int visit = 0; visit < 2; visit++) {
		struct counting c;
		counting_make(&c, &s, &hello, visit);
		ok(c.idles == (visit == 0), "in which visit is it?");
		counting_free(&c);
	}
	s.n_counters = 0;
	is_int(counting_visits(&s, &hello), 0, "none");
	return tap_done();
}
