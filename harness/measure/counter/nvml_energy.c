/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/nvml_energy.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#include "engines/base/clock.h"
#include "engines/base/strbuf.h"

#define LOOK_EVERY_NS  1000000
#define POWER_EVERY_NS 20000000
#define NS_S	       1e-9

const char *energy_quality_name(enum energy_quality q)
{
	return q == ENERGY_GOOD ? "good" : q == ENERGY_FAIR ? "fair" : "poor";
}

/* ---- idle ---- */

/* For how long it still goes on. */
struct span {
	const struct counter_config *config;
	int64_t end;
	bool cancelled;
};

/* Sleeps until the next look; false at the end. */
static bool look_again(struct span *s, int64_t every_ns)
{
	const struct timespec t = {.tv_nsec = every_ns};
	const struct counter_config *c = s->config;
	nanosleep(&t, NULL);
	s->cancelled = c->stopped && c->stopped(c->arg);
	return !s->cancelled && clock_ns() < s->end;
}

/* What the counter did: it is read from one of its moves to another, so that no part of a step is lost. */
static void idle_count(const struct nvml_card *card, struct span *span, struct energy_idle *out)
{
	struct nvml_value v = nvml_read(card, NVML_ENERGY);
	int64_t value = v.value, first = 0, first_ns = 0, last_ns = 0;
	int n = 0;
	while (look_again(span, LOOK_EVERY_NS)) {
		v = nvml_read(card, NVML_ENERGY);
		if (v.result != NVML_DONE || v.value == value)
			continue;
		value = v.value;
		last_ns = clock_ns();
		if (n++ == 0) {
			first = value;
			first_ns = last_ns;
		}
	}
	if (n < 2 || value < first) {
		snprintf(out->why, sizeof out->why, "the energy counter moved %d times in %.3g s", n,
			 (double)out->span_ns * NS_S);
		return;
	}
	out->step_ns = (last_ns - first_ns) / (n - 1);
	out->mw = (double)(value - first) / ((double)(last_ns - first_ns) * NS_S);
	snprintf(out->why, sizeof out->why, "counter, %d steps of %.3g ms", n - 1,
		 (double)out->step_ns * 1e-6);
}

static void idle_sample(const struct nvml_card *card, struct span *span, struct energy_idle *out)
{
	double sum = 0;
	int n = 0;
	do {
		struct nvml_value v = nvml_read(card, NVML_POWER);
		sum += v.result == NVML_DONE ? (double)v.value : 0;
		n += v.result == NVML_DONE;
	} while (look_again(span, POWER_EVERY_NS));
	if (n == 0) {
		snprintf(out->why, sizeof out->why, "neither energy nor power can be read");
		return;
	}
	out->mw = sum / n;
	snprintf(out->why, sizeof out->why, "%d samples of power", n);
}

int energy_idle_measure(const struct nvml_card *card, const struct counter_config *config,
			struct energy_idle *out, struct diag *d)
{
	struct span span = {.config = config, .end = clock_ns() + config->idle_ns};
	*out = (struct energy_idle){.mw = NAN, .span_ns = config->idle_ns};
	if (config->idle_ns == 0)
		snprintf(out->why, sizeof out->why, "not measured: idle is 0");
	else if (nvml_read(card, NVML_ENERGY).result == NVML_DONE)
		idle_count(card, &span, out);
	else
		idle_sample(card, &span, out);
	if (span.cancelled)
		return diag_set(d, ERR_CANCELLED, "run: cancelled while idle power was measured");
	return 0;
}

/* ---- what a window is worth ---- */

/* One more thing that is said; the worst of them is the quality. */
static void find(enum energy_quality *q, enum energy_quality worth, struct strbuf *text, const char *what)
{
	*q = worth < *q ? worth : *q;
	strbuf_printf(text, ", %s", what);
}

static void judge_counter(const struct energy_window *w, enum energy_quality *q, struct strbuf *text)
{
	double s = (double)w->wall_ns * NS_S;
	int64_t steps = w->step_ns ? w->wall_ns / w->step_ns : 0;
	if (w->step_ns)
		strbuf_printf(text, "counter, %lld steps of %.3g ms in %.3g s", (long long)steps,
			      (double)w->step_ns * 1e-6, s);
	else
		strbuf_printf(text, "counter, %.3g s", s);
	if (w->wall_ns < ENERGY_WINDOW_NS || (w->step_ns && steps < ENERGY_STEPS))
		find(q, ENERGY_POOR, text, "too short: 10 s and 50 steps are needed");
	if (!w->step_ns)
		find(q, ENERGY_FAIR, text, "its steps are not known");
	/* A mean over a second runs behind: it is no second opinion on a window. */
	if (w->instant && w->wall_ns >= ENERGY_WINDOW_NS &&
	    fabs(w->sampled_mj - w->counter_mj) > ENERGY_AGREE * w->counter_mj)
		find(q, ENERGY_POOR, text, "samples of power differ by more than 5 %");
}

static void judge_samples(const struct energy_window *w, enum energy_quality *q, struct strbuf *text)
{
	strbuf_printf(text, "estimate, %d samples of %s power in %.3g s", w->n_samples,
		      w->instant ? "instant" : "one-second mean", (double)w->wall_ns * NS_S);
	*q = ENERGY_FAIR;
	if (w->wall_ns < ENERGY_WINDOW_NS)
		find(q, ENERGY_POOR, text, "too short: 10 s are needed");
	if (w->gap_ns > ENERGY_GAP_NS)
		find(q, ENERGY_POOR, text, "more than 3 s without one");
}

enum energy_quality energy_judge(const struct energy_window *w, char *why, int size)
{
	enum energy_quality q = ENERGY_GOOD;
	struct strbuf text = {0};
	if (w->counted)
		judge_counter(w, &q, &text);
	else
		judge_samples(w, &q, &text);
	if (w->throttled)
		find(&q, ENERGY_FAIR, &text, "throttled");
	if (w->mig)
		find(&q, ENERGY_POOR, &text, "all of the board, not the MIG slice");
	snprintf(why, (size_t)size, "%s: board, %s", energy_quality_name(q), strbuf_text(&text));
	strbuf_free(&text);
	return q;
}

double energy_idle_mean(const struct energy_idle *before, const struct energy_idle *after,
			enum energy_quality *quality, char *why, int size)
{
	struct strbuf text = {0};
	double mean = NAN;
	if (!isfinite(before->mw) && !isfinite(after->mw)) {
		snprintf(why, (size_t)size, "idle power: %s", before->why);
		return NAN;
	}
	if (!isfinite(before->mw) || !isfinite(after->mw)) {
		mean = isfinite(before->mw) ? before->mw : after->mw;
		find(quality, ENERGY_FAIR, &text, "idle power of one side alone");
	} else {
		mean = (before->mw + after->mw) / 2;
		if (fabs(before->mw - after->mw) > ENERGY_AGREE * mean)
			find(quality, ENERGY_FAIR, &text, "idle before and after differ by more than 5 %");
	}
	if (before->span_ns < ENERGY_WINDOW_NS)
		find(quality, ENERGY_FAIR, &text, "idle for less than 10 s");
	snprintf(why, (size_t)size, "%s: less %.4g W of idleness%s", energy_quality_name(*quality),
		 mean * 1e-3, strbuf_text(&text));
	strbuf_free(&text);
	return mean;
}
