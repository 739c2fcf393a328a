/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/process.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "harness/run/interrupt.h"
#include "harness/store/store.h"

int process_start(struct process *p, const char *worker, struct diag *d)
{
	int64_t now = clock_wall_ns();
	process_stop(p);
	int rc = client_start(&p->client, worker, d);
	if (rc)
		return rc;
	p->before = p->end.log;
	p->end.log = NULL;
	p->start_wall_ns = now;
	p->pid = client_pid(p->client);
	interrupt_aim(p->pid);
	return 0;
}

int process_ask(struct process *p, const char *what, json_t *body, int64_t timeout_ns, json_t **answer,
		int64_t *wall_ns, struct diag *d)
{
	return client_ask(p->client, what, body, timeout_ns, NULL, NULL, answer, wall_ns, d);
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
