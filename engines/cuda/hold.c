/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single operations that the device begins once all of one is in its queue: a kernel before the first event waits for the
 * host's word. Without it the time between the events of a short operation is mostly that of its launch (as nvbench's
 * blocking kernel; its limit, too, against what makes a launch wait for the one before it).
 */
#include "config.h"

#include "engines/cuda/cuda.h"

#include <stdio.h>

#include "engines/engine.h"

/* Submitting an operation takes some 10 us, thousands when the host is disturbed. */
#define PATIENCE_NS 10000000
/* So many, and more than such a part, are no disturbances: each costs PATIENCE_NS for nothing. */
#define LATE_LEAST 3
#define LATE_PART  100

/* In pinned memory. */
struct hold_words {
	uint32_t go;   /* the ticket that may go on, by the host */
	uint32_t late; /* the last one that was given up, by the device */
};

int hold_start(struct engine *e, bool can, struct diag *d)
{
	struct hold *h = &e->hold;
	h->held = can && h->words;
	if (!h->held)
		return 0;
	const struct hold_args a = {&h->words->go, &h->words->late, PATIENCE_NS, ++h->ticket};
	h->n++;
	return LAUNCH(e, KERNEL_hold, 1, 1, 1, &a, d);
}

void hold_release(struct engine *e)
{
	if (e->hold.words)
		__atomic_store_n(&e->hold.words->go, e->hold.ticket, __ATOMIC_RELEASE);
}

void hold_free(struct engine *e)
{
	if (!e->hold.words)
		return;
	stream_settle(e);
	(void)e->cu->cuMemFreeHost(e->hold.words);
	e->hold.words = NULL;
}

static bool gave_up(const struct hold *h)
{
	return __atomic_load_n(&h->words->late, __ATOMIC_ACQUIRE) == h->ticket;
}

bool hold_was_late(struct engine *e)
{
	struct hold *h = &e->hold;
	if (!h->on || !h->held)
		return h->on;
	h->held = false;
	if (!gave_up(h))
		return false;
	if (++h->n_late >= LATE_LEAST && h->n_late > h->n / LATE_PART) {
		snprintf(h->why, sizeof h->why, "%lld of %lld were late by more than %d ms",
			 (long long)h->n_late, (long long)h->n, PATIENCE_NS / 1000000);
		hold_free(e);
	}
	return true;
}

/* Does a launch come back while another kernel runs? It need not: debuggers and CUDA_LAUNCH_BLOCKING. */
static int hold_try(struct engine *e, struct diag *d)
{
	struct hold *h = &e->hold;
	int rc = hold_start(e, true, d);
	if (rc == 0)
		rc = stream_mark(e, e->begin, d);
	hold_release(e);
	if (rc == 0)
		rc = stream_wait(e, NULL, d);
	if (rc == 0 && gave_up(h))
		rc = diag_set(d, ERR_UNAVAILABLE, "launches wait for what runs");
	return rc;
}

static void hold_open(struct engine *e)
{
	const struct cuda_driver *cu = e->cu;
	struct diag d = {0};
	void *words = NULL;
	hold_free(e);
	e->hold = (struct hold){.on = true};
	int rc = cuda_check(cu, cu->cuMemAllocHost(&words, sizeof(struct hold_words)), "pinning memory", &d);
	e->hold.words = rc ? NULL : words;
	if (rc == 0) {
		*e->hold.words = (struct hold_words){0};
		rc = hold_try(e, &d);
	}
	e->hold.n = 0;
	if (rc == 0)
		return;
	snprintf(e->hold.why, sizeof e->hold.why, "%.*s", (int)sizeof e->hold.why - 1, d.text);
	e->hold.on = false;
	hold_free(e);
}

static void hold_close(struct engine *e, struct held *told)
{
	struct hold *h = &e->hold;
	*told = (struct held){.n = h->n, .late = h->n_late};
	snprintf(told->why, sizeof told->why, "%s", h->why);
	h->on = false;
	hold_free(e);
}

void cuda_hold(struct engine *e, bool on, struct held *told)
{
	if (on)
		hold_open(e);
	else
		hold_close(e, told);
}
