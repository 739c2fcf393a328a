/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a converted file. */
#include "config.h"

#include "engines/model/convert/private.h"

#include <stdio.h>
#include <string.h>

#include "engines/model/family/family.h"
#include "engines/model/hparams.h"
#include "engines/model/model.h"

#define QUANTISATION_VERSION 2 /* of ggml's blocks: GGML_QNT_VERSION */

/* Written anew at the end, or true only of the old file. */
static bool is_dropped(const struct gguf_string *key)
{
	static const char *const keys[] = {"general.quantization_version", "general.file_type", "split.no",
					   "split.count", "split.tensors.count"};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (key->n == strlen(keys[i]) && memcmp(key->text, keys[i], key->n) == 0)
			return true;
	return false;
}

/* ---- of a synthetic model ---- */

/* Types of tokens in GGUF. */
enum { TOKEN_NORMAL = 1, TOKEN_UNKNOWN = 2, TOKEN_CONTROL = 3, TOKEN_BYTE = 6 };
/* Tokens as a SentencePiece vocabulary begins: these, then a token a byte. */
enum { UNKNOWN, BEGIN, END, FIRST_BYTE, FIRST_FILLER = FIRST_BYTE + 256 };

static int token_type(int i)
{
	if (i < FIRST_BYTE)
		return i == UNKNOWN ? TOKEN_UNKNOWN : TOKEN_CONTROL;
	return i < FIRST_FILLER ? TOKEN_BYTE : TOKEN_NORMAL;
}

/* Fillers have texts that no merging of bytes leads to. */
static int token_text(char *out, size_t size, int i)
{
	static const char *const special[] = {[UNKNOWN] = "<unk>", [BEGIN] = "<s>", [END] = "</s>"};
	if (i < FIRST_BYTE)
		return snprintf(out, size, "%s", special[i]);
	return snprintf(out, size, i < FIRST_FILLER ? "<0x%02X>" : "[%d]",
			i < FIRST_FILLER ? i - FIRST_BYTE : i);
}

static void put_vocabulary(struct gguf_out *o, int n)
{
	char text[16];
	gguf_out_text(o, "tokenizer.ggml.model", "llama");
	gguf_out_array(o, "tokenizer.ggml.tokens", GGUF_STRING, (uint64_t)n);
	for (int i = 0; i < n; i++)
		gguf_out_string(o, text, (size_t)token_text(text, sizeof text, i));
	gguf_out_array(o, "tokenizer.ggml.scores", GGUF_FLOAT32, (uint64_t)n);
	for (int i = 0; i < n; i++) {
		const float score = i < FIRST_FILLER ? 0 : (float)(FIRST_FILLER - 1 - i);
		gguf_out_bytes(o, &score, sizeof score);
	}
	gguf_out_array(o, "tokenizer.ggml.token_type", GGUF_INT32, (uint64_t)n);
	for (int i = 0; i < n; i++) {
		const int32_t type = token_type(i);
		gguf_out_bytes(o, &type, sizeof type);
	}
	gguf_out_u32(o, "tokenizer.ggml.bos_token_id", BEGIN);
	gguf_out_u32(o, "tokenizer.ggml.eos_token_id", END);
	gguf_out_u32(o, "tokenizer.ggml.unknown_token_id", UNKNOWN);
	gguf_out_bool(o, "tokenizer.ggml.add_bos_token", true);
	/* Without this a space is put before a text. */
	gguf_out_bool(o, "tokenizer.ggml.add_space_prefix", false);
}

static void put_hparams(struct gguf_out *o, const struct model *m)
{
	struct hparams hp = m->hp;
	char key[96];
	/* The model is open, so its architecture is there. */
	for (const struct hparams_field *f = family_find(m->arch, strlen(m->arch))->fields; f->key; f++) {
		snprintf(key, sizeof key, "%s.%s", m->arch, f->key);
		if (f->real)
			gguf_out_f32(o, key, *hparams_real(&hp, f));
		else
			gguf_out_u32(o, key, (uint32_t)*hparams_int(&hp, f));
		/* Who knows of the one asks for the other, too. */
		if (strcmp(f->key, "attention.key_length") == 0) {
			snprintf(key, sizeof key, "%s.attention.value_length", m->arch);
			gguf_out_u32(o, key, (uint32_t)hp.head_dim);
		}
	}
}

static void put_synthetic(struct gguf_out *o, const struct model *m)
{
	gguf_out_text(o, "general.architecture", m->arch);
	gguf_out_text(o, "general.type", "model");
	gguf_out_text(o, "general.name", m->name);
	put_hparams(o, m);
	/* One too small for all bytes has as many as fit: texts are then unknown tokens, ids are what counts. */
	put_vocabulary(o, m->hp.n_vocab);
}

void convert_keys(const struct conversion *c, struct gguf_out *o)
{
	const struct gguf_value *v;
	if (!c->file)
		put_synthetic(o, c->model);
	for (int i = 0; c->file && (v = gguf_value_at(c->file, i)); i++)
		if (!is_dropped(&v->key))
			gguf_out_value(o, v);
	gguf_out_u32(o, "general.quantization_version", QUANTISATION_VERSION);
	gguf_out_u32(o, "general.file_type", convert_file_type(c->config->precision));
}
