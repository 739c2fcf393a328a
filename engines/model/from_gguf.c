/* SPDX-License-Identifier: Apache-2.0 */
/* A model of a GGUF file: every tensor the architecture needs, of the shape it needs, and no other. */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/model/family/family.h"
#include "engines/model/file/gguf.h"
#include "engines/model/hparams.h"
#include "engines/model/layout.h"
#include "engines/model/name.h"
#include "engines/model/source.h"
#include "engines/model/tokenizer/build.h"

#define OUTPUT "output.weight"

/* llama3 divides frequencies by 1 to 32. */
#define TURN_MIN 1e-6
#define TURN_MAX 1e6

/* Our types by ggml's number. */
static bool dtype_of(uint32_t type, enum dtype *out)
{
	const char *name = gguf_tensor_type_name(type);
	return name && dtype_parse(name, out) && dtype_in_files(*out);
}

/* How many of the layout's tensors the file has; all that must be there are. Nothing is allocated before. */
static int presence_check(int *n_present, const struct gguf *g, const struct family *f,
			  const struct hparams *hp, struct diag *d)
{
	struct layout_tensor want;
	int n = layout_count(f, hp), found = 0;
	for (int i = 0; i < n; i++) {
		layout_at(&want, f, hp, i);
		if (gguf_find_tensor(g, want.name))
			found++;
		else if (!want.optional)
			return diag_set_at(d, ERR_FORMAT, gguf_path(g), 0,
					   "tensor %s is missing, expected %lld x %lld elements%s", want.name,
					   (long long)want.cols, (long long)want.rows,
					   gguf_n_tensors(g) ? ""
							     : "; this file has none: a vocabulary alone");
	}
	*n_present = found;
	return 0;
}

static int tensor_take(struct tensor *out, const struct gguf *g, const struct layout_tensor *want,
		       struct diag *d)
{
	const struct gguf_tensor *t = gguf_find_tensor(g, want->name);
	unsigned long long at = t->info_offset;
	const char *type = gguf_tensor_type_name(t->type);
	if (t->dims[0] != (uint64_t)want->cols || t->dims[1] != (uint64_t)want->rows || t->dims[2] != 1 ||
	    t->dims[3] != 1)
		return diag_set_at(d, ERR_FORMAT, gguf_path(g), 0,
				   "byte %llu: tensor %s is %llu x %llu x %llu x %llu, expected %lld x %lld",
				   at, want->name, (unsigned long long)t->dims[0],
				   (unsigned long long)t->dims[1], (unsigned long long)t->dims[2],
				   (unsigned long long)t->dims[3], (long long)want->cols,
				   (long long)want->rows);
	if (!dtype_of(t->type, &out->dtype) || !t->data)
		return diag_set_at(
			d, ERR_UNSUPPORTED, gguf_path(g), 0,
			"byte %llu: unsupported type %s (%u) in tensor %s, this engine has %s: take "
			"the file of such a type, or make one with llama.cpp's 'llama-quantize "
			"--allow-requantize OLD NEW Q8_0'",
			at, type ? type : "unknown", t->type, want->name, dtype_file_names());
	memcpy(out->name, want->name, sizeof out->name);
	out->rows = want->rows;
	out->cols = want->cols;
	out->data = t->data;
	return 0;
}

static bool contains(const struct gguf_string *s, const char *part)
{
	return memmem(s->text, s->n, part, strlen(part)) != NULL;
}

/* A weight left out would be a wrong result. */
static int extra_refuse(const struct gguf *g, const struct gguf_tensor *t, struct diag *d)
{
	static const struct {
		const char *part, *what;
	} kinds[] = {
		{"rope_f", "factors of rotation frequencies that this architecture has not here"},
		{"_exps", "experts are not supported"},
		{"ffn_gate_inp", "experts are not supported"},
		{".bias", "a bias that this architecture has not here"},
		{"", "not known, and so not computed, by this engine"},
	};
	int i = 0;
	while (!contains(&t->name, kinds[i].part))
		i++;
	return diag_set_at(d, ERR_UNSUPPORTED, gguf_path(g), 0, "byte %llu: tensor %.*s: %s",
			   (unsigned long long)t->info_offset, (int)t->name.n, t->name.text, kinds[i].what);
}

/* The first tensor of the file that the layout has not. Called when the file has more than those. */
static int extra_find(const struct gguf *g, const struct family *f, const struct hparams *hp, struct diag *d)
{
	int n = gguf_n_tensors(g), n_wanted = layout_count(f, hp), i = 0;
	struct layout_tensor want;
	char *wanted = mem_try_array((size_t)n, 1);
	if (!wanted)
		return diag_set_at(d, ERR_OOM, gguf_path(g), 0, "no memory to mark %d tensors", n);
	for (int j = 0; j < n_wanted; j++) {
		layout_at(&want, f, hp, j);
		const struct gguf_tensor *t = gguf_find_tensor(g, want.name);
		if (t)
			wanted[t - gguf_tensor_at(g, 0)] = 1;
	}
	while (wanted[i])
		i++;
	free(wanted);
	return extra_refuse(g, gguf_tensor_at(g, i), d);
}

/* The type of most elements. */
static enum dtype type_of_most(const struct model *m)
{
	int64_t n[DTYPE_COUNT] = {0};
	enum dtype most = DTYPE_F32;
	for (int i = 0; i < m->n_tensors; i++)
		n[m->tensors[i].dtype] += m->tensors[i].rows * m->tensors[i].cols;
	for (int t = 0; t < DTYPE_COUNT; t++)
		if (n[t] > n[most])
			most = (enum dtype)t;
	return most;
}

/* Frequencies are divided by them. */
static int turns_check(const struct tensor *t, const char *file, struct diag *d)
{
	float x[HEAD_DIM_MAX / 2];
	assert(t->rows == 1 && t->cols <= HEAD_DIM_MAX / 2);
	tensor_read_rows(t, 0, 1, x);
	for (int i = 0; i < (int)t->cols; i++)
		if (!(x[i] >= TURN_MIN && x[i] <= TURN_MAX))
			return diag_set_at(d, ERR_FORMAT, file, 0,
					   "tensor %s: factor %d is %g, expected %g to %g", t->name, i,
					   (double)x[i], TURN_MIN, TURN_MAX);
	return 0;
}

static int tensors_take(struct model *m, const struct gguf *g, const struct family *f, struct diag *d)
{
	struct layout_tensor want;
	int n = 0, n_layout = layout_count(f, &m->hp), rc = presence_check(&n, g, f, &m->hp, d);
	if (!rc && gguf_n_tensors(g) > n)
		rc = extra_find(g, f, &m->hp, d);
	if (rc)
		return rc;
	m->tied = !gguf_find_tensor(g, OUTPUT);
	m->tensors = mem_try_array((size_t)n, sizeof *m->tensors);
	if (!m->tensors)
		return diag_set_at(d, ERR_OOM, gguf_path(g), 0, "no memory for %d tensors", n);
	for (int i = 0; i < n_layout && !rc; i++) {
		layout_at(&want, f, &m->hp, i);
		if (want.optional && !gguf_find_tensor(g, want.name))
			continue;
		struct tensor *t = &m->tensors[m->n_tensors++];
		rc = tensor_take(t, g, &want, d);
		if (!rc && want.kind == LAYOUT_TURNS)
			rc = turns_check(t, gguf_path(g), d);
		m->n_params += want.rows * want.cols;
	}
	m->file_type = type_of_most(m);
	return rc;
}

/* The file's vocabulary, of whatever model. */
static int vocabulary_take(struct model *m, const struct gguf *g, struct diag *d)
{
	const struct gguf_value *tokens = gguf_find(g, "tokenizer.ggml.tokens");
	/* Fewer than there are numbers of tokens; the list itself is checked when it is read. */
	int64_t n = tokens && tokens->n < INT32_MAX ? (int64_t)tokens->n : 0;
	return tokenizer_build(&m->tokenizer, g, (int)n, d);
}

int model_from_gguf(struct model **out, struct gguf *g, const struct model_options *options, struct diag *d)
{
	struct model *m = mem_alloc(sizeof *m);
	m->source = mem_alloc(sizeof *m->source);
	const struct family *f = NULL;
	int rc = options->tokenizer_only ? vocabulary_take(m, g, d) : hparams_read(&m->hp, &f, g, d);
	if (!rc && !options->tokenizer_only)
		rc = tensors_take(m, g, f, d);
	if (!rc && !options->tokenizer_only && options->with_tokenizer)
		rc = tokenizer_build(&m->tokenizer, g, m->hp.n_vocab, d);
	if (rc) {
		model_close(m);
		return rc;
	}
	size_t n;
	const void *bytes = gguf_bytes(g, &n);
	if (options->with_hash)
		model_hash(m->hash, bytes, n);
	m->name = model_name_of(g);
	m->arch = mem_strdup(f ? f->name : "");
	m->source->file = g;
	*out = m;
	return 0;
}
