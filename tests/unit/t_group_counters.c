/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of counters as text, their formulas, what is believed of a count, and packing into passes: no PMU is needed. */
#include "config.h"

#include "tests/tap.h"

#include <stdlib.h>
#include <string.h>

#include "harness/measure/counter/loops.h"
#include "harness/measure/counter/pack.h"
#include "harness/wire/group.h"

/* ---- formulas ---- */

static bool value_of(void *arg, const char *name, double *value)
{
	(void)arg;
	if (strcmp(name, "a") == 0)
		*value = 6;
	else if (strcmp(name, "b_2") == 0)
		*value = 4;
	else if (strcmp(name, "zero") == 0)
		*value = 0;
	else if (strcmp(name, "unread") == 0)
		*value = NAN;
	else
		return false;
	return true;
}

static void test_formulas(void)
{
	static const struct {
		const char *text;
		double value;
	} good[] = {
		{"a", 6},
		{"1.5e2", 150},
		{" a * 2 + b_2 ", 16},
		{"a - b_2 - 1", 1},
		{"a / b_2 / 3", 0.5},
		{"(a + b_2) * -(2)", -20},
		{"100 * a / (a + b_2)", 60},
		{".5*a", 3},
		{"a / zero", NAN},
		{"unread + 1", NAN},
		{"1e308 * 1e308", NAN},
	};
	static const char *const bad[] = {
		"",	  " ",	  "a +", "a b_2", "(a",	 "a)",	"c",
		"a ** 2", "0x10", "1e",	 "1.2.3", "nan", "inf", "a;b_2",
	};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct diag d = {0};
		double v = -1;
		is_int(formula_eval(good[i].text, value_of, NULL, &v, &d), 0, good[i].text);
		ok(isnan(good[i].value) ? isnan(v) : fabs(v - good[i].value) < 1e-12, "is %g", good[i].value);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct diag d = {0};
		double v = -1;
		ok(formula_eval(bad[i], value_of, NULL, &v, &d) == ERR_FORMAT && v == -1, "\"%s\": %s",
		   bad[i], d.text);
	}
	char deep[2 * FORMULA_DEPTH + 8];
	double v;
	memset(deep, '(', sizeof deep);
	deep[sizeof deep - 1] = '\0';
	ok(formula_eval(deep, value_of, NULL, &v, NULL) == ERR_FORMAT, "parentheses without end");
}

/* ---- groups ---- */

static void test_parse(void)
{
	static const char good[] =
		"# comment\n\nabout What it is, in short\nevent misses chase PAPI_L1_DCM perf::X:u=1\r\n"
		"metric mpki 1/kinstr 1000 * misses / misses\n";
	static const struct {
		const char *text, *part;
	} bad[] = {
		{"event", "expected a name"},
		{"event x", "expected a loop"},
		{"event x chase", "expected what to count"},
		{"event time chase E", "the name is taken"},
		{"event x chase E\nevent x chase F", "the name is taken"},
		{"event x chase a b c d e f g", "more than 6 alternatives"},
		{"event x chase $(reboot)", "expected letters"},
		{"event 123456789012345678901234567890123 chase E", "longer than"},
		{"metric m % 1 +", "expected a number"},
		{"metric m % other", "counter of the group"},
		{"metric m", "expected a unit"},
		{"about \x1b[2J", "expected letters"},
		{"evnt x chase E", "expected about, event, metric"},
	};
	struct group *g = calloc(1, sizeof *g);
	struct diag d = {0};
	if (!g)
		bail("no memory");
	is_int(group_parse(g, good, "x.grp", &d), 0, "a group");
	is_text(g->about, "What it is, in short", "about");
	ok(g->n_events == 1 && g->event[0].n_alternatives == 2, "an event with two names");
	is_text(g->event[0].alternative[1], "perf::X:u=1", "the second one, without the carriage return");
	is_text(g->metric[0].formula, "1000 * misses / misses", "a metric");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		memset(g, 0, sizeof *g);
		diag_clear(&d);
		is_int(group_parse(g, bad[i].text, "x.grp", &d), ERR_FORMAT, bad[i].part);
		has_text(d.text, bad[i].part, "is said");
		ok(d.line >= 1 && strcmp(d.file, "x.grp") == 0, "with its place");
	}
	free(g);
}

/* Every shipped group, with anchors first and loops that there are. */
static void shipped(const char *source, const char *anchor, int n_groups)
{
	char(*names)[GROUP_NAME];
	struct group *g;
	struct diag d = {0};
	int n = group_names(source, &names);
	for (int k = 0; k < n; k++) {
		int n_bad = 0;
		if (!ok(group_load(&g, source, names[k], &d) == 0, "group %s:%s %s", source, names[k],
			d.text))
			continue;
		for (int i = 0; i < g->n_events; i++)
			n_bad += !loop_find(g->event[i].loop);
		ok(n_bad == 0 && g->n_anchors == 2 && g->n_events > 2 && g->n_metrics > 0 && g->about[0],
		   "is whole: %s", g->about);
		is_text(g->event[0].name, anchor, "begins with the anchors");
		free(g);
	}
	is_int(n, n_groups, "groups");
	free(names);
}

static void test_shipped(void)
{
	struct group *g;
	struct diag d = {0};
	shipped("papi", "instructions", 7);
	shipped("cupti", "blocks", 6);
	is_int(group_load(&g, "papi", "bse", &d), ERR_UNSUPPORTED, "no such group");
	has_text(d.text, "\"bse\", there are base, cache", "and which there are");
	diag_clear(&d);
	is_int(group_load(&g, "papi", "../base", &d), ERR_FORMAT, "a name is no path");
	diag_clear(&d);
	is_int(group_load(&g, "../papi", "base", &d), ERR_FORMAT, "nor is a source");
}

/* ---- what is believed ---- */

static void judged(const char *loop, int64_t count, const char *part)
{
	char why[200] = "";
	bool accepted = loop_accepts(loop_find(loop), count, why, sizeof why);
	if (!*part)
		ok(accepted && !why[0], "%s: %lld is believed", loop, (long long)count);
	else if (ok(!accepted, "%s: %lld is not", loop, (long long)count))
		has_text(why, part, "with the reason");
}

static void test_loops(void)
{
	char why[200] = "";
	judged("instructions", 10000040, "");
	judged("instructions", 9000040, ""); /* a pair of compare and branch counts once */
	judged("instructions", 20000000,
	       "counted 20000000 on a loop (instructions) that must give 8910000 to");
	judged("instructions", 0, "it starts, but never moved on a loop that must move it (instructions)");
	judged("branches", 1000040, "");
	judged("branches", 2000000, "must give 990000 to 1010000");
	judged("cycles", 8000000, "");
	judged("cycles", 100, "counted 100 on a loop (cycles)");
	judged("chase", 190000, "");
	judged("chase", 3, "must give at least 4000");
	judged("none", 0, "");
	ok(!loop_find("nosuch"), "no such loop");
	ok(loop_anchors_accept(10000000, 8000000, why, sizeof why), "a plausible pair");
	ok(!loop_anchors_accept(10000000, 1000000, why, sizeof why), "more than a processor retires");
	has_text(why, "10000000 instructions in 1000000 cycles: no processor does that", "says so");
	ok(!loop_anchors_accept(10, 0, why, sizeof why), "no cycles");
}

/* ---- packing ---- */

/* A PMU of so many counters; the bits of heavy take two, those of never none that exist. */
struct fake {
	int counters;
	unsigned heavy, never;
	bool bare; /* no anchor is usable */
	int n_bad; /* sets that do not begin with the anchors */
};

static bool fake_fits(void *arg, const int *member, int n)
{
	struct fake *f = arg;
	int used = 0;
	for (int i = 0; i < n; i++) {
		used += f->heavy >> member[i] & 1 ? 2 : 1;
		if (f->never >> member[i] & 1)
			return false;
	}
	f->n_bad += n > 2 && !f->bare && (member[0] != 0 || member[1] != 1);
	return used <= f->counters;
}

static void packed(const char *name, struct fake f, int n, const char *usable_text, const char *want,
		   int want_passes)
{
	bool usable[PACK_EVENTS_MAX];
	int pass[PACK_EVENTS_MAX];
	char text[PACK_EVENTS_MAX + 1] = "";
	for (int i = 0; i < n; i++)
		usable[i] = usable_text[i] == '1';
	is_int(pack_events(usable, n, 2, fake_fits, &f, pass), want_passes, name);
	for (int i = 0; i < n; i++)
		text[i] = pass[i] < 0 ? '-' : (char)('0' + pass[i]);
	text[n] = '\0';
	is_text(text, want, "passes");
	is_int(f.n_bad, 0, "anchors first");
}

static void test_pack(void)
{
	packed("eleven events on seven counters", (struct fake){.counters = 7}, 11, "11111111111",
	       "00000001111", 2);
	packed("nine on six", (struct fake){.counters = 6}, 11, "11111111111", "00000011112", 3);
	packed("one that takes two", (struct fake){.counters = 4, .heavy = 1 << 3}, 6, "111111", "000122", 3);
	packed("one that never fits", (struct fake){.counters = 4, .never = 1 << 3}, 6, "111111", "000-01",
	       2);
	packed("refused after a full pass", (struct fake){.counters = 4, .never = 1 << 4}, 7, "1111111",
	       "0000-11", 2);
	packed("unusable ones", (struct fake){.counters = 4}, 6, "110101", "00-0-0", 1);
	packed("no anchors", (struct fake){.counters = 2, .bare = true}, 5, "00111", "--001", 2);
	packed("nothing", (struct fake){.counters = 2}, 4, "0000", "----", 0);
	packed("anchors alone", (struct fake){.counters = 2}, 3, "111", "00-", 1);
}

int main(void)
{
	test_formulas();
	test_parse();
	test_shipped();
	test_loops();
	test_pack();
	return tap_done();
}
