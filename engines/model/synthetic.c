/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Synthetic models: shapes of real ones with seeded random weights, for speed
 * alone. A weight is mean + scale * q / 2^15, where q is a 16-bit whole number:
 * number c % 4 of the four in rng_at(seed, row * b + c / 4), c the column and b the
 * row's columns / 4 rounded up. seed is the XXH3-64 of RECIPE, a slash and the tensor's
 * name. Nothing but exact operations and single rounded ones: the same bits on every machine.
 *
 * Scales make each product's output about as large as its normed input, which has
 * unit variance: a uniform amplitude of sqrt(3 / columns).
 */
#include "config.h"

#include "engines/model/source.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "engines/base/embed.h"
#include "engines/base/mem.h"
#include "engines/base/rng.h"
#include "engines/base/strbuf.h"
#include "engines/model/family/family.h"
#include "engines/model/shape.h"

/* Another way of making weights is another recipe: old measurements keep their model. */
#define RECIPE "inferometer synthetic 1"

/* Logits of standard deviation 3: neither are all tokens alike, nor does one have all the probability. */
#define LOGIT_DEVIATION 3.0f

extern const struct embedded synthetic_shape_files[];

/* ---- names ---- */

enum { NAMES_MAX = 64, NAME_SIZE = 32 };
static const char *names[NAMES_MAX + 1];
static pthread_once_t names_once = PTHREAD_ONCE_INIT;

/* "llama-1b" of "workloads/models/llama-1b.yaml" */
static void names_fill(void)
{
	static char texts[NAMES_MAX][NAME_SIZE];
	for (int i = 0; synthetic_shape_files[i].name; i++) {
		const char *last = strrchr(synthetic_shape_files[i].name, '/') + 1;
		size_t n = (size_t)(strrchr(last, '.') - last);
		assert(i < NAMES_MAX && n < NAME_SIZE);
		memcpy(texts[i], last, n);
		names[i] = texts[i];
	}
}

const char *const *synthetic_names(void)
{
	pthread_once(&names_once, names_fill);
	return names;
}

/* ---- weights ---- */

enum { PER_HASH = 4, HASHES = 64, CHUNK = PER_HASH * HASHES };

/* CHUNK weights from hash number first on. Two loops that a compiler can make vectors of. */
static void chunk_generate(const struct tensor *t, uint64_t first, float *dst)
{
	uint64_t bits[HASHES];
	int16_t q[CHUNK];
	const float unit = t->scale * (1.0f / 32768), mean = t->mean;
	for (uint64_t i = 0; i < HASHES; i++)
		bits[i] = rng_at(t->seed, first + i);
	memcpy(q, bits, sizeof q); /* little-endian, as all of engines/model/file */
	for (int i = 0; i < CHUNK; i++)
		dst[i] = mean + unit * (float)q[i];
}

void synthetic_row(const struct tensor *t, int64_t row, float *dst)
{
	uint64_t cols = (uint64_t)t->cols, n_hashes = (cols + PER_HASH - 1) / PER_HASH;
	uint64_t first = (uint64_t)row * n_hashes, done = 0;
	float rest[CHUNK];
	for (; done + CHUNK <= cols; done += CHUNK)
		chunk_generate(t, first + done / PER_HASH, dst + done);
	if (done == cols)
		return;
	chunk_generate(t, first + done / PER_HASH, rest);
	memcpy(dst + done, rest, (cols - done) * sizeof *dst);
}

static float scale_of(enum layout_kind kind, int64_t cols, bool tied)
{
	const float unit_variance = sqrtf(3.0f), matrix = sqrtf(3.0f / (float)cols);
	switch (kind) {
	case LAYOUT_NORM:
	case LAYOUT_BIAS:
		return 0.125f;
	case LAYOUT_EMBEDDING:
	case LAYOUT_POSITIONS:
		return tied ? LOGIT_DEVIATION * matrix : unit_variance;
	case LAYOUT_OUTPUT:
		return LOGIT_DEVIATION * matrix;
	case LAYOUT_MATRIX:
	case LAYOUT_TURNS:
		break;
	}
	return matrix;
}

static void tensor_make(struct tensor *t, const struct layout_tensor *l, bool tied)
{
	struct strbuf key = {0};
	strbuf_printf(&key, RECIPE "/%s", l->name);
	memcpy(t->name, l->name, sizeof t->name);
	t->dtype = DTYPE_F32;
	t->rows = l->rows;
	t->cols = l->cols;
	t->seed = XXH3_64bits(strbuf_text(&key), key.len);
	t->scale = scale_of(l->kind, l->cols, tied);
	t->mean = l->kind == LAYOUT_NORM ? 1 : 0;
	strbuf_free(&key);
}

static int tensors_make(struct model *m, const struct family *f, const char *file, struct diag *d)
{
	int n = layout_count(f, &m->hp);
	m->tensors = mem_try_array((size_t)n, sizeof *m->tensors);
	if (!m->tensors)
		return diag_set_at(d, ERR_OOM, file, 0, "no memory for %d tensors", n);
	for (int i = 0; i < n; i++) {
		struct layout_tensor l;
		layout_at(&l, f, &m->hp, i);
		if (l.optional && (l.kind != LAYOUT_OUTPUT || m->tied))
			continue;
		tensor_make(&m->tensors[m->n_tensors++], &l, m->tied);
		m->n_params += l.rows * l.cols;
	}
	return 0;
}

/* ---- the model ---- */

/* All that decides the weights, as a text. The first architecture is not named: it was the only one once. */
void synthetic_hash(const struct model *m, char hex[33])
{
	struct strbuf s = {0};
	struct hparams hp = m->hp;
	const struct family *family = family_find(m->arch, strlen(m->arch));
	strbuf_printf(&s, RECIPE "\nname: %s\n", m->name);
	if (family != family_default())
		strbuf_printf(&s, "architecture: %s\n", family->name);
	for (const struct hparams_field *f = family->fields; f->key; f++) {
		if (f->real)
			strbuf_printf(&s, "%s: %.9g\n", f->key, (double)*hparams_real(&hp, f));
		else
			strbuf_printf(&s, "%s: %d\n", f->key, *hparams_int(&hp, f));
	}
	strbuf_printf(&s, "tied: %s\n", m->tied ? "true" : "false");
	model_hash(hex, strbuf_text(&s), s.len);
	strbuf_free(&s);
}

/* The name becomes a part of a path: no slash, and no point in front. */
static bool name_is_plain(const char *name)
{
	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-_.", *c))
			return false;
	return *name != '\0' && *name != '.';
}

static int name_unknown(const char *name, struct diag *d)
{
	struct strbuf known = {0};
	for (const char *const *n = synthetic_names(); *n; n++)
		strbuf_printf(&known, "%s%s", known.len ? ", " : "", *n);
	int rc = diag_set(d, ERR_USAGE, "no synthetic model \"%.60s\", there are %s", name,
			  strbuf_text(&known));
	strbuf_free(&known);
	return rc;
}

static int shape_get(struct shape *out, const char *name, char **file, struct diag *d)
{
	if (!name_is_plain(name))
		return name_unknown(name, d);
	*file = mem_printf("workloads/models/%s.yaml", name);
	char *text = embed_text(synthetic_shape_files, *file);
	int rc = text ? shape_parse(out, text, *file, d) : name_unknown(name, d);
	free(text);
	return rc;
}

/* "llama-1b" or "llama-1b?layers=4"; full: the name of what comes of it. */
static int shape_find(struct shape *out, const char *asked, char **file, struct strbuf *full, struct diag *d)
{
	const char *mark = strchr(asked, '?');
	char *name = mem_printf("%.*s", (int)strcspn(asked, "?"), asked);
	int rc = shape_get(out, name, file, d);
	strbuf_puts(full, name);
	if (!rc && mark)
		rc = shape_override(out, mark + 1, name, full, d);
	free(name);
	return rc;
}

int model_from_shape(struct model **out, const char *name, const struct model_options *options,
		     struct diag *d)
{
	struct shape shape = {0};
	struct strbuf full = {0};
	char *file = NULL;
	struct model *m = NULL;
	int rc = shape_find(&shape, name, &file, &full, d);
	if (rc)
		goto out;
	assert(shape.family);
	m = mem_alloc(sizeof *m);
	m->hp = shape.hp;
	m->tied = shape.tied;
	m->file_type = DTYPE_F32;
	m->name = strbuf_take(&full);
	m->arch = mem_strdup(shape.family->name);
	rc = tensors_make(m, shape.family, file, d);
	if (rc)
		goto out;
	if (options->with_hash)
		synthetic_hash(m, m->hash);
	*out = m;
	m = NULL;
out:
	model_close(m);
	strbuf_free(&full);
	free(file);
	return rc;
}
