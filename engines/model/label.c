/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/label.h"

#include <string.h>

#include "engines/base/strbuf.h"
#include "engines/model/file/gguf.h"
#include "engines/model/model.h"
#include "engines/model/source.h"

/* clang-format off */
/* Names of general.file_type by its number (https://github.com/ggml-org/llama.cpp, include/llama.h). */
static const struct {
	int number;
	const char *name;
} file_types[] = {
	{0, "all F32"}, {1, "F16"}, {2, "Q4_0"}, {3, "Q4_1"}, {7, "Q8_0"}, {8, "Q5_0"}, {9, "Q5_1"},
	{10, "Q2_K - Medium"}, {11, "Q3_K - Small"}, {12, "Q3_K - Medium"}, {13, "Q3_K - Large"},
	{14, "Q4_K - Small"}, {15, "Q4_K - Medium"}, {16, "Q5_K - Small"}, {17, "Q5_K - Medium"}, {18, "Q6_K"},
	{19, "IQ2_XXS - 2.0625 bpw"}, {20, "IQ2_XS - 2.3125 bpw"}, {21, "Q2_K - Small"},
	{22, "IQ3_XS - 3.3 bpw"}, {23, "IQ3_XXS - 3.0625 bpw"}, {24, "IQ1_S - 1.5625 bpw"},
	{25, "IQ4_NL - 4.5 bpw"}, {26, "IQ3_S - 3.4375 bpw"}, {27, "IQ3_S mix - 3.66 bpw"},
	{28, "IQ2_S - 2.5 bpw"}, {29, "IQ2_M - 2.7 bpw"}, {30, "IQ4_XS - 4.25 bpw"}, {31, "IQ1_M - 1.75 bpw"},
	{32, "BF16"}, {36, "TQ1_0 - 1.69 bpw ternary"}, {37, "TQ2_0 - 2.06 bpw ternary"},
};

/* The names of a file that does not tell, by the type of most of its weights. */
static const struct {
	const char *dtype, *name;
} guesses[] = {
	{"f32", "all F32"}, {"f16", "F16"}, {"bf16", "BF16"}, {"q8_0", "Q8_0"}, {"q4_0", "Q4_0"}, {"q4_1", "Q4_1"},
	{"q5_0", "Q5_0"}, {"q5_1", "Q5_1"}, {"q2_k", "Q2_K - Medium"}, {"q3_k", "Q3_K - Medium"},
	{"q4_k", "Q4_K - Medium"}, {"q5_k", "Q5_K - Medium"}, {"q6_k", "Q6_K"},
};

/* Size classes go by the number of layers; these are the architectures that are computed here. */
static const struct {
	const char *arch;
	int n_layers;
	const char *size;
} sizes[] = {
	{"llama", 16, "1B"}, {"llama", 22, "1B"}, {"llama", 26, "3B"}, {"llama", 28, "3B"}, {"llama", 30, "256M"},
	{"llama", 36, "8B"}, {"llama", 40, "13B"}, {"llama", 48, "34B"}, {"llama", 60, "30B"},
	{"gpt2", 12, "0.1B"}, {"gpt2", 24, "0.4B"}, {"gpt2", 36, "0.8B"}, {"gpt2", 48, "1.5B"},
};
/* clang-format on */

/* Llamas of 32 layers are told apart by their vocabulary, those of 80 by their heads. */
#define VOCAB_OF_LLAMA_3 40000

static const char *size_of(const struct model *m)
{
	if (strcmp(m->arch, "llama") == 0 && m->hp.n_layers == 32)
		return m->hp.n_vocab < VOCAB_OF_LLAMA_3 ? "7B" : "8B";
	if (strcmp(m->arch, "llama") == 0 && m->hp.n_layers == 80)
		return m->hp.n_heads == m->hp.n_kv_heads ? "65B" : "70B";
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		if (sizes[i].n_layers == m->hp.n_layers && strcmp(sizes[i].arch, m->arch) == 0)
			return sizes[i].size;
	return "?B";
}

/* What the file says of itself; NULL: nothing, or nothing known. */
static const char *told_type(const struct model *m)
{
	int64_t number;
	const struct gguf *file = m->source ? m->source->file : NULL;
	if (!file || gguf_get_int(file, "general.file_type", 0, INT32_MAX, &number, NULL))
		return NULL;
	for (size_t i = 0; i < sizeof file_types / sizeof file_types[0]; i++)
		if (file_types[i].number == number)
			return file_types[i].name;
	return NULL;
}

static const char *guessed_type(const struct model *m)
{
	const char *dtype = dtype_name(m->file_type);
	for (size_t i = 0; i < sizeof guesses / sizeof guesses[0]; i++)
		if (strcmp(guesses[i].dtype, dtype) == 0)
			return guesses[i].name;
	return dtype;
}

void model_label(const struct model *m, struct strbuf *out)
{
	const char *told = told_type(m);
	strbuf_printf(out, "%s %s %s%s", m->arch, size_of(m), told ? "" : "(guessed) ",
		      told ? told : guessed_type(m));
}

int64_t model_bytes(const struct model *m)
{
	int64_t n = 0;
	for (int i = 0; i < m->n_tensors; i++)
		n += m->tensors[i].rows *
		     (int64_t)dtype_bytes(m->tensors[i].dtype, (size_t)m->tensors[i].cols);
	return n;
}
