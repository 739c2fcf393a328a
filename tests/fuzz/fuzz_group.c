/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a group of counters and as a formula: an error with its place, or what can be evaluated. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/wire/group.h"

static const char *const seeds[] = {
	"# a comment\nabout Misses, in short\nevent misses chase PAPI_L1_DCM perf::L1-DCACHE-LOAD-MISSES\n"
	"metric rate % 100 * (misses - 1) / time / 1e9\r\n",
	"event a instructions A\nevent b cycles B:u=1\nmetric ipc 1/cycle -a / (b + .5)\n",
	"(1 + 2) * tokens / -flops",
};

const void *fuzz_seed(int i, size_t *n)
{
	if (i >= (int)(sizeof seeds / sizeof *seeds))
		return NULL;
	*n = strlen(seeds[i]);
	return seeds[i];
}

static bool value_of(void *arg, const char *name, double *value)
{
	*value = (double)strlen(name) - 3;
	return group_name_known(arg, name);
}

static void formula_check(const char *text, struct group *g, bool must)
{
	struct diag d = {0};
	double v = 0;
	int rc = formula_eval(text, value_of, g, &v, &d);
	FUZZ_CHECK(rc == 0 || (!must && rc == ERR_FORMAT && d.text[0]));
	FUZZ_CHECK(rc || isfinite(v) || isnan(v));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct group *g = mem_alloc(sizeof *g);
	struct diag d = {0};
	char *text = mem_alloc(n + 1);
	memcpy(text, data, n);
	text[n] = '\0';
	if (group_parse(g, text, "fuzz.grp", &d))
		FUZZ_CHECK(d.code == ERR_FORMAT && d.line > 0 && d.text[0]);
	FUZZ_CHECK(g->n_events <= GROUP_EVENTS_MAX && g->n_metrics <= GROUP_METRICS_MAX);
	for (int i = 0; i < g->n_metrics; i++)
		formula_check(g->metric[i].formula, g, true);
	formula_check(text, g, false);
	free(text);
	free(g);
	return 0;
}
