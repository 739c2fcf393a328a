/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>

#include "engines/base/mem.h"
#include "harness/measure/counter/counter.h"

struct wire_reading *reading_add(struct readings *r)
{
	r->item = mem_realloc(r->item, ((size_t)r->n + 1) * sizeof *r->item);
	struct wire_reading *new = &r->item[r->n++];
	*new = (struct wire_reading){.thread = -1};
	return new;
}

void reading_put(struct readings *r, const char *counter, const char *unit, int64_t value, int64_t wall_ns)
{
	struct wire_reading *new = reading_add(r);
	snprintf(new->counter, sizeof new->counter, "%s", counter);
	snprintf(new->unit, sizeof new->unit, "%s", unit);
	new->usable = true;
	new->value = value;
	new->enabled_ns = new->running_ns = wall_ns;
}

void list_counter(struct wire_hello *h, const char *name, const char *why, int passes)
{
	wire_choice_add(&h->counters, name, !*why, why)->passes = passes;
}

void list_event(struct wire_hello *h, const char *counter, const char *name, const char *event,
		const char *why)
{
	h->events = mem_realloc(h->events, ((size_t)h->n_events + 1) * sizeof *h->events);
	struct wire_event *new = &h->events[h->n_events++];
	*new = (struct wire_event){.usable = !*why};
	snprintf(new->counter, sizeof new->counter, "%s", counter);
	snprintf(new->name, sizeof new->name, "%s", name);
	snprintf(new->event, sizeof new->event, "%s", event);
	snprintf(new->why, sizeof new->why, "%s", why);
}
