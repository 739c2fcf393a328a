/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SentencePiece's BPE (Kudo, Richardson, "SentencePiece", EMNLP 2018): spaces
 * become U+2581, characters merge into the token of the highest score, and
 * what is no token in the end falls apart into tokens of single bytes.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/model/file/gguf.h"
#include "engines/model/tokenizer/bytes.h"
#include "engines/model/tokenizer/kind.h"

static const char space[] = "\xe2\x96\x81"; /* U+2581 */
enum { SPACE_BYTES = sizeof space - 1 };

#define KEY_SCORES "tokenizer.ggml.scores"
#define KEY_PREFIX "tokenizer.ggml.add_space_prefix"

/* Ids of llama's own vocabulary, which older files leave out. */
enum { UNKNOWN_DEFAULT = 0, BOS_DEFAULT = 1, EOS_DEFAULT = 2 };

/* ---- building ---- */

/* The bits of a float in its order, turned round: the highest score has the lowest rank. */
static uint32_t rank_of_score(float score)
{
	uint32_t bits;
	score += 0.0f; /* makes -0 the 0 it equals */
	memcpy(&bits, &score, sizeof bits);
	return bits >> 31 ? bits : ~(bits | 1u << 31);
}

static int read_scores(struct tokenizer *t, const struct gguf *g, struct diag *d)
{
	const struct gguf_value *v;
	int rc = gguf_get_array(g, KEY_SCORES, GGUF_FLOAT32, &v, d);
	if (rc)
		return rc;
	if (v->n != (uint64_t)t->n_tokens)
		return tokenizer_error(g, KEY_SCORES, d, "%llu scores, expected one for each of %d tokens",
				       (unsigned long long)v->n, t->n_tokens);
	t->ranks = mem_try_array((size_t)t->n_tokens, sizeof *t->ranks);
	if (!t->ranks)
		return diag_set(d, ERR_OOM, "tokenizer: no memory for %d scores", t->n_tokens);
	for (int32_t id = 0; id < t->n_tokens; id++) {
		float score = (float)gguf_array_real(v, (uint64_t)id);
		if (isnan(score))
			return tokenizer_error(g, KEY_SCORES, d, "the score of token %d is no number", id);
		t->ranks[id] = rank_of_score(score);
	}
	return 0;
}

static void find_bytes(struct tokenizer *t)
{
	for (int b = 0; b < 256; b++) {
		char name[sizeof "<0x00>"], c = (char)b;
		snprintf(name, sizeof name, "<0x%02X>", (unsigned)b);
		t->byte_ids[b] = texts_find(&t->texts, name, sizeof name - 1);
		if (t->byte_ids[b] < 0)
			t->byte_ids[b] = texts_find(&t->texts, &c, 1);
	}
}

static int32_t default_id(const struct tokenizer *t, int32_t id)
{
	return id < t->n_tokens ? id : -1;
}

static int spm_build(struct tokenizer *t, const struct gguf *g, struct diag *d)
{
	t->adds_bos = true;
	t->space_prefix = true;
	t->bos = default_id(t, BOS_DEFAULT);
	t->eos = default_id(t, EOS_DEFAULT);
	t->unknown = default_id(t, UNKNOWN_DEFAULT);
	find_bytes(t);
	int rc = read_scores(t, g, d);
	if (rc == 0 && gguf_find(g, KEY_PREFIX))
		rc = gguf_get_bool(g, KEY_PREFIX, &t->space_prefix, d);
	return rc;
}

/* ---- encoding ---- */

/* Into e->buffer; returns the bytes there. */
static size_t escape(struct encoder *e, const char *text, size_t n, bool prefix)
{
	char *to = e->buffer;
	if (prefix)
		to = mempcpy(to, space, SPACE_BYTES);
	for (size_t i = 0; i < n; i++) {
		if (text[i] == ' ')
			to = mempcpy(to, space, SPACE_BYTES);
		else
			*to++ = text[i];
	}
	return (size_t)(to - e->buffer);
}

/* As many bytes as the first one announces, whatever they are: so llama.cpp takes broken characters, too. */
static size_t symbol_bytes(const char *text, size_t left)
{
	uint8_t first = (uint8_t)text[0];
	size_t n = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	return n < left ? n : left;
}

static int add_symbols(struct encoder *e, size_t n)
{
	size_t n_symbols = 0;
	for (size_t at = 0; at < n; at += symbol_bytes(e->buffer + at, n - at))
		n_symbols++;
	int rc = merger_start(&e->merger, n_symbols, e->d);
	if (rc)
		return rc;
	for (size_t at = 0, len; at < n; at += len) {
		len = symbol_bytes(e->buffer + at, n - at);
		merger_add(&e->merger, (uint32_t)at, (uint32_t)len,
			   texts_find(&e->t->texts, e->buffer + at, len));
	}
	return 0;
}

static bool merges(const void *arg, const struct symbol *left, const struct symbol *right, int32_t *id,
		   uint32_t *rank)
{
	const struct encoder *e = arg;
	int32_t found = texts_find(&e->t->texts, e->buffer + left->at, left->n + right->n);
	if (found < 0)
		return false;
	*id = found;
	*rank = e->t->ranks[found];
	return true;
}

static int push_bytes(struct encoder *e, const struct symbol *s)
{
	int rc = 0;
	for (uint32_t i = 0; rc == 0 && i < s->n; i++) {
		int32_t id = e->t->byte_ids[(uint8_t)e->buffer[s->at + i]];
		rc = encoder_push(e, id >= 0 ? id : e->t->unknown);
	}
	return rc;
}

static int spm_encode(struct encoder *e, const char *text, size_t n, bool opens)
{
	int rc = encoder_buffer(e, (n + 1) * SPACE_BYTES);
	if (rc == 0)
		rc = add_symbols(e, escape(e, text, n, opens && e->t->space_prefix));
	if (rc)
		return rc;
	merger_run(&e->merger, merges, e);
	const struct symbol *symbols = e->merger.symbols;
	for (int32_t i = 0; rc == 0 && i >= 0; i = symbols[i].next)
		rc = symbols[i].id >= 0 ? encoder_push(e, symbols[i].id) : push_bytes(e, &symbols[i]);
	return rc;
}

/* ---- decoding ---- */

static void spm_decode(const struct tokenizer *t, const char *text, size_t n, bool first, struct strbuf *out)
{
	const char *end = text + n, *hit;
	if (first && t->space_prefix && n >= SPACE_BYTES && memcmp(text, space, SPACE_BYTES) == 0)
		text += SPACE_BYTES;
	while ((hit = memmem(text, (size_t)(end - text), space, SPACE_BYTES))) {
		strbuf_add(out, text, (size_t)(hit - text));
		strbuf_putc(out, ' ');
		text = hit + SPACE_BYTES;
	}
	strbuf_add(out, text, (size_t)(end - text));
}

const struct tokenizer_kind spm_kind = {"llama", spm_build, spm_encode, spm_decode};
