/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Byte-level BPE (Radford et al., "Language models are unsupervised multitask
 * learners", 2019): text is cut into words, the bytes of each merge in the
 * order of the list of merges. Bytes stand in the file as printable characters.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/model/file/gguf.h"
#include "engines/model/tokenizer/bytes.h"
#include "engines/model/tokenizer/kind.h"
#include "engines/model/tokenizer/pattern.h"

#define KEY_PRE	   "tokenizer.ggml.pre"
#define KEY_MERGES "tokenizer.ggml.merges"

/* ---- pairs ---- */

/* The slot of a pair, or the empty one where it belongs. The mixer is SplitMix64's. */
static size_t slot_of(const struct pairs *p, int32_t left, int32_t right)
{
	size_t mask = p->n_slots - 1;
	uint64_t z = (uint64_t)(uint32_t)left << 32 | (uint32_t)right;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	size_t i = (size_t)(z ^ (z >> 31)) & mask;
	while (p->slots[i].into >= 0 && (p->slots[i].left != left || p->slots[i].right != right))
		i = (i + 1) & mask;
	return i;
}

static int pairs_make(struct pairs *p, uint64_t n, struct diag *d)
{
	size_t n_slots = 2;
	while (n_slots / 2 < n)
		n_slots *= 2;
	p->slots = mem_try_array(n_slots, sizeof *p->slots);
	if (!p->slots)
		return diag_set(d, ERR_OOM, "tokenizer: no memory for %llu merges", (unsigned long long)n);
	for (size_t i = 0; i < n_slots; i++)
		p->slots[i].into = -1;
	p->n_slots = n_slots;
	return 0;
}

/* ---- building ---- */

/* The id of a text, which is added when no token has it. */
static int intern(struct tokenizer *t, const char *text, size_t n, int32_t *id, struct diag *d)
{
	*id = texts_find(&t->texts, text, n);
	if (*id >= 0)
		return 0;
	int rc = texts_add(&t->texts, text, n, d);
	*id = t->texts.n - 1;
	return rc;
}

/* A merge is two texts with a space between. joined: room for the longest merge. */
static int read_merge(struct tokenizer *t, const struct gguf *g, struct gguf_string s, uint32_t rank,
		      char *joined, struct diag *d)
{
	const char *gap = s.n > 2 ? memchr(s.text + 1, ' ', s.n - 1) : NULL;
	size_t n = gap ? (size_t)(gap - s.text) : 0, m = gap ? s.n - n - 1 : 0;
	char shown[BYTES_SHOWN];
	if (m == 0)
		return tokenizer_error(g, KEY_MERGES, d,
				       "merge %u is \"%s\", expected two texts with a space between", rank,
				       bytes_shown(s.text, s.n, shown));
	struct pair pair = {.rank = rank};
	memcpy(joined, s.text, n);
	memcpy(joined + n, gap + 1, m);
	int rc = intern(t, joined, n, &pair.left, d);
	if (rc == 0)
		rc = intern(t, joined + n, m, &pair.right, d);
	if (rc == 0)
		rc = intern(t, joined, n + m, &pair.into, d);
	if (rc)
		return rc;
	struct pair *slot = &t->pairs.slots[slot_of(&t->pairs, pair.left, pair.right)];
	/* Of two merges of the same pair the first counts. */
	if (slot->into < 0)
		*slot = pair;
	return 0;
}

static size_t longest_of(const struct gguf_value *v)
{
	const void *at = v->data;
	size_t longest = 0;
	for (uint64_t i = 0; i < v->n; i++) {
		struct gguf_string s = gguf_next_string(&at);
		if (s.n > longest)
			longest = s.n;
	}
	return longest;
}

static int read_merges(struct tokenizer *t, const struct gguf *g, struct diag *d)
{
	const struct gguf_value *v;
	int rc = gguf_get_array(g, KEY_MERGES, GGUF_STRING, &v, d);
	if (rc)
		return rc;
	/* Each may add three texts. */
	if (v->n > (uint64_t)(INT32_MAX - t->texts.n) / 3)
		return tokenizer_error(g, KEY_MERGES, d, "%llu merges are more than can be numbered",
				       (unsigned long long)v->n);
	size_t longest = longest_of(v);
	char *joined = mem_try_array(longest, 1);
	if (!joined)
		return diag_set(d, ERR_OOM, "tokenizer: no memory for a merge of %zu bytes", longest);
	rc = pairs_make(&t->pairs, v->n, d);
	const void *at = v->data;
	for (uint64_t i = 0; rc == 0 && i < v->n; i++)
		rc = read_merge(t, g, gguf_next_string(&at), (uint32_t)i, joined, d);
	free(joined);
	return rc;
}

static int bpe_build(struct tokenizer *t, const struct gguf *g, struct diag *d)
{
	struct gguf_string pre = {"default", strlen("default")};
	int rc = 0;
	if (gguf_find(g, KEY_PRE))
		rc = gguf_get_string(g, KEY_PRE, &pre, d);
	if (rc == 0)
		rc = pattern_open(&t->pattern, pre, d);
	if (rc)
		return rc;
	t->adds_bos = pattern_adds_bos(t->pattern);
	rc = read_merges(t, g, d);
	for (int b = 0; b < 256; b++) {
		char c[BYTE_CHAR_MAX];
		size_t n = byte_to_char((uint8_t)b, c);
		t->byte_ids[b] = texts_find(&t->texts, c, n);
	}
	return rc;
}

/* ---- encoding ---- */

static bool merges(const void *arg, const struct symbol *left, const struct symbol *right, int32_t *id,
		   uint32_t *rank)
{
	const struct pairs *p = arg;
	if (left->id < 0 || right->id < 0)
		return false;
	const struct pair *slot = &p->slots[slot_of(p, left->id, right->id)];
	*id = slot->into;
	*rank = slot->rank;
	return slot->into >= 0;
}

/* The token of a whole word, -1 when it is none. */
static int find_word(struct encoder *e, const char *word, size_t n, int32_t *id)
{
	*id = -1;
	if (n > e->t->texts.longest)
		return 0;
	int rc = encoder_buffer(e, n * BYTE_CHAR_MAX);
	if (rc)
		return rc;
	size_t len = 0;
	for (size_t i = 0; i < n; i++)
		len += byte_to_char((uint8_t)word[i], e->buffer + len);
	*id = texts_find(&e->t->texts, e->buffer, len);
	if (*id >= e->t->n_tokens)
		*id = -1;
	return 0;
}

/*
 * What merged into a text that is no token falls apart into its bytes again. A byte without a token is left
 * out, as llama.cpp and the tokenizers library do: vocabularies of text alone lack those that stand in no
 * or few characters.
 */
static int push_bytes(struct encoder *e, const char *text, size_t n)
{
	const struct tokenizer *t = e->t;
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		int32_t id = t->byte_ids[(uint8_t)text[i]];
		if (id >= 0 && id < t->n_tokens)
			rc = encoder_push(e, id);
	}
	return rc;
}

static int encode_word(void *arg, const char *word, size_t n)
{
	struct encoder *e = arg;
	const struct tokenizer *t = e->t;
	int32_t id = -1;
	int rc = pattern_ignores_merges(t->pattern) ? find_word(e, word, n, &id) : 0;
	if (rc || id >= 0)
		return rc ? rc : encoder_push(e, id);
	rc = merger_start(&e->merger, n, e->d);
	if (rc)
		return rc;
	for (size_t i = 0; i < n; i++)
		merger_add(&e->merger, (uint32_t)i, 1, t->byte_ids[(uint8_t)word[i]]);
	merger_run(&e->merger, merges, &t->pairs);
	for (int32_t i = 0; rc == 0 && i >= 0; i = e->merger.symbols[i].next) {
		const struct symbol *s = &e->merger.symbols[i];
		bool token = s->id >= 0 && s->id < t->n_tokens;
		rc = token ? encoder_push(e, s->id) : push_bytes(e, word + s->at, s->n);
	}
	return rc;
}

static int bpe_encode(struct encoder *e, const char *text, size_t n, bool opens)
{
	(void)opens;
	return pattern_split(e->t->pattern, text, n, encode_word, e, e->d);
}

/* ---- decoding ---- */

static void bpe_decode(const struct tokenizer *t, const char *text, size_t n, bool first, struct strbuf *out)
{
	(void)t;
	(void)first;
	for (size_t at = 0, len; at < n; at += len) {
		len = utf8_char(text + at, n - at);
		int byte = byte_of_char(text + at, len);
		if (len == 0)
			len = 1;
		/* A character that stands for no byte is none of ours: as it is. */
		if (byte >= 0)
			strbuf_putc(out, (char)byte);
		else
			strbuf_add(out, text + at, len);
	}
}

const struct tokenizer_kind bpe_kind = {"gpt2", bpe_build, bpe_encode, bpe_decode};
