/* SPDX-License-Identifier: Apache-2.0 */
/* Weights from the cache of packed ones, else packed and kept there. */
#include "config.h"

#include "engines/cpu/weights.h"

#include "engines/base/cache/cache.h"
#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/cpu/gemm.h"
#include "engines/cpu/packed_cache.h"
#include "engines/model/model.h"

/* All that decides the bytes of the block; its first lines are what `cache ls` shows. False: the model cannot be told
 * from others. */
static bool key_make(const struct weights *w, const struct weights_config *c, struct strbuf *key)
{
	const struct model *m = c->model;
	strbuf_printf(key, "model: %s\nprecision: %s\nisa: %s\n", m->name,
		      c->precision == WEIGHTS_AS_IN_FILE ? "file" : dtype_name(c->precision),
		      isa_name(c->isa));
	if (!model_identity(m, key))
		return false;
	strbuf_printf(key, "architecture: %s\ntransform: none\nweights: %d, %zu bytes\n", c->arch->name,
		      WEIGHTS_LAYOUT, w->block_bytes);
	gemm_layout(c->gemm, key);
	return true;
}

static double seconds_since(int64_t begin)
{
	return (double)(clock_ns() - begin) * 1e-9;
}

static int pack_and_keep(struct weights *w, const struct weights_config *c, const char *key,
			 struct pool *pool, struct strbuf *how, struct diag *d)
{
	struct diag why = {0};
	int64_t begin = clock_ns();
	int rc = weights_pack(w, c, pool, d);
	if (rc)
		return rc;
	strbuf_printf(how, "packed in %.2f s, ", seconds_since(begin));
	begin = clock_ns();
	if (packed_cache_write(c->cache, key, w->block, w->block_bytes, pool, &why) == 0)
		strbuf_printf(how, "written to the cache in %.2f s\n", seconds_since(begin));
	else
		strbuf_printf(how, "cache not written: %s\n", why.text);
	return 0;
}

static int block_load(struct weights *w, const struct weights_config *c, const char *key, struct pool *pool,
		      struct strbuf *how, struct diag *d)
{
	struct diag why = {0};
	int64_t begin = clock_ns();
	int rc = packed_cache_read(c->cache, key, w->block, w->block_bytes, pool, &why);
	if (rc == 0) {
		strbuf_printf(how, "read from the cache in %.2f s\n", seconds_since(begin));
		return 0;
	}
	if (rc == ERR_FORMAT) {
		/* What was read of it would stand where packing leaves zeros. */
		weights_clear(w, c);
		strbuf_printf(how, "file in the cache not used (%s), ", why.text);
	}
	return pack_and_keep(w, c, key, pool, how, d);
}

/* NULL when the weights are to be kept. */
static const char *why_not_kept(const struct weights *w, const struct weights_config *c, struct strbuf *key)
{
	if (!c->cache->path)
		return "cache off";
	if (w->block_bytes < c->cache_from)
		return "too small to be kept";
	return key_make(w, c, key) ? NULL : "the model is no file";
}

int weights_load(struct weights *w, const struct weights_config *c, struct pool *pool, struct strbuf *how,
		 struct diag *d)
{
	struct strbuf key = {0};
	int64_t begin = clock_ns();
	int rc = weights_open(w, c, d);
	const char *why = rc ? NULL : why_not_kept(w, c, &key);
	strbuf_puts(how, "packed weights: ");
	if (!rc)
		rc = why ? weights_pack(w, c, pool, d) : block_load(w, c, strbuf_text(&key), pool, how, d);
	if (why)
		strbuf_printf(how, "packed in %.2f s, %s\n", seconds_since(begin), why);
	if (rc)
		weights_free(w); /* once more when it did not open: nothing */
	strbuf_free(&key);
	return rc;
}
