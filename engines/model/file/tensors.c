/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptions of tensors: reading them, and checking where their data lie. */
#include "config.h"

#include "engines/model/file/cursor.h"

#include <stdio.h>
#include <stdlib.h>

#include "engines/base/mem.h"

/* The largest models have some thousands: a bound for what is allocated and compared. */
#define TENSORS_MAX 65536u
/* The format's limit on the length of a name. */
#define NAME_MAX_BYTES 64u
/* Length and text of a name, number of dimensions, one dimension, type, offset. */
#define INFO_BYTES_MIN	  (8u + 1u + 4u + 8u + 4u + 8u)
#define ALIGNMENT_DEFAULT 32
/* The format asks for a multiple of 8; more than 1 MiB would be padding for nothing. */
#define ALIGNMENT_MIN 8
#define ALIGNMENT_MAX (1 << 20)

/* Where tensor data may lie. */
struct region {
	uint64_t start; /* in the file, aligned */
	uint64_t alignment;
	uint64_t length; /* from start to the end of the last tensor, as the descriptions have it */
	bool known;	 /* start and length: tensors can be placed */
};

#define NAME_FMT   "%.*s"
#define NAME_OF(t) (int)(t)->name.n, (t)->name.text

static int dims_read(struct cursor *c, struct gguf_tensor *t)
{
	uint64_t at = c->at, n_elements = 1;
	uint32_t n_dims;
	int rc = cursor_u32(c, "the number of dimensions", &n_dims);
	if (rc)
		return rc;
	if (n_dims < 1 || n_dims > GGUF_DIMS_MAX)
		return gguf_error(c->g, c->d, at, "tensor " NAME_FMT " has %u dimensions, expected 1 to %d",
				  NAME_OF(t), n_dims, GGUF_DIMS_MAX);
	t->n_dims = (int)n_dims;
	for (uint32_t i = 0; i < GGUF_DIMS_MAX; i++)
		t->dims[i] = 1;
	for (uint32_t i = 0; i < n_dims; i++) {
		at = c->at;
		rc = cursor_u64(c, "a dimension", &t->dims[i]);
		if (rc)
			return rc;
		if (t->dims[i] == 0)
			return gguf_error(c->g, c->d, at,
					  "a dimension of tensor " NAME_FMT " is 0, expected at least 1",
					  NAME_OF(t));
		if (__builtin_mul_overflow(n_elements, t->dims[i], &n_elements) || n_elements > INT64_MAX)
			return gguf_error(c->g, c->d, at,
					  "tensor " NAME_FMT " has more elements than can be counted",
					  NAME_OF(t));
	}
	return 0;
}

/* The bytes of a tensor whose dimensions were checked; 0 when the type is not known. */
static int bytes_count(struct cursor *c, struct gguf_tensor *t)
{
	const struct tensor_type *type = tensor_type_find(t->type);
	t->bytes = 0;
	if (!type || type->bytes == 0)
		return 0;
	if (t->dims[0] % type->block != 0)
		return gguf_error(c->g, c->d, t->info_offset,
				  "tensor " NAME_FMT
				  " has rows of %llu elements, expected a multiple of %u (%s)",
				  NAME_OF(t), (unsigned long long)t->dims[0], type->block, type->name);
	uint64_t n_blocks = t->dims[0] / type->block * t->dims[1] * t->dims[2] * t->dims[3];
	if (__builtin_mul_overflow(n_blocks, (uint64_t)type->bytes, &t->bytes))
		return gguf_error(c->g, c->d, t->info_offset,
				  "tensor " NAME_FMT " has more bytes than can be counted", NAME_OF(t));
	return 0;
}

/* What a file that is cut off should have. */
static const char *lack_text(const struct region *r, uint64_t have, char *buf, size_t size)
{
	uint64_t want;
	if (__builtin_add_overflow(r->start, r->length, &want) || want <= have)
		return "";
	snprintf(buf, size, "; the file has %llu bytes of %llu: download it again", (unsigned long long)have,
		 (unsigned long long)want);
	return buf;
}

/* Puts t at offset of the region. at: where the file says the offset. */
static int data_place(struct cursor *c, struct gguf_tensor *t, const struct region *r, uint64_t offset,
		      uint64_t at)
{
	const struct gguf *g = c->g;
	uint64_t room = g->n_bytes > r->start ? g->n_bytes - r->start : 0;
	char lack[120];
	if (offset % r->alignment != 0)
		return gguf_error(g, c->d, at,
				  "tensor " NAME_FMT " at offset %llu, expected a multiple of %llu",
				  NAME_OF(t), (unsigned long long)offset, (unsigned long long)r->alignment);
	if (offset > room || t->bytes > room - offset)
		return gguf_error(g, c->d, at,
				  "tensor " NAME_FMT " of %llu bytes at offset %llu ends behind the file: "
				  "there are %llu bytes of data%s",
				  NAME_OF(t), (unsigned long long)t->bytes, (unsigned long long)offset,
				  (unsigned long long)room, lack_text(r, g->n_bytes, lack, sizeof lack));
	t->data = t->bytes ? g->bytes + r->start + offset : NULL;
	return 0;
}

static void region_grow(struct region *r, uint64_t offset, uint64_t bytes)
{
	uint64_t end;
	if (!__builtin_add_overflow(offset, bytes, &end) && end > r->length)
		r->length = end;
}

/* Where the data begin is not known before all were read once: they are not placed. */
static int tensor_read(struct cursor *c, struct gguf_tensor *t, struct region *region)
{
	uint64_t offset = 0;
	t->info_offset = c->at;
	t->data = NULL;
	int rc = cursor_string(c, "the name of a tensor", NAME_MAX_BYTES, &t->name);
	if (!rc)
		rc = dims_read(c, t);
	if (!rc)
		rc = cursor_u32(c, "the type of a tensor", &t->type);
	uint64_t at = c->at;
	if (!rc)
		rc = cursor_u64(c, "the offset of a tensor", &offset);
	if (!rc)
		rc = bytes_count(c, t);
	if (rc == 0 && region->known)
		return data_place(c, t, region, offset, at);
	if (rc == 0)
		region_grow(region, offset, t->bytes);
	return rc;
}

static int tensors_scan(struct cursor *c, uint64_t n, struct region *region, struct gguf_tensor *out)
{
	int rc = 0;
	for (uint64_t i = 0; i < n && !rc; i++) {
		struct gguf_tensor t;
		rc = tensor_read(c, &t, region);
		if (!rc && out)
			out[i] = t;
	}
	return rc;
}

static int alignment_get(const struct gguf *g, uint64_t *out, struct diag *d)
{
	static const char key[] = "general.alignment";
	const struct gguf_value *v = gguf_find(g, key);
	int64_t n = ALIGNMENT_DEFAULT;
	int rc = v ? gguf_get_int(g, key, ALIGNMENT_MIN, ALIGNMENT_MAX, &n, d) : 0;
	if (rc)
		return rc;
	if (n & (n - 1))
		return gguf_error(g, d, v->offset, "key %s is %lld, expected a power of two", key,
				  (long long)n);
	*out = (uint64_t)n;
	return 0;
}

static int order_by_name(const void *a, const void *b, void *tensors)
{
	const struct gguf_tensor *list = tensors;
	return gguf_string_compare(&list[*(const uint32_t *)a].name, &list[*(const uint32_t *)b].name);
}

static int order_by_data(const void *a, const void *b, void *tensors)
{
	const struct gguf_tensor *list = tensors;
	const char *p = list[*(const uint32_t *)a].data, *q = list[*(const uint32_t *)b].data;
	return p < q ? -1 : p > q;
}

static int overlaps_check(const struct gguf *g, uint32_t *order, struct diag *d)
{
	const char *end = NULL;
	qsort_r(order, (size_t)g->n_tensors, sizeof *order, order_by_data, g->tensors);
	for (int i = 0; i < g->n_tensors; i++) {
		const struct gguf_tensor *t = &g->tensors[order[i]];
		if (!t->data)
			continue;
		if (end && (const char *)t->data < end)
			return gguf_error(g, d, t->info_offset,
					  "tensor " NAME_FMT " lies over tensor " NAME_FMT, NAME_OF(t),
					  NAME_OF(&g->tensors[order[i - 1]]));
		end = (const char *)t->data + t->bytes;
	}
	return 0;
}

static int names_check(const struct gguf *g, uint32_t *order, struct diag *d)
{
	qsort_r(order, (size_t)g->n_tensors, sizeof *order, order_by_name, g->tensors);
	for (int i = 1; i < g->n_tensors; i++) {
		const struct gguf_tensor *a = &g->tensors[order[i - 1]], *b = &g->tensors[order[i]];
		if (gguf_string_compare(&a->name, &b->name) == 0)
			return gguf_error(g, d,
					  a->info_offset > b->info_offset ? a->info_offset : b->info_offset,
					  "a second tensor " NAME_FMT ", expected one", NAME_OF(b));
	}
	return 0;
}

static int tensors_allocate(struct gguf *g, uint64_t n, struct diag *d)
{
	g->tensors = mem_try_array(n, sizeof *g->tensors);
	g->by_name = mem_try_array(n, sizeof *g->by_name);
	if (!g->tensors || !g->by_name)
		return diag_set_at(d, ERR_OOM, g->path, 0, "no memory for %llu tensors",
				   (unsigned long long)n);
	g->n_tensors = (int)n;
	for (uint32_t i = 0; i < n; i++)
		g->by_name[i] = i;
	return 0;
}

int tensors_read(struct gguf *g, struct cursor *c, uint64_t n)
{
	struct region region = {0};
	if (n > cursor_left(c) / INFO_BYTES_MIN)
		return gguf_error(g, c->d, c->at, "%llu tensors cannot fit into the %llu bytes left" GGUF_CUT,
				  (unsigned long long)n, (unsigned long long)cursor_left(c));
	if (n > TENSORS_MAX)
		return gguf_error(g, c->d, c->at, "%llu tensors, expected at most %u", (unsigned long long)n,
				  TENSORS_MAX);
	int rc = alignment_get(g, &region.alignment, c->d);
	if (rc)
		return rc;
	/* Twice: the data begin behind all descriptions, and a false count allocates nothing. */
	struct cursor ahead = *c;
	rc = tensors_scan(&ahead, n, &region, NULL);
	if (rc)
		return rc;
	region.start = (ahead.at + region.alignment - 1) & ~(region.alignment - 1);
	region.known = true;
	rc = tensors_allocate(g, n, c->d);
	if (!rc)
		rc = tensors_scan(c, n, &region, g->tensors);
	if (!rc)
		rc = overlaps_check(g, g->by_name, c->d);
	return rc ? rc : names_check(g, g->by_name, c->d);
}

int gguf_n_tensors(const struct gguf *g)
{
	return g->n_tensors;
}

const struct gguf_tensor *gguf_tensor_at(const struct gguf *g, int i)
{
	return &g->tensors[i];
}

const struct gguf_tensor *gguf_find_tensor(const struct gguf *g, const char *name)
{
	struct gguf_string want = {name, strlen(name)};
	int low = 0, high = g->n_tensors;
	while (low < high) {
		int middle = low + (high - low) / 2;
		const struct gguf_tensor *t = &g->tensors[g->by_name[middle]];
		int order = gguf_string_compare(&t->name, &want);
		if (order == 0)
			return t;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
