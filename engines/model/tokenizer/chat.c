/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/tokenizer/chat.h"

#include <string.h>

/* A form: what stands around what is said. */
struct chat_form {
	const char *name;
	const char *mark; /* in a template of this form, and of none that stands before it */
	const char *system_before, *system_after;
	const char *user_before, *user_after;
	/* What is opened and closed once, around both. */
	const char *open;
	const char *end; /* text of the token that ends a turn; NULL: the model's EOS */
	bool trims;	 /* white space around what is said is cut off */
};

static const struct chat_form forms[] = {
	{"chatml", "<|im_start|>", "<|im_start|>system\n", "<|im_end|>\n", "<|im_start|>user\n",
	 "<|im_end|>\n<|im_start|>assistant\n", "", "<|im_end|>", false},
	{"llama-3", "<|start_header_id|>", "<|start_header_id|>system<|end_header_id|>\n\n", "<|eot_id|>",
	 "<|start_header_id|>user<|end_header_id|>\n\n",
	 "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n", "", "<|eot_id|>", true},
	{"llama-2", "[INST]", "<<SYS>>\n", "\n<</SYS>>\n\n", "", " [/INST]", "[INST] ", NULL, true},
};
enum { N_FORMS = sizeof forms / sizeof forms[0], SHOWN = 60, PARTS_MAX = 7 };

static int form_find(const struct tokenizer *t, const struct chat_form **out, struct diag *d)
{
	const char *template = tokenizer_chat_template(t);
	if (!template)
		return diag_set(
			d, ERR_UNSUPPORTED,
			"the model has no chat template (key tokenizer.chat_template): it was not made for "
			"chat, or its file lacks the key");
	for (int i = 0; i < N_FORMS; i++)
		if (strstr(template, forms[i].mark)) {
			*out = &forms[i];
			return 0;
		}
	return diag_set(
		d, ERR_UNSUPPORTED,
		"the model's chat template \"%.*s\" is of no known form: expected ChatML, Llama-2 or Llama-3",
		SHOWN, template);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct token_part said(const struct chat_form *f, const struct chat_text *what)
{
	struct token_part p = {what->text, what->n, false};
	while (f->trims && p.n && is_space(p.text[p.n - 1]))
		p.n--;
	for (; f->trims && p.n && is_space(*p.text); p.text++)
		p.n--;
	return p;
}

static struct token_part fixed(const char *text)
{
	return (struct token_part){text, strlen(text), true};
}

int chat_encode(const struct tokenizer *t, const struct chat_text *system, const struct chat_text *user,
		struct token_list *out, int32_t *end, struct diag *d)
{
	const struct chat_form *f = NULL;
	int rc = form_find(t, &f, d), n = 0;
	if (rc)
		return rc;
	struct token_part parts[PARTS_MAX];
	parts[n++] = fixed(f->open);
	if (system->text) {
		parts[n++] = fixed(f->system_before);
		parts[n++] = said(f, system);
		parts[n++] = fixed(f->system_after);
	}
	parts[n++] = fixed(f->user_before);
	parts[n++] = said(f, user);
	parts[n++] = fixed(f->user_after);
	*end = f->end ? tokenizer_find(t, f->end) : tokenizer_eos(t);
	return tokenizer_encode_parts(t, parts, n, true, out, d);
}
