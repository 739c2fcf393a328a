/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of what can be chosen. Apart from the messages: counter sources make them where there is no JSON. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/wire/wire.h"

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
