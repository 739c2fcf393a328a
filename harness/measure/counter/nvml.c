/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source "nvml": energy, power, clocks, temperature, ECC errors and reasons of throttling of the GPU that a point runs
 * on. All of the board, whoever uses it. What takes its time (idleness before and after) is outside of the window.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "harness/measure/counter/counter.h"
#include "harness/measure/counter/nvml_card.h"
#include "harness/measure/counter/nvml_energy.h"
#include "harness/measure/counter/nvml_watch.h"

extern const struct counter_ops counter_nvml;

struct counter {
	char why[WIRE_WHY]; /* "": there is a card */
	struct nvml_card card;
	struct nvml_watch *watch;
	struct nvml_value begin[NVML_NUMBERS], end[NVML_NUMBERS];
	int64_t begun, wall; /* between the two readings of the energy counter, ns */
	struct nvml_seen seen;
	struct counter_config config; /* for idleness */
	struct energy_idle before, after;
};

static bool nvml_probe(char *why, int size)
{
	struct nvml_card card;
	if (!nvml_card_open(&card, "cuda:0", why, size))
		return false;
	nvml_card_close(&card);
	return true;
}

static void nvml_close(struct counter *c)
{
	if (!c)
		return;
	nvml_watch_end(c->watch, &c->seen);
	if (!c->why[0])
		nvml_card_close(&c->card);
	free(c);
}

static int nvml_open(struct counter **out, const struct counter_config *config, struct diag *d)
{
	struct counter *c = mem_alloc(sizeof *c);
	int rc = 0;
	c->config = *config;
	if (nvml_cuda_number(config->device) < 0)
		snprintf(c->why, sizeof c->why, "the point runs on %.60s, which is no NVIDIA GPU",
			 config->device ? config->device : "no device");
	else if (nvml_card_open(&c->card, config->device, c->why, sizeof c->why))
		rc = energy_idle_measure(&c->card, config, &c->before, d);
	if (rc) {
		nvml_close(c);
		return rc;
	}
	*out = c;
	return 0;
}

static void look(const struct nvml_card *card, struct nvml_value v[NVML_NUMBERS])
{
	for (int n = 0; n < NVML_NUMBERS; n++)
		if (n != NVML_ENERGY)
			v[n] = nvml_read(card, n);
}

static int nvml_begin(struct counter *c, struct diag *d)
{
	(void)d;
	if (c->why[0])
		return 0;
	look(&c->card, c->begin);
	c->watch = nvml_watch_start(&c->card);
	c->begin[NVML_ENERGY] = nvml_read(&c->card, NVML_ENERGY);
	c->begun = clock_ns();
	return 0;
}

/* Readings come with finish. */
static int nvml_end(struct counter *c, struct readings *out, struct diag *d)
{
	(void)out;
	(void)d;
	if (c->why[0])
		return 0;
	c->end[NVML_ENERGY] = nvml_read(&c->card, NVML_ENERGY);
	c->wall = clock_ns() - c->begun;
	nvml_watch_stop(c->watch);
	look(&c->card, c->end);
	return 0;
}

/* ---- readings ---- */

static struct wire_reading *put(struct counter *c, struct readings *out, const char *name, const char *unit,
				double value, const char *why)
{
	reading_put(out, name, unit, 0, c->wall);
	struct wire_reading *r = &out->item[out->n - 1];
	/* No number of the protocol is below 0. */
	r->usable = isfinite(value) && value >= 0 && value < 9e18;
	r->value = r->usable ? (int64_t)(value + 0.5) : 0;
	snprintf(r->why, sizeof r->why, "%s%s%s", why, *why && c->card.how[0] ? "; " : "", c->card.how);
	return r;
}

static void put_number(struct counter *c, struct readings *out, enum nvml_number n, const char *suffix,
		       const struct nvml_value *v)
{
	char name[WIRE_NAME], why[WIRE_WHY];
	snprintf(name, sizeof name, "%s%s", nvml_number_name(n), suffix);
	snprintf(why, sizeof why, "%s", nvml_number_function(&c->card, n));
	if (v->result != NVML_DONE)
		nvml_explain(&c->card, n, v->result, why, sizeof why);
	put(c, out, name, nvml_number_unit(n), v->result == NVML_DONE ? (double)v->value : NAN, why);
}

static double difference(const struct counter *c, enum nvml_number n)
{
	if (c->begin[n].result != NVML_DONE || c->end[n].result != NVML_DONE)
		return NAN;
	return (double)(c->end[n].value - c->begin[n].value);
}

/* Counters of errors since the driver was loaded. */
static void put_errors(struct counter *c, struct readings *out, enum nvml_number n)
{
	char why[WIRE_WHY] = "since the window began";
	const struct nvml_value *bad = c->begin[n].result ? &c->begin[n] : &c->end[n];
	double errors = difference(c, n);
	if (bad->result)
		nvml_explain(&c->card, n, bad->result, why, sizeof why);
	else if (errors < 0)
		snprintf(why, sizeof why, "somebody reset the counter");
	put(c, out, nvml_number_name(n), nvml_number_unit(n), errors, why);
}

static int64_t reasons_of(const struct counter *c)
{
	int64_t reasons = c->seen.reasons;
	reasons |= c->begin[NVML_REASONS].result == NVML_DONE ? c->begin[NVML_REASONS].value : 0;
	reasons |= c->end[NVML_REASONS].result == NVML_DONE ? c->end[NVML_REASONS].value : 0;
	return reasons;
}

static void put_reasons(struct counter *c, struct readings *out)
{
	char why[WIRE_WHY];
	int64_t reasons = reasons_of(c);
	bool known = c->end[NVML_REASONS].result == NVML_DONE;
	nvml_reasons_describe(reasons, why, sizeof why);
	if (!known)
		nvml_explain(&c->card, NVML_REASONS, c->end[NVML_REASONS].result, why, sizeof why);
	put(c, out, "throttle_reasons", "bits", known ? (double)reasons : NAN, why);
	bool looked = known && c->seen.n > 0;
	if (looked)
		snprintf(why, sizeof why, "of %d looks, one every 20 ms", c->seen.n);
	else if (known)
		snprintf(why, sizeof why, "nobody looked while the window was open");
	put(c, out, "throttled_looks", "count", looked ? c->seen.n_throttled : NAN, why);
}

static void put_clock(struct counter *c, struct readings *out, enum nvml_number clock, enum nvml_number limit,
		      const char *least_name, int64_t seen)
{
	struct nvml_value least = c->end[clock];
	if (least.result == NVML_DONE && c->begin[clock].result == NVML_DONE &&
	    c->begin[clock].value < least.value)
		least.value = c->begin[clock].value;
	if (least.result == NVML_DONE && seen > 0 && seen < least.value)
		least.value = seen;
	put_number(c, out, clock, "_start", &c->begin[clock]);
	put_number(c, out, clock, "_end", &c->end[clock]);
	put_number(c, out, clock, least_name, &least);
	put_number(c, out, limit, "", &c->begin[limit]);
}

/* Why the counter gives no energy; "" when it does. */
static void counter_refuse(const struct counter *c, char *why, int size)
{
	const struct nvml_value *bad =
		c->begin[NVML_ENERGY].result ? &c->begin[NVML_ENERGY] : &c->end[NVML_ENERGY];
	double mj = difference(c, NVML_ENERGY);
	*why = '\0';
	if (bad->result)
		nvml_explain(&c->card, NVML_ENERGY, bad->result, why, size);
	else if (mj < 0)
		snprintf(why, (size_t)size, "the energy counter went backwards");
	else if (mj == 0)
		snprintf(why, (size_t)size, "the energy counter did not move in %.3g s",
			 (double)c->wall * 1e-9);
}

/* Without its idleness. gross: what the whole is worth, "good: ...". */
static void put_net(struct counter *c, struct readings *out, double mj, enum energy_quality quality,
		    const char *gross)
{
	char idleness[100], why[WIRE_WHY];
	double idle = energy_idle_mean(&c->before, &c->after, &quality, idleness, sizeof idleness);
	double net = mj - idle * (double)c->wall * 1e-9;
	snprintf(why, sizeof why, "%s%.90s", idleness, isfinite(net) ? strchr(gross, ':') : "");
	if (net < 0)
		snprintf(why, sizeof why, "idle power of %.4g W is more than the window took", idle * 1e-3);
	put(c, out, "energy_gpu_net", "mJ", net, why);
}

static void put_energy(struct counter *c, struct readings *out)
{
	char why[WIRE_WHY], refused[WIRE_WHY];
	double seconds = (double)c->wall * 1e-9;
	struct energy_window w = {
		.wall_ns = c->wall,
		.step_ns = c->before.step_ns,
		.counter_mj = difference(c, NVML_ENERGY),
		.sampled_mj = c->seen.power_mw * seconds,
		.n_samples = c->seen.n_power,
		.gap_ns = c->seen.gap_ns,
		.instant = c->card.instant,
		.mig = c->card.mig,
		.throttled = nvml_is_throttled(reasons_of(c)),
	};
	counter_refuse(c, refused, sizeof refused);
	w.counted = !refused[0];
	double mj = w.counted ? w.counter_mj : w.sampled_mj;
	if (!isfinite(mj)) {
		put(c, out, "energy_gpu", "mJ", NAN, refused);
		put(c, out, "energy_gpu_net", "mJ", NAN, "without energy_gpu");
		return;
	}
	enum energy_quality quality = energy_judge(&w, why, sizeof why);
	put(c, out, "energy_gpu", "mJ", mj, why);
	put_net(c, out, mj, quality, why);
	put(c, out, "power_mean", "mW", mj / seconds, w.counted ? "energy_gpu / time" : refused);
}

static void put_idle(struct counter *c, struct readings *out, const char *name,
		     const struct energy_idle *idle)
{
	put(c, out, name, "mW", idle->mw, idle->why);
}

static void put_power(struct counter *c, struct readings *out)
{
	char why[WIRE_WHY];
	snprintf(why, sizeof why, "mean of %d samples, %s", c->seen.n_power,
		 nvml_number_function(&c->card, NVML_POWER));
	if (c->seen.n_power < 2 && c->end[NVML_POWER].result == NVML_DONE)
		snprintf(why, sizeof why, "fewer than two samples while the window was open");
	else if (c->seen.n_power < 2)
		nvml_explain(&c->card, NVML_POWER, c->end[NVML_POWER].result, why, sizeof why);
	put(c, out, "power_sampled", "mW", c->seen.power_mw, why);
	put_idle(c, out, "power_idle_before", &c->before);
	put_idle(c, out, "power_idle_after", &c->after);
	put_number(c, out, NVML_POWER_LIMIT, "", &c->begin[NVML_POWER_LIMIT]);
	put(c, out, "energy_step", "ns", c->before.step_ns ? (double)c->before.step_ns : NAN, c->before.why);
}

static int nvml_finish(struct counter *c, struct readings *out, struct diag *d)
{
	if (c->why[0]) {
		put(c, out, "nvml", "count", NAN, c->why);
		return 0;
	}
	nvml_watch_end(c->watch, &c->seen);
	c->watch = NULL;
	int rc = energy_idle_measure(&c->card, &c->config, &c->after, d);
	if (rc)
		return rc;
	put_energy(c, out);
	put_power(c, out);
	put_clock(c, out, NVML_SM_CLOCK, NVML_SM_CLOCK_LIMIT, "_least", c->seen.sm_clock_least);
	put_clock(c, out, NVML_MEMORY_CLOCK, NVML_MEMORY_CLOCK_LIMIT, "_least", c->seen.memory_clock_least);
	put_number(c, out, NVML_TEMPERATURE, "_start", &c->begin[NVML_TEMPERATURE]);
	put_number(c, out, NVML_TEMPERATURE, "_end", &c->end[NVML_TEMPERATURE]);
	put_reasons(c, out);
	put_errors(c, out, NVML_ECC_CORRECTED);
	put_errors(c, out, NVML_ECC_UNCORRECTED);
	return 0;
}

/* The numbers of the first device. */
static void nvml_list(struct wire_hello *h)
{
	struct nvml_card card;
	char why[WIRE_WHY];
	if (!nvml_card_open(&card, "cuda:0", why, sizeof why))
		return;
	for (int n = 0; n < NVML_NUMBERS; n++) {
		struct nvml_value v = nvml_read(&card, n);
		list_event(h, "nvml", nvml_number_name(n), nvml_number_function(&card, n),
			   v.result == NVML_DONE ? "" : nvml_words(v.result));
	}
	nvml_card_close(&card);
}

const struct counter_ops counter_nvml = {
	.name = "nvml",
	.idles = true,
	.probe = nvml_probe,
	.open = nvml_open,
	.start = nvml_begin,
	.stop = nvml_end,
	.finish = nvml_finish,
	.close = nvml_close,
	.list = nvml_list,
};
