/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole models that need no other data against NumPy in float64: the shipped one (models/default.txt) and
 * tiny ones of each architecture (tests/tiny_models.h). For those of the house's shared data see t_families.c.
 */
#include "config.h"

#include "engines/base/strbuf.h"
#include "engines/model/source.h"
#include "engines/model/tokenizer/tokenizer.h"
#include "tests/golden/prompts.h"
#include "tests/tiny_models.h"

/* The shipped model takes too long where instructions are emulated. */
#ifndef TINY_ALONE
#define TINY_ALONE 0
#endif

enum { PROMPTS_MAX = 4, VOCAB_MAX = 4096 };

/* What a file of models/ says. */
struct expected {
	char text[1 << 10];
	int n, n_logits;
	char names[PROMPTS_MAX][16];
	struct golden g[PROMPTS_MAX];
	float logits[PROMPTS_MAX][VOCAB_MAX];
};

static int read_ids(const char *text, int32_t *out)
{
	int n = 0;
	for (char *end; *text && n < GOLDEN_IDS_MAX; text = *end ? end + 1 : end)
		out[n++] = (int32_t)strtol(text, &end, 10);
	return n;
}

static int read_logits(const char *text, float *out)
{
	int n = 0;
	for (char *end; *text && n < VOCAB_MAX; text = *end == ' ' ? end + 1 : end)
		out[n++] = strtof(text, &end);
	return n;
}

static void line_take(struct expected *e, const char *line)
{
	struct golden *g = &e->g[e->n - 1];
	if (strncmp(line, "text ", 5) == 0)
		snprintf(e->text, sizeof e->text, "%.*s", (int)sizeof e->text - 1, line + 5);
	else if (strncmp(line, "prompt ", 7) == 0)
		snprintf(e->names[e->n - 1], sizeof e->names[0], "%.*s", (int)sizeof e->names[0] - 1,
			 line + 7);
	else if (strncmp(line, "ids ", 4) == 0)
		g->n_ids = read_ids(line + 4, g->ids);
	else if (strncmp(line, "greedy ", 7) == 0)
		g->n_greedy = read_ids(line + 7, g->greedy);
	else if (strncmp(line, "logits ", 7) == 0)
		e->n_logits = read_logits(line + 7, e->logits[e->n - 1]);
}

/* Each prompt ends with its logits. */
static struct expected *read_expected(const char *top, const char *file)
{
	static char line[1 << 16];
	struct expected *e = mem_alloc(sizeof *e);
	char *path = mem_printf("%s/tests/golden/models/%s", top, file);
	FILE *f = fopen(path, "r");
	free(path);
	if (!f)
		bail("an expectation is missing");
	e->n = 1;
	while (fgets(line, sizeof line, f) && e->n <= PROMPTS_MAX) {
		line[strcspn(line, "\n")] = '\0';
		line_take(e, line);
		e->n += strncmp(line, "logits ", 7) == 0;
	}
	e->n--;
	for (int i = 0; i < e->n; i++) {
		e->g[i].name = e->names[i];
		e->g[i].logits = e->logits[i];
		e->g[i].n_rows = 1;
	}
	fclose(f);
	return e;
}

static void check_text(const struct model *m, const struct golden *g, const char *text)
{
	struct token_list l = {0};
	struct diag d = {0};
	int rc = tokenizer_encode(m->tokenizer, text, strlen(text), true, true, &l, &d);
	ok(rc == 0 && (int)l.n == g->n_ids && memcmp(l.ids, g->ids, l.n * sizeof *l.ids) == 0,
	   "the text has the same ids");
	struct strbuf back = {0};
	for (size_t i = 1; i < l.n; i++)
		tokenizer_decode(m->tokenizer, l.ids[i], i == 1, &back);
	is_text(strbuf_text(&back), text, "and back");
	strbuf_free(&back);
	token_list_free(&l);
}

static void test_default(const char *top)
{
	const struct model_options options = {.with_tokenizer = true};
	struct expected *e = read_expected(top, "default.txt");
	char *path = mem_printf("%s/workloads/models/default.gguf", top);
	struct model *m = NULL;
	struct diag d = {0};
	if (ok(model_open(&m, path, &options, &d) == 0, "%s opens %s", path, d.text) && m) {
		is_int(e->n_logits, m->hp.n_vocab, "a logit a token of the vocabulary");
		check_text(m, e->g, e->text);
		golden_check_levels(m, e->g, 1, false, "default");
	}
	model_close(m);
	free(path);
	free(e);
}

/* The model that w holds. */
static void test_tiny(struct gguf_writer *w, const char *top, const char *file)
{
	const struct model_options plain = {0};
	struct expected *e = read_expected(top, file);
	struct gguf *g = NULL;
	struct model *m = NULL;
	struct diag d = {0};
	size_t n;
	void *bytes = writer_finish(w, &n);
	int rc = gguf_open_memory(&g, bytes, n, "tiny.gguf", &d);
	if (!rc)
		rc = model_from_gguf(&m, g, &plain, &d);
	if (ok(rc == 0, "the model of %s opens %s", file, d.text) && m) {
		is_int(e->n, PROMPTS_MAX, "all prompts");
		is_int(e->n_logits, m->hp.n_vocab, "a logit a token of the vocabulary");
		golden_check_levels(m, e->g, e->n, true, m->arch);
	}
	model_close(m);
	free(bytes);
	free(e);
}

int main(void)
{
	const char *top = getenv("top_srcdir");
	struct gguf_writer gpt2 = {0}, llama = {0};
	if (!top)
		top = ".";
	if (!TINY_ALONE)
		test_default(top);
	tiny_gpt2_keys(&gpt2);
	tiny_gpt2_tensors(&gpt2);
	test_tiny(&gpt2, top, "tiny-gpt2.txt");
	tiny_llama_keys(&llama);
	tiny_llama_tensors(&llama);
	test_tiny(&llama, top, "tiny-llama.txt");
	return tap_done();
}
