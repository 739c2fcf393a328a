/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors by name: a check of a point looks up hundreds, and a plan checks thousands of points. */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "engines/base/mem.h"
#include "engines/model/model.h"
#include "engines/model/source.h"

/* Where the search for a name begins. */
static int slot_of(const struct model *m, const char *name)
{
	return (int)(XXH3_64bits(name, strlen(name)) & (uint64_t)(m->n_slots - 1));
}

void model_index(struct model *m)
{
	m->n_slots = 64;
	/* At most half are taken, so that a search ends soon. */
	while (m->n_slots < 2 * m->n_tensors)
		m->n_slots *= 2;
	m->slots = mem_alloc((size_t)m->n_slots * sizeof *m->slots);
	for (int i = 0; i < m->n_tensors; i++) {
		int at = slot_of(m, m->tensors[i].name);
		while (m->slots[at])
			at = (at + 1) & (m->n_slots - 1);
		m->slots[at] = i + 1;
	}
}

const struct tensor *model_tensor(const struct model *m, const char *name)
{
	for (int i = 0; !m->slots && i < m->n_tensors; i++)
		if (strcmp(m->tensors[i].name, name) == 0)
			return &m->tensors[i];
	for (int at = m->slots ? slot_of(m, name) : -1; at >= 0 && m->slots[at];
	     at = (at + 1) & (m->n_slots - 1))
		if (strcmp(m->tensors[m->slots[at] - 1].name, name) == 0)
			return &m->tensors[m->slots[at] - 1];
	return NULL;
}

/* "blk.LAYER.", without printf, which takes longer than the search. */
static size_t put_layer(char *out, unsigned layer)
{
	static const char head[] = {'b', 'l', 'k', '.'};
	char digits[12];
	size_t n = 0, at = sizeof head;
	memcpy(out, head, sizeof head);
	do
		digits[n++] = (char)('0' + layer % 10);
	while (layer /= 10);
	while (n)
		out[at++] = digits[--n];
	out[at++] = '.';
	return at;
}

const struct tensor *model_layer_tensor(const struct model *m, int layer, const char *suffix)
{
	char name[MODEL_TENSOR_NAME_MAX];
	size_t n = put_layer(name, (unsigned)layer), rest = strlen(suffix);
	if (rest >= sizeof name - n)
		return NULL;
	memcpy(name + n, suffix, rest + 1);
	return model_tensor(m, name);
}
