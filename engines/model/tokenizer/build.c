/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that all kinds of tokenizers have. */
#include "config.h"

#include "engines/model/tokenizer/build.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/model/file/gguf.h"
#include "engines/model/tokenizer/bytes.h"
#include "engines/model/tokenizer/kind.h"
#include "engines/model/tokenizer/special.h"
#include "engines/model/tokenizer/tokenizer.h"

#define KEY_MODEL  "tokenizer.ggml.model"
#define KEY_TOKENS "tokenizer.ggml.tokens"
#define KEY_TYPES  "tokenizer.ggml.token_type"
#define KEY_BOS	   "tokenizer.ggml.add_bos_token"
#define KEY_CHAT   "tokenizer.chat_template"

int tokenizer_error(const struct gguf *g, const char *key, struct diag *d, const char *fmt, ...)
{
	char text[sizeof d->text];
	const struct gguf_value *v = gguf_find(g, key);
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return diag_set_at(d, ERR_FORMAT, gguf_path(g), 0, "byte %llu: key %s: %s",
			   (unsigned long long)(v ? v->offset : 0), key, text);
}

static int find_kind(const struct gguf *g, const struct tokenizer_kind **out, struct diag *d)
{
	static const struct tokenizer_kind *const kinds[] = {&spm_kind, &bpe_kind};
	struct gguf_string name;
	char shown[BYTES_SHOWN];
	int rc = gguf_get_string(g, KEY_MODEL, &name, d);
	if (rc)
		return rc;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strlen(kinds[i]->model) == name.n && memcmp(kinds[i]->model, name.text, name.n) == 0) {
			*out = kinds[i];
			return 0;
		}
	}
	return diag_set_at(d, ERR_UNSUPPORTED, gguf_path(g), 0,
			   KEY_MODEL " \"%s\" is not known: expected one of llama, gpt2",
			   bytes_shown(name.text, name.n, shown));
}

static int read_tokens(struct tokenizer *t, const struct gguf *g, int n_vocab, struct diag *d)
{
	const struct gguf_value *v;
	int rc = gguf_get_array(g, KEY_TOKENS, GGUF_STRING, &v, d);
	if (rc)
		return rc;
	if (v->n == 0 || v->n > INT32_MAX / 2)
		return tokenizer_error(g, KEY_TOKENS, d, "%llu tokens, expected 1 to %d",
				       (unsigned long long)v->n, INT32_MAX / 2);
	if (n_vocab && v->n != (uint64_t)n_vocab)
		return tokenizer_error(g, KEY_TOKENS, d,
				       "%llu tokens, expected the %d of the model's vocabulary",
				       (unsigned long long)v->n, n_vocab);
	const void *at = v->data;
	for (uint64_t i = 0; rc == 0 && i < v->n; i++) {
		struct gguf_string s = gguf_next_string(&at);
		rc = texts_add(&t->texts, s.text, s.n, d);
	}
	t->n_tokens = t->texts.n;
	return rc;
}

static int read_types(struct tokenizer *t, const struct gguf *g, struct diag *d)
{
	const struct gguf_value *v = NULL;
	int rc = gguf_find(g, KEY_TYPES) ? gguf_get_array(g, KEY_TYPES, GGUF_INT32, &v, d) : 0;
	if (rc)
		return rc;
	if (v && v->n != (uint64_t)t->n_tokens)
		return tokenizer_error(g, KEY_TYPES, d, "%llu types, expected one for each of %d tokens",
				       (unsigned long long)v->n, t->n_tokens);
	t->types = mem_try_array((size_t)t->n_tokens, sizeof *t->types);
	if (!t->types)
		return diag_set(d, ERR_OOM, "tokenizer: no memory for %d types", t->n_tokens);
	for (int32_t id = 0; id < t->n_tokens; id++) {
		int64_t type = v ? gguf_array_int(v, (uint64_t)id) : TOKEN_NORMAL;
		if (type < 0 || type >= TOKEN_TYPE_COUNT)
			return tokenizer_error(g, KEY_TYPES, d, "token %d has type %lld, expected 0 to %d",
					       id, (long long)type, TOKEN_TYPE_COUNT - 1);
		t->types[id] = (uint8_t)type;
	}
	return 0;
}

/* Ids and flags that the file may give. */
static int read_choices(struct tokenizer *t, const struct gguf *g, struct diag *d)
{
	const struct {
		const char *key;
		int32_t *id;
	} ids[] = {
		{"tokenizer.ggml.bos_token_id", &t->bos},	  {"tokenizer.ggml.eos_token_id", &t->eos},
		{"tokenizer.ggml.eot_token_id", &t->eot},	  {"tokenizer.ggml.eom_token_id", &t->eom},
		{"tokenizer.ggml.unknown_token_id", &t->unknown},
	};
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < sizeof ids / sizeof ids[0]; i++) {
		int64_t id = *ids[i].id;
		if (gguf_find(g, ids[i].key))
			rc = gguf_get_int(g, ids[i].key, 0, t->n_tokens - 1, &id, d);
		*ids[i].id = (int32_t)id;
	}
	if (rc == 0 && gguf_find(g, KEY_BOS))
		rc = gguf_get_bool(g, KEY_BOS, &t->adds_bos, d);
	struct gguf_string template;
	if (rc == 0 && gguf_find(g, KEY_CHAT)) {
		rc = gguf_get_string(g, KEY_CHAT, &template, d);
		if (rc == 0)
			t->chat_template = mem_strndup(template.text, template.n);
	}
	if (t->bos < 0)
		t->adds_bos = false;
	return rc;
}

/* In models called phi-3 special tokens take the spaces behind them along: no key says so, llama.cpp
 * goes by the name. */
static bool is_phi3(const struct gguf *g)
{
	struct gguf_string name;
	struct diag ignored = {0};
	if (gguf_get_string(g, "general.name", &name, &ignored))
		return false;
	for (size_t i = 0; i + 4 <= name.n; i++)
		if (strncasecmp(name.text + i, "phi3", 4) == 0 ||
		    (i + 5 <= name.n && strncasecmp(name.text + i, "phi-3", 5) == 0))
			return true;
	return false;
}

int tokenizer_build(struct tokenizer **out, const struct gguf *g, int n_vocab, struct diag *d)
{
	if (!gguf_find(g, KEY_MODEL)) {
		*out = NULL;
		return 0;
	}
	struct tokenizer *t = mem_alloc(sizeof *t);
	t->bos = t->eos = t->eot = t->eom = t->unknown = -1;
	int rc = find_kind(g, &t->kind, d);
	if (rc == 0)
		rc = read_tokens(t, g, n_vocab, d);
	if (rc == 0)
		rc = read_types(t, g, d);
	if (rc == 0)
		rc = t->kind->build(t, g, d);
	if (rc == 0)
		rc = read_choices(t, g, d);
	if (rc == 0)
		rc = specials_build(t, is_phi3(g), d);
	if (rc) {
		tokenizer_free(t);
		return rc;
	}
	*out = t;
	return 0;
}
