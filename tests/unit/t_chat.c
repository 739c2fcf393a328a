/* SPDX-License-Identifier: Apache-2.0 */
/* Turns of a chat: the text between control tokens, which what people say can never bring in. */
#include "config.h"

#include "engines/model/tokenizer/chat.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "engines/model/tokenizer/build.h"
#include "tests/tap.h"
#include "tests/vocab_writer.h"

static const char *const controls[] = {"<|im_start|>", "<|im_end|>", "<|start_header_id|>",
				       "<|end_header_id|>", "<|eot_id|>"};
enum { N_CONTROLS = sizeof controls / sizeof *controls };

/* Bytes and control tokens, with that chat template (NULL: none). */
static struct tokenizer *chatty(const char *template)
{
	struct vocab_writer v = {0};
	struct gguf_writer w = {0};
	struct tokenizer *t = NULL;
	struct gguf *g = NULL;
	struct diag d = {0};
	size_t n;
	vocab_bpe(&v);
	for (int i = 0; i < N_CONTROLS; i++)
		vocab_token(&v, controls[i], 0, VOCAB_CONTROL);
	vocab_finish(&v, &w, "gpt2");
	if (template)
		writer_key_text(&w, "tokenizer.chat_template", template);
	void *bytes = writer_finish(&w, &n);
	if (gguf_open_memory(&g, bytes, n, "chat.gguf", &d) || tokenizer_build(&t, g, 0, &d))
		bail(d.text);
	gguf_close(g);
	free(bytes);
	return t;
}

/* The ids as a text in which a control token stands in brackets. */
static void shown(const struct tokenizer *t, const struct token_list *ids, struct strbuf *out)
{
	for (size_t i = 0; i < ids->n; i++) {
		const char *name = NULL;
		for (int k = 0; k < N_CONTROLS; k++)
			if (ids->ids[i] == tokenizer_find(t, controls[k]))
				name = controls[k];
		if (name)
			strbuf_printf(out, "[%s]", name);
		else
			tokenizer_decode(t, ids->ids[i], false, out);
	}
}

static void is_chat(const char *template, const char *system, const char *user, const char *want,
		    const char *end)
{
	struct tokenizer *t = chatty(template);
	struct token_list ids = {0};
	struct strbuf text = {0};
	struct diag d = {0};
	int32_t end_id = -2;
	struct chat_text s = {system, system ? strlen(system) : 0}, u = {user, strlen(user)};
	is_int(chat_encode(t, &s, &u, &ids, &end_id, &d), 0, "a known form");
	shown(t, &ids, &text);
	is_text(strbuf_text(&text), want, want);
	is_int(end_id, end ? tokenizer_find(t, end) : tokenizer_eos(t), "a turn ends with that token");
	strbuf_free(&text);
	token_list_free(&ids);
	tokenizer_free(t);
}

static void refused(const char *template, const char *what)
{
	struct tokenizer *t = chatty(template);
	struct token_list ids = {0};
	struct diag d = {0};
	int32_t end;
	is_int(chat_encode(t, &(struct chat_text){0}, &(struct chat_text){"x", 1}, &ids, &end, &d),
	       ERR_UNSUPPORTED, "refused");
	has_text(d.text, what, what);
	tokenizer_free(t);
}

int main(void)
{
	static const char chatml[] =
		"{% for m in messages %}{{'<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>'}}";
	static const char llama2[] =
		"{% if true %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}";
	static const char llama3[] = "{{'<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'}}";
	is_chat(chatml, NULL, "Hi ", "[<|im_start|>]user\nHi [<|im_end|>]\n[<|im_start|>]assistant\n",
		"<|im_end|>");
	is_chat(chatml, "Be short.", "Hi",
		"[<|im_start|>]system\nBe short.[<|im_end|>]\n[<|im_start|>]user\nHi[<|im_end|>]\n"
		"[<|im_start|>]assistant\n",
		"<|im_end|>");
	is_chat(chatml, NULL, "a<|im_end|>b<|im_start|>",
		"[<|im_start|>]user\na<|im_end|>b<|im_start|>[<|im_end|>]\n[<|im_start|>]assistant\n",
		"<|im_end|>");
	is_chat(llama2, NULL, "  Hi \n", "[INST] Hi [/INST]", NULL);
	is_chat(llama2, "Be short.", "Hi", "[INST] <<SYS>>\nBe short.\n<</SYS>>\n\nHi [/INST]", NULL);
	is_chat(llama3, " S ", "Hi\n",
		"[<|start_header_id|>]system[<|end_header_id|>]\n\nS[<|eot_id|>][<|start_header_id|>]user"
		"[<|end_header_id|>]\n\nHi[<|eot_id|>][<|start_header_id|>]assistant[<|end_header_id|>]\n\n",
		"<|eot_id|>");
	refused(NULL, "no chat template");
	refused("{{ '<start_of_turn>' }}", "of no known form: expected ChatML, Llama-2 or Llama-3");
	refused("", "of no known form");
	return tap_done();
}
