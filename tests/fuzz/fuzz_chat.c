/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes, parted by zeros, as a chat: the model's template, what the system says, what the user says, then
 * stop strings. The turn becomes tokens or is refused; their text runs past the stop strings.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "engines/base/mem.h"
#include "engines/model/tokenizer/build.h"
#include "engines/model/tokenizer/chat.h"
#include "harness/measure/stop.h"
#include "tests/vocab_writer.h"

#define PART(text) text "\0"

const void *fuzz_seed(int i, size_t *n)
{
	static const struct {
		const char *text;
		size_t n;
	} seeds[] = {
#define SEED(text) {text, sizeof text - 1}
		SEED(PART("{{'<|im_start|>' + role}}") PART("be brief") PART("abc ab") "abc\0b"),
		SEED(PART("<|start_header_id|>") PART("") PART(" <|im_end|> a\n") "aab\0ab"),
		SEED(PART("[INST]") PART("abc") PART("a\xff\xe2\x96") "END"),
		SEED(PART("{{ bos }}") PART("") PART("a")),
#undef SEED
	};
	if (i >= (int)(sizeof seeds / sizeof *seeds))
		return NULL;
	*n = seeds[i].n;
	return seeds[i].text;
}

/* The next part of the input, NUL-terminated; "" behind the last. */
struct parts {
	const char *at, *end;
};

static const char *part_next(struct parts *p, size_t *n)
{
	const char *part = p->at;
	*n = strlen(part);
	p->at = part + *n < p->end ? part + *n + 1 : p->end;
	return part;
}

static struct tokenizer *tokenizer_with(const char *template)
{
	struct gguf_writer w = {0};
	struct vocab_writer v = {0};
	struct gguf *g;
	struct tokenizer *t = NULL;
	size_t n;
	vocab_spm(&v);
	vocab_finish(&v, &w, "llama");
	writer_key_u32(&w, "tokenizer.ggml.bos_token_id", 1);
	if (*template)
		writer_key_text(&w, "tokenizer.chat_template", template);
	void *bytes = writer_finish(&w, &n);
	FUZZ_CHECK(gguf_open_memory(&g, bytes, n, "vocabulary", NULL) == 0);
	FUZZ_CHECK(tokenizer_build(&t, g, 0, NULL) == 0);
	gguf_close(g);
	free(bytes);
	return t;
}

/* Nothing told holds a stop string, and all that is told comes of the text. */
static void stops_run(struct parts *p, const char *text, size_t n, size_t step)
{
	struct stop s = {.n = 0};
	struct strbuf told = {0};
	bool hit = false;
	while (p->at < p->end && s.n < STOPS_MAX) {
		size_t length;
		s.text[s.n] = part_next(p, &length);
		s.n += length > 0;
	}
	for (size_t at = 0; at < n && !hit; at += step)
		hit = stop_feed(&s, text + at, n - at < step ? n - at : step, &told);
	stop_flush(&s, &told);
	FUZZ_CHECK(told.len <= n && (hit || told.len == n));
	FUZZ_CHECK(told.len == 0 || memcmp(strbuf_text(&told), text, told.len) == 0);
	for (int i = 0; i < s.n; i++)
		FUZZ_CHECK(told.len == 0 ||
			   !memmem(strbuf_text(&told), told.len, s.text[i], strlen(s.text[i])));
	strbuf_free(&told);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *copy = mem_alloc(n + 1);
	if (n)
		memcpy(copy, data, n);
	copy[n] = '\0';
	struct parts p = {copy, copy + n};
	struct chat_text system = {0}, user = {0};
	struct token_list l = {0};
	struct diag d = {0};
	size_t n_template;
	int32_t end = -2;
	struct tokenizer *t = tokenizer_with(part_next(&p, &n_template));
	system.text = part_next(&p, &system.n);
	user.text = part_next(&p, &user.n);
	int rc = chat_encode(t, &system, &user, &l, &end, &d);
	if (rc)
		FUZZ_CHECK(rc == ERR_UNSUPPORTED && d.code == ERR_UNSUPPORTED && d.text[0]);
	else
		FUZZ_CHECK(l.n > 0 && end >= -1 && end < tokenizer_vocab(t));
	for (size_t i = 0; i < l.n; i++)
		FUZZ_CHECK(l.ids[i] >= 0 && l.ids[i] < tokenizer_vocab(t));
	stops_run(&p, user.text, user.n, 1 + n % 5);
	token_list_free(&l);
	tokenizer_free(t);
	free(copy);
	return 0;
}
