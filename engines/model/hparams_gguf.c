/* SPDX-License-Identifier: Apache-2.0 */
/* The hyperparameters of a GGUF file. Whatever would change the result and is not computed is an error. */
#include "config.h"

#include "engines/model/hparams.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "engines/model/file/gguf.h"

#define PREFIX HPARAMS_ARCH "."

/* Keys beside hparams_fields[], and the only value each may have here. */
static const struct {
	const char *key;
	const char *what; /* NULL: any value, it is read elsewhere or changes nothing */
	double value;
} known[] = {
	{"attention.value_length", NULL, 0},
	{"rope.scaling.type", NULL, 0},
	{"rope.scaling.factor", NULL, 0},
	{"rope.scale_linear", NULL, 0},
	/* Of other kinds of scaling than linear. */
	{"rope.scaling.original_context_length", NULL, 0},
	{"rope.scaling.finetuned", NULL, 0},
	/* How the converter of old files says that heads are rotated in pairs of neighbours, as all are. */
	{"tensor_data_layout", NULL, 0},
	{"rope.scaling.attn_factor", "a factor of attention", 1},
	{"expert_count", "experts", 0},
	{"expert_used_count", "experts", 0},
	{"expert_shared_count", "shared experts", 0},
	{"attention.sliding_window", "sliding-window attention", 0},
	{"attention.causal", "attention that is not causal", 1},
	{"attention.scale", "a scale of attention", 0},
	{"attention.clamp_kqv", "clamped attention", 0},
	{"attention.max_alibi_bias", "ALiBi", 0},
	{"attn_logit_softcapping", "capped logits", 0},
	{"final_logit_softcapping", "capped logits", 0},
	{"use_parallel_residual", "parallel residuals", 0},
};
enum { N_KNOWN = sizeof known / sizeof known[0] };

static int unsupported(const struct gguf *g, const struct gguf_value *v, const char *what, struct diag *d)
{
	return diag_set_at(d, ERR_UNSUPPORTED, gguf_path(g), 0, "byte %llu: key %.*s: %s",
			   (unsigned long long)v->offset, (int)(v->key.n < 80 ? v->key.n : 80), v->key.text,
			   what);
}

static bool is(const struct gguf_string *s, const char *text)
{
	return s->n == strlen(text) && memcmp(s->text, text, s->n) == 0;
}

/* One key that begins with PREFIX; name is the rest of it. */
static int key_check(const struct gguf *g, const struct gguf_value *v, const struct gguf_string *name,
		     struct diag *d)
{
	char text[80];
	int i = 0;
	if (v->type == GGUF_ARRAY)
		return unsupported(g, v, "values that differ from layer to layer are not supported", d);
	for (const struct hparams_field *f = hparams_fields; f->key; f++)
		if (is(name, f->key))
			return 0;
	while (i < N_KNOWN && !is(name, known[i].key))
		i++;
	if (i == N_KNOWN)
		return unsupported(g, v, "not known, and so not computed, by this engine", d);
	if (!known[i].what || (v->type != GGUF_STRING && gguf_array_real(v, 0) == known[i].value))
		return 0;
	snprintf(text, sizeof text, "%s: not supported", known[i].what);
	return unsupported(g, v, text, d);
}

static int keys_check(const struct gguf *g, struct diag *d)
{
	const size_t n = strlen(PREFIX);
	int rc = 0;
	const struct gguf_value *v;
	for (int i = 0; !rc && (v = gguf_value_at(g, i)); i++) {
		if (v->key.n < n || memcmp(v->key.text, PREFIX, n) != 0)
			continue;
		const struct gguf_string name = {v->key.text + n, v->key.n - n};
		rc = key_check(g, v, &name, d);
	}
	return rc;
}

static int field_read(struct hparams *hp, const struct hparams_field *f, const struct gguf *g, struct diag *d)
{
	char key[80];
	snprintf(key, sizeof key, PREFIX "%s", f->key);
	if (f->optional && !gguf_find(g, key))
		return 0;
	if (f->real) {
		double x;
		int rc = gguf_get_real(g, key, &x, d);
		if (!rc && !hparams_set_real(hp, f, x))
			rc = diag_set_at(d, ERR_FORMAT, gguf_path(g), 0,
					 "byte %llu: key %s is %g, expected a positive number",
					 (unsigned long long)gguf_find(g, key)->offset, key, x);
		return rc;
	}
	int64_t n;
	int rc = gguf_get_int(g, key, 1, f->max, &n, d);
	if (!rc)
		*hparams_int(hp, f) = (int)n;
	return rc;
}

/* Size of the vocabulary where no key says it: of the list of tokens, else the rows of the embedding. */
static int vocabulary_read(struct hparams *hp, const struct gguf *g, struct diag *d)
{
	const struct gguf_value *tokens = gguf_find(g, "tokenizer.ggml.tokens");
	const struct gguf_tensor *embedding = gguf_find_tensor(g, "token_embd.weight");
	uint64_t n = tokens ? tokens->n : embedding ? embedding->dims[1] : 0;
	if (hp->n_vocab)
		return 0;
	if (n == 0 || n > HPARAMS_DIM_MAX)
		return diag_set_at(d, ERR_FORMAT, gguf_path(g), 0,
				   "a vocabulary of %llu tokens, expected 1 to %d", (unsigned long long)n,
				   HPARAMS_DIM_MAX);
	hp->n_vocab = (int)n;
	return 0;
}

/* What follows from other fields where the file is silent, and keys must be as long as values. */
static int heads_complete(struct hparams *hp, const struct gguf *g, struct diag *d)
{
	static const char value_key[] = PREFIX "attention.value_length";
	assert(hp->n_heads > 0);
	if (!hp->n_kv_heads)
		hp->n_kv_heads = hp->n_heads;
	if (!hp->head_dim && hp->n_embd % hp->n_heads != 0)
		return diag_set_at(d, ERR_FORMAT, gguf_path(g), 0,
				   "%d heads do not divide a width of %d, expected key " PREFIX
				   "attention.key_length",
				   hp->n_heads, hp->n_embd);
	if (!hp->head_dim)
		hp->head_dim = hp->n_embd / hp->n_heads;
	if (hp->head_dim > HEAD_DIM_MAX)
		return diag_set_at(d, ERR_UNSUPPORTED, gguf_path(g), 0,
				   "heads of %d elements, this engine takes at most %d", hp->head_dim,
				   HEAD_DIM_MAX);
	if (!hp->n_rot)
		hp->n_rot = hp->head_dim;
	if (hp->rope_base == 0)
		hp->rope_base = 10000;
	int64_t value_length = hp->head_dim;
	int rc = gguf_find(g, value_key) ? gguf_get_int(g, value_key, 1, HEAD_DIM_MAX, &value_length, d) : 0;
	if (!rc && value_length != hp->head_dim)
		rc = unsupported(g, gguf_find(g, value_key), "values of another length than keys", d);
	return rc;
}

/* Linear scaling by a factor, which older files say under another key; 0 is none. */
static int rope_factor(const struct gguf *g, double *out, struct diag *d)
{
	static const char *const keys[] = {PREFIX "rope.scaling.factor", PREFIX "rope.scale_linear"};
	double factor = 0;
	for (int i = 0; i < 2 && factor == 0; i++) {
		const struct gguf_value *v = gguf_find(g, keys[i]);
		int rc = v ? gguf_get_real(g, keys[i], &factor, d) : 0;
		if (rc)
			return rc;
		if (v && factor != 0 && !(factor >= 1e-6 && factor <= 1e6))
			return diag_set_at(d, ERR_FORMAT, gguf_path(g), 0,
					   "byte %llu: key %s is %g, expected 1e-6 to 1e6, or 0 for none",
					   (unsigned long long)v->offset, keys[i], factor);
	}
	*out = factor == 0 ? 1 : factor;
	return 0;
}

static int rope_read(struct hparams *hp, const struct gguf *g, struct diag *d)
{
	static const char key[] = PREFIX "rope.scaling.type";
	const struct gguf_value *v = gguf_find(g, key);
	struct gguf_string type = {"linear", strlen("linear")};
	double factor = 1;
	int rc = v ? gguf_get_string(g, key, &type, d) : 0;
	if (!rc)
		rc = rope_factor(g, &factor, d);
	if (rc)
		return rc;
	hp->rope_scale = 1;
	if (is(&type, "none"))
		return 0;
	if (v && !is(&type, "linear")) {
		char text[120];
		snprintf(text, sizeof text,
			 "scaling of positions by \"%.*s\": only none and linear are supported",
			 (int)(type.n < 40 ? type.n : 40), type.text);
		return unsupported(g, v, text, d);
	}
	hp->rope_scale = (float)(1 / factor);
	return 0;
}

static int architecture_check(const struct gguf *g, struct diag *d)
{
	static const char key[] = "general.architecture";
	struct gguf_string arch;
	int rc = gguf_get_string(g, key, &arch, d);
	if (rc || is(&arch, HPARAMS_ARCH))
		return rc;
	return diag_set_at(d, ERR_UNSUPPORTED, gguf_path(g), 0,
			   "byte %llu: unsupported architecture \"%.*s\", this engine has " HPARAMS_ARCH,
			   (unsigned long long)gguf_find(g, key)->offset, (int)(arch.n < 60 ? arch.n : 60),
			   arch.text);
}

/* A file may hold what is no model, or a part of one. */
static int kind_check(const struct gguf *g, struct diag *d)
{
	const struct gguf_value *type = gguf_find(g, "general.type"), *parts = gguf_find(g, "split.count");
	struct gguf_string s;
	int64_t n = 1;
	int rc = type ? gguf_get_string(g, "general.type", &s, d) : 0;
	if (!rc && type && !is(&s, "model"))
		rc = unsupported(g, type, "expected a file that holds a \"model\"", d);
	if (!rc && parts)
		rc = gguf_get_int(g, "split.count", 0, UINT16_MAX, &n, d);
	if (!rc && n > 1)
		rc = unsupported(g, parts, "a model in several files is not supported: join them", d);
	return rc;
}

int hparams_read(struct hparams *out, const struct gguf *g, struct diag *d)
{
	struct hparams hp = {0};
	int rc = kind_check(g, d);
	if (!rc)
		rc = architecture_check(g, d);
	if (!rc)
		rc = rope_read(&hp, g, d);
	if (!rc)
		rc = keys_check(g, d);
	for (const struct hparams_field *f = hparams_fields; f->key && !rc; f++)
		rc = field_read(&hp, f, g, d);
	if (!rc)
		rc = vocabulary_read(&hp, g, d);
	if (!rc)
		rc = heads_complete(&hp, g, d);
	if (!rc)
		rc = hparams_check(&hp, gguf_path(g), d);
	if (!rc)
		*out = hp;
	return rc;
}
