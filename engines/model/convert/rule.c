/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a tensor, and where it stands: as llama-quantize has it (llama.cpp src/llama-quant.cpp). */
#include "config.h"

#include "engines/model/convert/private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "engines/model/file/cursor.h"

/* ggml's numbers: of a tensor's type, and of a file that holds mostly that (llama.h, enum llama_ftype). */
static const struct {
	uint32_t tensor, file;
} numbers[DTYPE_COUNT] = {
	[DTYPE_F32] = {0, 0},  [DTYPE_F16] = {1, 1},  [DTYPE_BF16] = {30, 32},
	[DTYPE_Q8_0] = {8, 7}, [DTYPE_Q4_0] = {2, 2},
};

bool convert_dtype_of(uint32_t type, enum dtype *out)
{
	for (int i = 0; i < DTYPE_COUNT; i++)
		if (dtype_in_files((enum dtype)i) && numbers[i].tensor == type) {
			*out = (enum dtype)i;
			return true;
		}
	return false;
}

uint32_t convert_file_type(enum dtype precision)
{
	return numbers[precision].file;
}

static bool ends_with(const struct gguf_string *s, const char *end)
{
	size_t n = strlen(end);
	return s->n >= n && memcmp(s->text + s->n - n, end, n) == 0;
}

/* Parts of names of weights that stay as they are: small ones whose rounding would cost much and save little. */
static bool name_keeps(const struct gguf_string *s)
{
	static const char *const parts[] = {"_norm.weight", "ffn_gate_inp.weight", "ssm_conv1d",
					    "shortconv.conv.weight", "attn_rel_b.weight"};
	static const char *const names[] = {"position_embd.weight", "token_types.weight"};
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (memmem(s->text, s->n, parts[i], strlen(parts[i])))
			return true;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (s->n == strlen(names[i]) && ends_with(s, names[i]))
			return true;
	return false;
}

void convert_rule(struct convert_item *item, enum dtype from, enum dtype precision)
{
	const struct gguf_tensor *t = &item->info;
	bool matrix = t->dims[1] > 1 || t->dims[2] > 1 || t->dims[3] > 1;
	item->from = item->to = from;
	if (matrix && ends_with(&t->name, "weight") && !name_keeps(&t->name))
		item->to = dtype_for_row(precision, t->dims[0]);
	item->n = t->dims[0] * t->dims[1] * t->dims[2] * t->dims[3];
	item->info.type = numbers[item->to].tensor;
	item->info.bytes = dtype_bytes(item->to, item->n);
}

/* The layer of "blk.LAYER.…", -1 of any other name. */
static long layer_of(const struct gguf_string *s)
{
	static const char prefix[] = "blk.";
	const size_t n = sizeof prefix - 1;
	long layer = 0;
	size_t i = n;
	if (s->n <= n || memcmp(s->text, prefix, n) != 0)
		return -1;
	/* A number of more digits names no layer. */
	for (; i < s->n && i < n + 9 && isdigit((unsigned char)s->text[i]); i++)
		layer = layer * 10 + (s->text[i] - '0');
	return i > n && i < s->n && s->text[i] == '.' ? layer : -1;
}

static int order(const void *a, const void *b)
{
	const struct gguf_string *p = &((const struct convert_item *)a)->info.name,
				 *q = &((const struct convert_item *)b)->info.name;
	long i = layer_of(p), j = layer_of(q);
	if (i != j)
		return i < j ? -1 : 1;
	return gguf_string_compare(p, q);
}

void convert_sort(struct convert_item *items, int n)
{
	qsort(items, (size_t)n, sizeof *items, order);
}
