/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/tokenizer/tokenizer.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/model/tokenizer/kind.h"
#include "engines/model/tokenizer/pattern.h"
#include "engines/model/tokenizer/special.h"

/* Spaces take three bytes where they are escaped, and symbols are numbered by an int32_t. */
enum { TEXT_MAX = 256 << 20 };

void token_list_free(struct token_list *l)
{
	free(l->ids);
	memset(l, 0, sizeof *l);
}

void tokenizer_free(struct tokenizer *t)
{
	if (!t)
		return;
	texts_free(&t->texts);
	pattern_close(t->pattern);
	free(t->types);
	free(t->specials.list);
	free(t->specials.sorted);
	free(t->ranks);
	free(t->pairs.slots);
	free(t->chat_template);
	free(t);
}

/* ---- encoding ---- */

int encoder_push(struct encoder *e, int32_t id)
{
	if (e->out->n == e->cap) {
		size_t cap = e->cap ? 2 * e->cap : 64;
		int32_t *ids = realloc(e->out->ids, cap * sizeof *ids);
		if (!ids)
			return diag_set(e->d, ERR_OOM, "tokenizer: no memory for %zu tokens", cap);
		e->out->ids = ids;
		e->cap = cap;
	}
	e->out->ids[e->out->n++] = id;
	return 0;
}

int encoder_buffer(struct encoder *e, size_t n)
{
	if (n <= e->buffer_cap)
		return 0;
	free(e->buffer);
	e->buffer = mem_try_array(n, 1);
	e->buffer_cap = e->buffer ? n : 0;
	return e->buffer ? 0 : diag_set(e->d, ERR_OOM, "tokenizer: no memory for a text of %zu bytes", n);
}

static int encode_fragments(struct encoder *e, const char *text, const struct fragments *f)
{
	bool opens = true;
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < f->n; i++) {
		const struct fragment *piece = &f->list[i];
		rc = piece->id >= 0 ? encoder_push(e, piece->id)
				    : e->t->kind->encode(e, text + piece->at, piece->n, opens);
		opens = piece->id >= 0;
	}
	return rc;
}

/* The pieces of all parts, plain text of neighbours as one. at: where a part begins in the whole. */
static int parts_split(const struct tokenizer *t, const struct token_part *parts, int n_parts,
		       struct fragments *all, struct diag *d)
{
	size_t at = 0;
	for (int i = 0; i < n_parts; at += parts[i++].n) {
		struct fragments f = {0};
		int rc = specials_split(t, parts[i].text, parts[i].n, parts[i].special, &f, d);
		if (rc)
			return rc;
		for (size_t k = 0; k < f.n; k++) {
			struct fragment *last = all->n ? &all->list[all->n - 1] : NULL;
			f.list[k].at += at;
			if (last && last->id < 0 && f.list[k].id < 0) {
				last->n += f.list[k].n;
				continue;
			}
			if (all->n == all->cap) {
				all->cap = all->cap ? 2 * all->cap : 16;
				all->list = mem_realloc(all->list, all->cap * sizeof *all->list);
			}
			all->list[all->n++] = f.list[k];
		}
		free(f.list);
	}
	return 0;
}

static int parts_encode(const struct tokenizer *t, const struct token_part *parts, int n_parts, bool bos,
			const char *whole, struct token_list *out, struct diag *d)
{
	struct token_list ids = {0};
	struct fragments pieces = {0};
	struct encoder e = {.t = t, .out = &ids, .d = d};
	int rc = bos && t->adds_bos ? encoder_push(&e, t->bos) : 0;
	if (rc == 0)
		rc = parts_split(t, parts, n_parts, &pieces, d);
	if (rc == 0)
		rc = encode_fragments(&e, whole, &pieces);
	free(pieces.list);
	free(e.buffer);
	merger_free(&e.merger);
	if (rc)
		token_list_free(&ids);
	else
		*out = ids;
	return rc;
}

int tokenizer_encode_parts(const struct tokenizer *t, const struct token_part *parts, int n_parts, bool bos,
			   struct token_list *out, struct diag *d)
{
	struct strbuf whole = {0};
	size_t n = 0;
	for (int i = 0; i < n_parts; i++)
		n = parts[i].n > TEXT_MAX ? parts[i].n : n + parts[i].n;
	if (n > TEXT_MAX)
		return diag_set(d, ERR_USAGE, "tokenizer: a text of %zu bytes, at most %d are taken", n,
				TEXT_MAX);
	if (n_parts == 1)
		return parts_encode(t, parts, 1, bos, parts->text, out, d);
	for (int i = 0; i < n_parts; i++)
		strbuf_add(&whole, parts[i].text, parts[i].n);
	int rc = parts_encode(t, parts, n_parts, bos, strbuf_text(&whole), out, d);
	strbuf_free(&whole);
	return rc;
}

int tokenizer_encode(const struct tokenizer *t, const char *text, size_t n, bool bos, bool special,
		     struct token_list *out, struct diag *d)
{
	const struct token_part part = {text, n, special};
	return tokenizer_encode_parts(t, &part, 1, bos, out, d);
}

/* ---- decoding ---- */

/* The byte that a token <0xNN> stands for; others are texts. */
static bool byte_of_token(const char *text, size_t n, char *byte)
{
	char name[sizeof "<0x00>"] = "", *end;
	if (n != sizeof name - 1 || memcmp(text, "<0x", 3) != 0)
		return false;
	memcpy(name, text, n);
	unsigned long value = strtoul(name + 3, &end, 16);
	if (strcmp(end, ">") != 0)
		return false;
	*byte = (char)value;
	return true;
}

void tokenizer_decode(const struct tokenizer *t, int32_t id, bool first, struct strbuf *out)
{
	if (id < 0 || id >= t->n_tokens)
		return;
	size_t n;
	const char *text = texts_at(&t->texts, id, &n);
	char byte;
	switch ((enum token_type)t->types[id]) {
	case TOKEN_NORMAL:
		t->kind->decode(t, text, n, first, out);
		break;
	case TOKEN_USER_DEFINED:
		strbuf_add(out, text, n);
		break;
	case TOKEN_BYTE:
		if (byte_of_token(text, n, &byte))
			strbuf_putc(out, byte);
		break;
	default:
		break;
	}
}

int tokenizer_vocab(const struct tokenizer *t)
{
	return t->n_tokens;
}

int32_t tokenizer_bos(const struct tokenizer *t)
{
	return t->bos;
}

int32_t tokenizer_eos(const struct tokenizer *t)
{
	return t->eos;
}

bool tokenizer_adds_bos(const struct tokenizer *t)
{
	return t->adds_bos;
}

bool tokenizer_ends(const struct tokenizer *t, int32_t id)
{
	return id >= 0 && (id == t->eos || id == t->eot || id == t->eom);
}

int32_t tokenizer_find(const struct tokenizer *t, const char *text)
{
	int32_t id = texts_find(&t->texts, text, strlen(text));
	return id < t->n_tokens ? id : -1;
}

const char *tokenizer_chat_template(const struct tokenizer *t)
{
	return t->chat_template;
}
