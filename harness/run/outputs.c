/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/outputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "harness/wire/wire.h"

/* Rows or columns beyond this are garbage; their product fits an int64. */
enum { SIDE_MAX = 1 << 30 };
/* Outputs kept for points that come later: a thousand rows of the largest vocabularies. */
#define KEPT_BYTES ((size_t)1 << 29)

struct reference {
	char id[POINT_ID_SIZE];
	struct outputs outputs;
};
struct references {
	int n;
	size_t bytes;
	struct reference *item; /* oldest first */
};

/* The text has four characters for three bytes: no more memory is taken than came. */
int outputs_decode(const json_t *answer, struct outputs *out, struct diag *d)
{
	struct outputs o = {0};
	const char *data;
	int rc = json_get_int(answer, "rows", 1, SIDE_MAX, &o.rows, d);
	if (rc == 0)
		rc = json_get_int(answer, "cols", 1, SIDE_MAX, &o.cols, d);
	if (rc == 0)
		rc = json_get_string(answer, "data", &data, d);
	if (rc)
		return rc;
	if ((uint64_t)(o.rows * o.cols) > strlen(data) / 4 * 3 / sizeof *o.x)
		return diag_set(d, ERR_FORMAT, "verify: %zu characters, too few for %lld x %lld outputs",
				strlen(data), (long long)o.rows, (long long)o.cols);
	o.x = mem_try_array((size_t)(o.rows * o.cols), sizeof *o.x);
	if (!o.x)
		return diag_set(d, ERR_OOM, "verify: no memory for %lld x %lld outputs", (long long)o.rows,
				(long long)o.cols);
	rc = wire_floats_decode(data, o.x, (size_t)(o.rows * o.cols), d);
	if (rc)
		free(o.x);
	else
		*out = o;
	return rc;
}

static size_t outputs_bytes(const struct outputs *o)
{
	return (size_t)(o->rows * o->cols) * sizeof *o->x;
}

static void drop_oldest(struct references *r)
{
	r->bytes -= outputs_bytes(&r->item[0].outputs);
	free(r->item[0].outputs.x);
	r->n--;
	memmove(r->item, r->item + 1, (size_t)r->n * sizeof *r->item);
}

struct references *references_new(void)
{
	return mem_alloc(sizeof(struct references));
}

void references_free(struct references *r)
{
	while (r && r->n)
		drop_oldest(r);
	if (r)
		free(r->item);
	free(r);
}

const struct outputs *references_find(const struct references *r, const char *id)
{
	for (int i = 0; i < r->n; i++)
		if (strcmp(r->item[i].id, id) == 0)
			return &r->item[i].outputs;
	return NULL;
}

const struct outputs *references_add(struct references *r, const char *id, const struct outputs *o)
{
	r->item = mem_realloc(r->item, ((size_t)r->n + 1) * sizeof *r->item);
	struct reference *to = &r->item[r->n++];
	snprintf(to->id, sizeof to->id, "%s", id);
	to->outputs = *o;
	r->bytes += outputs_bytes(o);
	while (r->n > 1 && r->bytes > KEPT_BYTES)
		drop_oldest(r);
	return &r->item[r->n - 1].outputs;
}
