/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/nvml_watch.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"

struct nvml_watch {
	const struct nvml_card *card;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopped; /* under lock */
	/* Of the thread, until it is gone. */
	struct nvml_seen seen;
	int64_t power_begun, power_at, power_mw; /* first and last that was read, ns; 0: none */
	double power_sum;			 /* mW x ns, by trapezoids */
};

static void least(int64_t *to, const struct nvml_value *v)
{
	if (v->result == NVML_DONE && (*to == 0 || v->value < *to))
		*to = v->value;
}

static void power_add(struct nvml_watch *w, int64_t now, int64_t mw)
{
	if (w->seen.n_power++ == 0) {
		w->power_begun = now;
	} else {
		int64_t gap = now - w->power_at;
		w->power_sum += 0.5 * (double)(w->power_mw + mw) * (double)gap;
		w->seen.gap_ns = gap > w->seen.gap_ns ? gap : w->seen.gap_ns;
	}
	w->power_at = now;
	w->power_mw = mw;
}

static void look(struct nvml_watch *w)
{
	struct nvml_seen *s = &w->seen;
	struct nvml_value power = nvml_read(w->card, NVML_POWER), sm = nvml_read(w->card, NVML_SM_CLOCK),
			  memory = nvml_read(w->card, NVML_MEMORY_CLOCK),
			  reasons = nvml_read(w->card, NVML_REASONS);
	s->n++;
	if (power.result == NVML_DONE)
		power_add(w, clock_ns(), power.value);
	least(&s->sm_clock_least, &sm);
	least(&s->memory_clock_least, &memory);
	if (reasons.result != NVML_DONE)
		return;
	s->reasons |= reasons.value;
	s->n_throttled += nvml_is_throttled(reasons.value);
}

/* False when it has been stopped. */
static bool nap(struct nvml_watch *w)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += NVML_WATCH_EVERY_NS;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&w->lock);
	int rc = 0;
	while (!w->stopped && rc == 0)
		rc = pthread_cond_timedwait(&w->changed, &w->lock, &until);
	bool stopped = w->stopped;
	pthread_mutex_unlock(&w->lock);
	return !stopped;
}

static void *watch(void *arg)
{
	struct nvml_watch *w = arg;
	do
		look(w);
	while (nap(w));
	look(w);
	return NULL;
}

struct nvml_watch *nvml_watch_start(const struct nvml_card *card)
{
	struct nvml_watch *w = mem_alloc(sizeof *w);
	pthread_condattr_t monotonic;
	w->card = card;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&w->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&w->thread, NULL, watch, w) == 0)
		return w;
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w);
	return NULL;
}

void nvml_watch_stop(struct nvml_watch *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stopped = true;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

void nvml_watch_end(struct nvml_watch *w, struct nvml_seen *out)
{
	*out = (struct nvml_seen){.power_mw = NAN};
	if (!w)
		return;
	nvml_watch_stop(w);
	pthread_join(w->thread, NULL);
	*out = w->seen;
	out->power_mw =
		w->power_at > w->power_begun ? w->power_sum / (double)(w->power_at - w->power_begun) : NAN;
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w);
}
