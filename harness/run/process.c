/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/process.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "harness/run/interrupt.h"
#include "harness/run/sweep.h"
#include "harness/run/watch.h"
#include "harness/store/store.h"

int process_start(struct process *p, const char *worker, struct diag *d)
{
	int64_t now = clock_wall_ns();
	process_stop(p);
	int rc = client_start_at(&p->client, worker, p->is_laid_out ? &p->layout : NULL, d);
	if (rc)
		return rc;
	p->before = p->end.log;
	p->end.log = NULL;
	p->start_wall_ns = now;
	p->pid = client_pid(p->client);
	interrupt_aim(p->pid);
	return p->limits.memory_bytes > 0 ? watch_start(&p->watch, p->pid, p->limits.memory_bytes, d) : 0;
}

struct process_limits process_limits_of(double visit_timeout_s, int64_t memory_bytes, int patience)
{
	struct process_limits l = {.time_ns = seconds_ns(visit_timeout_s * patience),
				   .memory_bytes = memory_bytes};
	if (l.time_ns > 0)
		l.deadline_ns = clock_ns() + l.time_ns;
	return l;
}

static int took_too_long(const struct process *p, const char *what, struct diag *d)
{
	return diag_set(d, ERR_CANCELLED, "the visit took longer than its limit of %g s (%s)",
			(double)p->limits.time_ns * 1e-9, what);
}

static int grew(const struct process *p, int64_t bytes, struct diag *d)
{
	char text[80];
	watch_say(bytes, p->limits.memory_bytes, text, sizeof text);
	return diag_set(d, ERR_OOM, "%s", text);
}

/* Who killed it knows why. */
static int explain(struct process *p, const char *what, int rc, bool late, const struct diag *why,
		   struct diag *d)
{
	if (client_alive(p->client))
		return diag_set(d, (enum err)rc, "%s", why->text);
	p->grew_to = watch_stop(p->watch);
	p->watch = NULL;
	if (p->grew_to)
		return grew(p, p->grew_to, d);
	if (late && rc == ERR_CANCELLED)
		return took_too_long(p, what, d);
	return diag_set(d, (enum err)rc, "%s", why->text);
}

int process_ask(struct process *p, const char *what, json_t *body, int64_t timeout_ns, json_t **answer,
		int64_t *wall_ns, struct diag *d)
{
	struct diag why = {0};
	int64_t left = p->limits.deadline_ns - clock_ns();
	bool late = p->limits.deadline_ns > 0 && (timeout_ns < 0 || left < timeout_ns);
	if (late && left <= 0) {
		process_stop(p);
		return took_too_long(p, what, d);
	}
	int rc = client_ask(p->client, what, body, late ? left : timeout_ns, NULL, NULL, answer, wall_ns,
			    &why);
	return rc ? explain(p, what, rc, late, &why, d) : 0;
}

int process_peak_check(const struct process *p, struct diag *d)
{
	int64_t limit = p->limits.memory_bytes;
	return limit > 0 && p->end.peak_bytes > limit ? grew(p, p->end.peak_bytes, d) : 0;
}

/* A process that died early has told why: what it said stays. */
static void join_logs(struct process *p)
{
	if (p->before && p->before[0]) {
		char *both = mem_printf("%s[the next process]\n%s", p->before, p->end.log);
		free(p->end.log);
		p->end.log = both;
	}
	free(p->before);
	p->before = NULL;
}

void process_stop(struct process *p)
{
	if (!p->client)
		return;
	/* From here on its number may be another's. */
	interrupt_aim(0);
	int64_t grown = watch_stop(p->watch);
	p->grew_to = grown ? grown : p->grew_to;
	p->watch = NULL;
	client_stop(p->client, &p->end);
	p->client = NULL;
	join_logs(p);
	p->end_wall_ns = clock_wall_ns();
}

void process_describe(const struct process *p, struct store_visit *v)
{
	v->pid = p->pid;
	v->process_start_wall_ns = p->start_wall_ns;
	v->process_end_wall_ns = p->end_wall_ns;
	v->peak_bytes = p->end.peak_bytes;
	v->ended = p->end.ended;
	v->log = p->end.log ? p->end.log : "";
}

void process_free(struct process *p)
{
	process_stop(p);
	free(p->end.log);
	memset(p, 0, sizeof *p);
}
