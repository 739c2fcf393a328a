/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/convert/convert.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engines/base/mem.h"
#include "engines/model/convert/private.h"
#include "engines/model/file/fresh.h"
#include "engines/model/model.h"
#include "engines/model/source.h"

/* ---- what is to be written ---- */

static int file_items(struct conversion *c, struct diag *d)
{
	for (int i = 0; i < c->n_items; i++) {
		const struct gguf_tensor *t = gguf_tensor_at(c->file, i);
		const char *type = gguf_tensor_type_name(t->type);
		struct convert_item *item = &c->items[i];
		enum dtype from;
		if (!convert_dtype_of(t->type, &from))
			return diag_set_at(
				d, ERR_UNSUPPORTED, gguf_path(c->file), 0,
				"byte %llu: unsupported type %s (%u) in tensor %.*s, this engine has %s",
				(unsigned long long)t->info_offset, type ? type : "unknown", t->type,
				(int)t->name.n, t->name.text, dtype_file_names());
		item->info = *t;
		item->info.data = NULL;
		item->data = t->data;
		convert_rule(item, from, c->config->precision);
	}
	return 0;
}

static void made_items(struct conversion *c)
{
	for (int i = 0; i < c->n_items; i++) {
		const struct tensor *t = &c->model->tensors[i];
		struct convert_item *item = &c->items[i];
		item->made = t;
		item->info = (struct gguf_tensor){
			.name = {t->name, strlen(t->name)},
			.n_dims = 2,
			.dims = {(uint64_t)t->cols, (uint64_t)t->rows, 1, 1},
		};
		convert_rule(item, t->dtype, c->config->precision);
	}
}

static int items_make(struct conversion *c, struct diag *d)
{
	int rc = 0;
	assert(c->file || c->model);
	c->n_items = c->file ? gguf_n_tensors(c->file) : c->model->n_tensors;
	c->items = mem_try_array((size_t)c->n_items + 1, sizeof *c->items);
	if (!c->items)
		return diag_set(d, ERR_OOM, "no memory for %d tensors", c->n_items);
	if (c->file)
		rc = file_items(c, d);
	else
		made_items(c);
	if (!rc)
		convert_sort(c->items, c->n_items);
	return rc;
}

/* ---- writing it ---- */

/* As the key that is copied says; it was checked when the file was opened. */
static uint64_t alignment_of(const struct gguf *g)
{
	const struct gguf_value *v = g ? gguf_find(g, "general.alignment") : NULL;
	return v ? (uint64_t)gguf_array_int(v, 0) : GGUF_ALIGNMENT_DEFAULT;
}

static int content_write(const struct conversion *c, struct gguf_out *o)
{
	struct gguf_out count = {.alignment = o->alignment};
	convert_keys(c, &count);
	gguf_out_header(o, (uint64_t)c->n_items, count.n_values);
	convert_keys(c, o);
	for (int i = 0; i < c->n_items; i++)
		gguf_out_tensor(o, &c->items[i].info);
	gguf_out_data(o);
	return o->rc ? o->rc : convert_data(c, o, o->d);
}

static void result_fill(const struct conversion *c, const struct gguf_out *o, struct convert_result *out)
{
	*out = (struct convert_result){.n_bytes = o->at, .n_tensors = c->n_items};
	for (int i = 0; i < c->n_items; i++)
		out->n_of[c->items[i].to]++;
}

static int file_write(const struct conversion *c, struct convert_result *out, struct diag *d)
{
	struct gguf_out o = {.alignment = alignment_of(c->file), .d = d};
	int rc = fresh_open(&o.file, c->config->path, c->config->replace, d);
	if (rc)
		return rc;
	rc = content_write(c, &o);
	if (rc) {
		fresh_discard(o.file);
		return rc;
	}
	rc = fresh_finish(o.file, d);
	if (!rc)
		result_fill(c, &o, out);
	return rc;
}

/* A mapped file that is written over is gone before it is read. */
static int input_check(const struct conversion *c, struct diag *d)
{
	struct stat in, out;
	if (!c->file || stat(gguf_path(c->file), &in) || stat(c->config->path, &out))
		return 0;
	if (in.st_dev != out.st_dev || in.st_ino != out.st_ino)
		return 0;
	return diag_set_at(d, ERR_USAGE, c->config->path, 0, "is the model itself, expected another file");
}

static int convert(struct conversion *c, struct convert_result *out, struct diag *d)
{
	const enum dtype precision = c->config->precision;
	if (!dtype_in_files(precision))
		return diag_set(d, ERR_UNSUPPORTED, "precision %s: no file has it, there are %s",
				dtype_name(precision), dtype_file_names());
	int rc = input_check(c, d);
	if (!rc)
		rc = items_make(c, d);
	if (!rc)
		rc = file_write(c, out, d);
	free(c->items);
	return rc;
}

int convert_gguf(const struct gguf *g, const struct convert_config *config, struct convert_result *out,
		 struct diag *d)
{
	struct conversion c = {.config = config, .file = g};
	return convert(&c, out, d);
}

int convert_model(const struct model *m, const struct convert_config *config, struct convert_result *out,
		  struct diag *d)
{
	struct conversion c = {.config = config, .file = m->source ? m->source->file : NULL, .model = m};
	return convert(&c, out, d);
}
