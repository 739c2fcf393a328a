/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/inject.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/clock.h"

/* ---- the text ---- */

enum { PAIR_MAX = 48 };
static const char expected[] = "expected as how:time+of:step+percent:5";

/* What stands behind "name:" is one of these words, or a number where there is none. */
static const struct {
	const char *name, *word;
} pairs[] = {{"how", "time"}, {"of", "step"}, {"percent", NULL}};
enum { N_PAIRS = sizeof pairs / sizeof pairs[0] };

static int percent_read(double *out, const char *text, struct diag *d)
{
	char *end;
	double x = strtod(text, &end);
	/* strtod also takes blanks, hexadecimal, "inf" and "nan". */
	if (!*text || *end || strspn(text, "0123456789.") != strlen(text) || !(x > 0) ||
	    x > INJECT_PERCENT_MAX)
		return diag_set(d, ERR_UNSUPPORTED,
				"inject: percent \"%s\": expected a number above 0, at most %d", text,
				INJECT_PERCENT_MAX);
	*out = x;
	return 0;
}

/* seen: those before. */
static int pair_read(struct inject *out, char *pair, bool seen[N_PAIRS], struct diag *d)
{
	char *value = strchr(pair, ':');
	int i = 0;
	if (!value)
		return diag_set(d, ERR_UNSUPPORTED, "inject: \"%s\" is no pair, %s", pair, expected);
	*value++ = '\0';
	while (i < N_PAIRS && strcmp(pairs[i].name, pair) != 0)
		i++;
	if (i == N_PAIRS)
		return diag_set(d, ERR_UNSUPPORTED, "inject: unknown \"%s\", %s", pair, expected);
	if (seen[i])
		return diag_set(d, ERR_UNSUPPORTED, "inject: %s is given twice", pair);
	seen[i] = true;
	if (!pairs[i].word)
		return percent_read(&out->percent, value, d);
	if (strcmp(pairs[i].word, value) != 0)
		return diag_set(d, ERR_UNSUPPORTED, "inject: %s:%s, expected %s:%s", pair, value, pair,
				pairs[i].word);
	return 0;
}

int inject_parse(struct inject *out, const char *text, struct diag *d)
{
	struct inject inject = {0};
	bool seen[N_PAIRS] = {0};
	int rc = 0;
	for (const char *at = text; *text && at && rc == 0;) {
		char pair[PAIR_MAX];
		size_t n = strcspn(at, "+");
		if (n >= sizeof pair)
			return diag_set(d, ERR_UNSUPPORTED, "inject: \"%.60s\" is longer than any pair, %s",
					at, expected);
		memcpy(pair, at, n);
		pair[n] = '\0';
		rc = pair_read(&inject, pair, seen, d);
		at = at[n] ? at + n + 1 : NULL;
	}
	for (int i = 0; i < N_PAIRS && *text && rc == 0; i++)
		if (!seen[i])
			rc = diag_set(d, ERR_UNSUPPORTED, "inject: %s is missing, %s", pairs[i].name,
				      expected);
	if (rc == 0)
		*out = inject;
	return rc;
}

/* ---- the deed ---- */

static int slowed_reset(struct workload_run *r, struct diag *d)
{
	const struct slowed *s = (const struct slowed *)r;
	return s->inside->reset(s->run, d);
}

/* A step that is slowed has two readings more in it: before and behind its work. */
#define READINGS 2
/* More is no error of a spin but a disturbance of it, which is nobody's to make good. */
#define CARRIED_READINGS 4

double inject_due(const struct inject_account *a, int64_t took_ns)
{
	return (double)took_ns * a->part - READINGS * a->read_ns + a->owed_ns;
}

void inject_spun(struct inject_account *a, double due_ns, int64_t spun_ns)
{
	a->owed_ns = fmax(due_ns - (double)spun_ns, -CARRIED_READINGS * a->read_ns);
}

static int slowed_step(struct workload_run *r, struct diag *d)
{
	struct slowed *s = (struct slowed *)r;
	int64_t begun = clock_ns();
	int rc = s->inside->step(s->run, d);
	int64_t done = clock_ns(), now = done;
	double due = inject_due(&s->account, done - begun);
	while ((double)(now - done) < due)
		now = clock_ns();
	inject_spun(&s->account, due, now - done);
	return rc;
}

/* The spin is none of the device's. */
static int64_t slowed_device_ns(const struct workload_run *r)
{
	const struct slowed *s = (const struct slowed *)r;
	return s->inside->device_ns(s->run);
}

/* The least of some batches: others were disturbed. */
static double read_cost(void)
{
	enum { BATCHES = 16, READS = 8 };
	double least = INFINITY;
	for (int i = 0; i < BATCHES; i++) {
		int64_t begun = clock_ns(), now = begun;
		for (int k = 0; k < READS; k++)
			now = clock_ns();
		least = fmin(least, (double)(now - begun) / READS);
	}
	return least;
}

void inject_wrap(struct slowed *out, const struct inject *inject, const struct workload_ops *ops,
		 struct workload_run *run)
{
	*out = (struct slowed){.ops = *ops, .inside = ops, .run = run};
	out->account = (struct inject_account){.part = inject->percent / 100, .read_ns = read_cost()};
	out->ops.reset = slowed_reset;
	out->ops.step = slowed_step;
	out->ops.device_ns = slowed_device_ns;
	out->ops.late = NULL;
}
