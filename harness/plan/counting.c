/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/plan/counting.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"

static const struct wire_choice *choice_of(const struct spec *spec, const struct wire_hello *hello, int i)
{
	return wire_choice_find(&hello->counters, spec->counters[i]);
}

/* Has source i of the spec visits of its own? */
static int passes_of(const struct spec *spec, const struct wire_hello *hello, int i)
{
	const struct wire_choice *c = choice_of(spec, hello, i);
	return c && c->usable ? c->passes : 0;
}

static void add(struct counting *c, const struct spec *spec, const struct wire_choice *choice, int i)
{
	c->name[c->n++] = spec->counters[i];
	c->idles = c->idles || choice->idles;
}

/* Is there something for the visit that is shared: a source, or the reason why there is none? */
static bool has_shared(const struct spec *spec, const struct wire_hello *hello)
{
	for (int i = 0; i < spec->n_counters; i++)
		if (passes_of(spec, hello, i) == 0)
			return true;
	return false;
}

bool counting_needs_events(const struct spec *spec)
{
	for (int i = 0; i < spec->n_counters; i++)
		if (strchr(spec->counters[i], ':'))
			return true;
	return false;
}

int counting_visits(const struct spec *spec, const struct wire_hello *hello)
{
	int n = has_shared(spec, hello);
	for (int i = 0; i < spec->n_counters; i++)
		n += passes_of(spec, hello, i);
	return n;
}

static void add_shared(struct counting *c, const struct spec *spec, const struct wire_hello *hello)
{
	for (int i = 0; i < spec->n_counters; i++) {
		const struct wire_choice *choice = choice_of(spec, hello, i);
		if (passes_of(spec, hello, i))
			continue;
		if (choice && choice->usable)
			add(c, spec, choice, i);
		else
			c->absent[c->n_absent++] = (struct counting_absent){
				spec->counters[i], choice ? choice->why : "the worker has no such source"};
	}
}

void counting_make(struct counting *c, const struct spec *spec, const struct wire_hello *hello, int visit)
{
	size_t n = (size_t)spec->n_counters + 1;
	*c = (struct counting){.name = mem_alloc(n * sizeof *c->name),
			       .absent = mem_alloc(n * sizeof *c->absent)};
	if (has_shared(spec, hello) && visit-- == 0) {
		add_shared(c, spec, hello);
		return;
	}
	for (int i = 0; i < spec->n_counters; i++) {
		int passes = passes_of(spec, hello, i);
		if (visit < passes) {
			c->pass = visit;
			add(c, spec, choice_of(spec, hello, i), i);
			return;
		}
		visit -= passes;
	}
}

void counting_free(struct counting *c)
{
	free(c->name);
	free(c->absent);
	*c = (struct counting){0};
}
