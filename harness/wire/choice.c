/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of what can be chosen, and which of them belong together. Apart from the messages: counter sources make them where there is no JSON. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/wire/wire.h"

bool wire_device_alike(const char *a, const char *b)
{
	const char *colon = strchr(a, ':');
	size_t n = colon ? (size_t)(colon - a) + 1 : 0;
	return n > 1 && strncmp(a, b, n) == 0 && a[n] && b[n] && !a[n + strspn(a + n, "0123456789")] &&
	       !b[n + strspn(b + n, "0123456789")];
}

const char *wire_device_engine(const struct wire_hello *h, const struct wire_device *dev)
{
	bool usual = !dev || dev->engines.n == 0 || wire_choice_find(&dev->engines, h->engine);
	return usual ? h->engine : dev->engines.item[0].name;
}

bool wire_device_has_engine(const struct wire_device *dev, const char *engine)
{
	return !dev || dev->engines.n == 0 || wire_choice_find(&dev->engines, engine);
}

const struct wire_choice *wire_choice_find(const struct wire_choices *c, const char *name)
{
	for (int i = 0; i < c->n; i++)
		if (strcmp(c->item[i].name, name) == 0)
			return &c->item[i];
	return NULL;
}

struct wire_choice *wire_choice_add(struct wire_choices *c, const char *name, bool usable, const char *why)
{
	c->item = mem_realloc(c->item, ((size_t)c->n + 1) * sizeof *c->item);
	struct wire_choice *item = &c->item[c->n++];
	*item = (struct wire_choice){.usable = usable};
	snprintf(item->name, sizeof item->name, "%s", name);
	snprintf(item->why, sizeof item->why, "%s", usable ? "" : why);
	return item;
}
