/* SPDX-License-Identifier: Apache-2.0 */
/* The hyperparameters of a GGUF file. Whatever would change the result and is not computed is an error. */
#include "config.h"

#include "engines/model/hparams.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "engines/model/family/family.h"
#include "engines/model/file/gguf.h"

/* The largest is an architecture, a point and one of the keys in these tables. */
enum { KEY_SIZE = 120 };

/* Keys beside a family's fields, and the only value each may have here. */
static const struct {
	const char *key;
	const char *what; /* NULL: any value, it is read elsewhere or changes nothing */
	double value;
	bool rotary; /* of rotary positions */
} known[] = {
	{"attention.value_length", NULL, 0, false},
	/* How the converter of old files says that heads are rotated in pairs of neighbours, as all are. */
	{"tensor_data_layout", NULL, 0, false},
	{"expert_count", "experts", 0, false},
	{"expert_used_count", "experts", 0, false},
	{"expert_shared_count", "shared experts", 0, false},
	{"attention.sliding_window", "sliding-window attention", 0, false},
	{"attention.causal", "attention that is not causal", 1, false},
	{"attention.scale", "a scale of attention", 0, false},
	{"attention.clamp_kqv", "clamped attention", 0, false},
	{"attention.max_alibi_bias", "ALiBi", 0, false},
	{"attn_logit_softcapping", "capped logits", 0, false},
	{"final_logit_softcapping", "capped logits", 0, false},
	{"use_parallel_residual", "parallel residuals", 0, false},
	{"rope.scaling.type", NULL, 0, true},
	{"rope.scaling.factor", NULL, 0, true},
	{"rope.scale_linear", NULL, 0, true},
	/* Of other kinds of scaling than linear; those of llama3 are in its rope_freqs.weight already. */
	{"rope.scaling.original_context_length", NULL, 0, true},
	{"rope.scaling.finetuned", NULL, 0, true},
	{"rope.scaling.low_freq_factor", NULL, 0, true},
	{"rope.scaling.high_freq_factor", NULL, 0, true},
	{"rope.scaling.attn_factor", "a factor of attention", 1, true},
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

/* The key of that name, as the family's files have it. */
static const char *key_of(const struct family *f, const char *name, char out[KEY_SIZE])
{
	snprintf(out, KEY_SIZE, "%s.%s", f->name, name);
	return out;
}

static int known_find(const struct family *f, const struct gguf_string *name)
{
	int i = 0;
	while (i < N_KNOWN && !(is(name, known[i].key) && (f->rotary || !known[i].rotary)))
		i++;
	return i;
}

/* One key of the family; name is what stands behind its point. */
static int key_check(const struct family *f, const struct gguf *g, const struct gguf_value *v,
		     const struct gguf_string *name, struct diag *d)
{
	char text[80];
	if (v->type == GGUF_ARRAY)
		return unsupported(g, v, "values that differ from layer to layer are not supported", d);
	for (const struct hparams_field *field = f->fields; field->key; field++)
		if (is(name, field->key))
			return 0;
	int i = known_find(f, name);
	if (i == N_KNOWN)
		return unsupported(g, v, "not known, and so not computed, by this engine", d);
	if (!known[i].what || (v->type != GGUF_STRING && gguf_array_real(v, 0) == known[i].value))
		return 0;
	snprintf(text, sizeof text, "%s: not supported", known[i].what);
	return unsupported(g, v, text, d);
}

static int keys_check(const struct family *f, const struct gguf *g, struct diag *d)
{
	char prefix[KEY_SIZE];
	const size_t n = strlen(key_of(f, "", prefix));
	int rc = 0;
	const struct gguf_value *v;
	for (int i = 0; !rc && (v = gguf_value_at(g, i)); i++) {
		if (v->key.n < n || memcmp(v->key.text, prefix, n) != 0)
			continue;
		const struct gguf_string name = {v->key.text + n, v->key.n - n};
		rc = key_check(f, g, v, &name, d);
	}
	return rc;
}

static int field_read(struct hparams *hp, const char *key, const struct hparams_field *f,
		      const struct gguf *g, struct diag *d)
{
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

/* What follows from other fields where the file is silent. */
static int heads_complete(struct hparams *hp, const struct family *f, const struct gguf *g, struct diag *d)
{
	assert(hp->n_heads > 0);
	if (!hp->n_kv_heads)
		hp->n_kv_heads = hp->n_heads;
	if (!hp->head_dim && hp->n_embd % hp->n_heads != 0)
		return diag_set_at(
			d, ERR_FORMAT, gguf_path(g), 0,
			"%d heads do not divide a width of %d, expected key %s.attention.key_length",
			hp->n_heads, hp->n_embd, f->name);
	if (!hp->head_dim)
		hp->head_dim = hp->n_embd / hp->n_heads;
	if (hp->head_dim > HEAD_DIM_MAX)
		return diag_set_at(d, ERR_UNSUPPORTED, gguf_path(g), 0,
				   "heads of %d elements, this engine takes at most %d", hp->head_dim,
				   HEAD_DIM_MAX);
	if (f->rotary && !hp->n_rot)
		hp->n_rot = hp->head_dim;
	if (f->rotary && hp->rope_base == 0)
		hp->rope_base = 10000;
	return 0;
}

/* Keys must be as long as values. */
static int values_check(const struct hparams *hp, const struct family *f, const struct gguf *g,
			struct diag *d)
{
	char key[KEY_SIZE];
	const struct gguf_value *v = gguf_find(g, key_of(f, "attention.value_length", key));
	int64_t n = hp->head_dim;
	if (!v)
		return 0;
	int rc = gguf_get_int(g, key, 1, HEAD_DIM_MAX, &n, d);
	if (!rc && n != hp->head_dim)
		rc = unsupported(g, v, "values of another length than keys", d);
	return rc;
}

/* Linear scaling by a factor, which older files say under another key; 0 is none. */
static int rope_factor(const struct family *f, const struct gguf *g, double *out, struct diag *d)
{
	static const char *const names[] = {"rope.scaling.factor", "rope.scale_linear"};
	char key[KEY_SIZE];
	double factor = 0;
	for (int i = 0; i < 2 && factor == 0; i++) {
		const struct gguf_value *v = gguf_find(g, key_of(f, names[i], key));
		int rc = v ? gguf_get_real(g, key, &factor, d) : 0;
		if (rc)
			return rc;
		if (v && factor != 0 && !(factor >= 1e-6 && factor <= 1e6))
			return diag_set_at(d, ERR_FORMAT, gguf_path(g), 0,
					   "byte %llu: key %s is %g, expected 1e-6 to 1e6, or 0 for none",
					   (unsigned long long)v->offset, key, factor);
	}
	*out = factor == 0 ? 1 : factor;
	return 0;
}

/* The keys of llama3 say how rope_freqs.weight was made; without it they are not computed. */
static int llama3_check(const struct family *f, const struct gguf *g, const struct gguf_value *type,
			struct diag *d)
{
	static const char *const names[] = {"rope.scaling.low_freq_factor", "rope.scaling.high_freq_factor"};
	char key[KEY_SIZE];
	const struct gguf_value *v = type;
	for (int i = 0; i < 2 && !v; i++)
		v = gguf_find(g, key_of(f, names[i], key));
	if (!v || gguf_find_tensor(g, "rope_freqs.weight"))
		return 0;
	return unsupported(
		g, v, "scaling of positions by \"llama3\": only with its factors, tensor rope_freqs.weight",
		d);
}

static int rope_scale_read(struct hparams *hp, const struct family *f, const struct gguf *g, struct diag *d)
{
	double factor = 1;
	int rc = rope_factor(f, g, &factor, d);
	if (!rc)
		hp->rope_scale = (float)(1 / factor);
	return rc;
}

static int rope_read(struct hparams *hp, const struct family *f, const struct gguf *g, struct diag *d)
{
	char key[KEY_SIZE], text[120];
	const struct gguf_value *v = gguf_find(g, key_of(f, "rope.scaling.type", key));
	struct gguf_string type = {"linear", strlen("linear")};
	int rc = v ? gguf_get_string(g, key, &type, d) : 0;
	hp->rope_scale = 1;
	if (rc || !f->rotary)
		return rc;
	bool llama3 = is(&type, "llama3");
	rc = llama3_check(f, g, llama3 ? v : NULL, d);
	if (rc || llama3 || is(&type, "none"))
		return rc;
	if (!v || is(&type, "linear"))
		return rope_scale_read(hp, f, g, d);
	snprintf(text, sizeof text,
		 "scaling of positions by \"%.*s\": only none, linear and llama3 are supported",
		 (int)(type.n < 40 ? type.n : 40), type.text);
	return unsupported(g, v, text, d);
}

static int family_read(const struct family **out, const struct gguf *g, struct diag *d)
{
	static const char key[] = "general.architecture";
	struct gguf_string arch;
	struct strbuf known_ones = {0};
	int rc = gguf_get_string(g, key, &arch, d);
	if (rc)
		return rc;
	*out = family_find(arch.text, arch.n);
	if (*out)
		return 0;
	family_names(&known_ones);
	rc = diag_set_at(d, ERR_UNSUPPORTED, gguf_path(g), 0,
			 "byte %llu: unsupported architecture \"%.*s\", this engine has %s",
			 (unsigned long long)gguf_find(g, key)->offset, (int)(arch.n < 60 ? arch.n : 60),
			 arch.text, strbuf_text(&known_ones));
	strbuf_free(&known_ones);
	return rc;
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
		rc = unsupported(g, parts,
				 "a model in several files is not supported: join them with "
				 "llama.cpp's 'llama-gguf-split --merge FIRST WHOLE.gguf'",
				 d);
	return rc;
}

static int fields_read(struct hparams *hp, const struct family *f, const struct gguf *g, struct diag *d)
{
	char key[KEY_SIZE];
	int rc = 0;
	for (const struct hparams_field *field = f->fields; field->key && !rc; field++)
		rc = field_read(hp, key_of(f, field->key, key), field, g, d);
	if (!rc)
		rc = vocabulary_read(hp, g, d);
	if (!rc)
		rc = heads_complete(hp, f, g, d);
	if (!rc)
		rc = values_check(hp, f, g, d);
	return rc;
}

int hparams_read(struct hparams *out, const struct family **family, const struct gguf *g, struct diag *d)
{
	struct hparams hp = {0};
	const struct family *f = NULL;
	int rc = kind_check(g, d);
	if (!rc)
		rc = family_read(&f, g, d);
	if (!rc)
		rc = rope_read(&hp, f, g, d);
	if (!rc)
		rc = keys_check(f, g, d);
	if (!rc)
		rc = fields_read(&hp, f, g, d);
	if (!rc)
		rc = hparams_check(&hp, gguf_path(g), d);
	if (rc)
		return rc;
	*out = hp;
	*family = f;
	return 0;
}
