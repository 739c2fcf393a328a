/* SPDX-License-Identifier: Apache-2.0 */
/* Tokenizers of real files: the ids that llama.cpp gives, and texts that come back as they were. */
#include "config.h"

#include "engines/model/tokenizer/tokenizer.h"

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/model/file/gguf.h"
#include "engines/model/tokenizer/build.h"
#include "tests/tap.h"

#define SHARED "../shared/data/"

struct bytes {
	char *text; /* terminated */
	size_t n;
};

/* The path from the top of the source tree. Static: the last one only. */
static const char *path_of(const char *name)
{
	static char path[1000];
	const char *top = getenv("top_srcdir");
	snprintf(path, sizeof path, "%s/%s", top ? top : ".", name);
	return path;
}

/* False when there is no such file. */
static bool slurp(const char *name, struct bytes *out)
{
	FILE *f = fopen(path_of(name), "rb");
	if (!f)
		return false;
	if (fseek(f, 0, SEEK_END))
		bail("a file cannot be read");
	out->n = (size_t)ftell(f);
	rewind(f);
	out->text = mem_alloc(out->n + 1);
	if (fread(out->text, 1, out->n, f) != out->n)
		bail("a file cannot be read");
	fclose(f);
	return true;
}

/* NULL when there is no such file. */
static struct tokenizer *open_file(const char *name, int want, struct diag *d)
{
	struct gguf *g;
	struct tokenizer *t = NULL;
	struct bytes there;
	if (!slurp(name, &there))
		return NULL;
	free(there.text);
	if (gguf_open(&g, path_of(name), d))
		bail("a file does not open");
	is_int(tokenizer_build(&t, g, 0, d), want, name);
	gguf_close(g);
	return t;
}

/* ---- llama.cpp's ids ---- */

static bool ids_are(const struct tokenizer *t, const char *text, size_t n, const char *ids)
{
	struct token_list l;
	struct diag d = {0};
	char *end;
	if (tokenizer_encode(t, text, n, false, false, &l, &d))
		return false;
	bool same = true;
	for (size_t i = 0; i < l.n && same; i++, ids = end)
		same = strtol(ids, &end, 10) == l.ids[i] && end != ids;
	same = same && strspn(ids, " ") == strlen(ids);
	token_list_free(&l);
	return same;
}

/* Texts separated by a line of their own, and their ids, a line a text. */
static void check_texts(const struct tokenizer *t, const char *name, struct bytes in, struct bytes out)
{
	static const char gap[] = "\n__ggml_vocab_test__\n";
	int n = 0, same = 0;
	char *text = in.text, *ids = out.text, *line_end;
	while ((line_end = strchr(ids, '\n'))) {
		char *end = strstr(text, gap);
		size_t len = end ? (size_t)(end - text) : in.n - (size_t)(text - in.text);
		*line_end = '\0';
		n++;
		if (ids_are(t, text, len, ids))
			same++;
		else
			printf("# text %d should have the ids%s\n", n, ids);
		ids = line_end + 1;
		if (!end)
			break;
		text = end + strlen(gap);
	}
	ok(n > 40 && same == n, "%s: %d of %d texts have llama.cpp's ids", name, same, n);
}

static void test_ids(const char *name)
{
	char file[200];
	struct bytes in = {0}, out = {0};
	struct diag d = {0};
	snprintf(file, sizeof file, SHARED "tokenizers/ggml-vocab-%s.gguf", name);
	struct tokenizer *t = open_file(file, 0, &d);
	if (!t) {
		skip("no shared vocabularies");
		return;
	}
	snprintf(file, sizeof file, SHARED "tokenizers/ggml-vocab-%s.gguf.inp", name);
	bool both = slurp(file, &in);
	snprintf(file, sizeof file, SHARED "tokenizers/ggml-vocab-%s.gguf.out", name);
	if (!both || !slurp(file, &out))
		bail("texts are missing beside a vocabulary");
	check_texts(t, name, in, out);
	free(in.text);
	free(out.text);
	tokenizer_free(t);
}

static void test_refused(void)
{
	struct diag d = {0};
	struct bytes there;
	if (!slurp(SHARED "tokenizers/ggml-vocab-bert-bge.gguf", &there)) {
		skip("no shared vocabularies");
		return;
	}
	free(there.text);
	ok(!open_file(SHARED "tokenizers/ggml-vocab-bert-bge.gguf", ERR_UNSUPPORTED, &d), "bert: refused");
	has_text(d.text, "tokenizer.ggml.model \"bert\"", "bert: named");
}

/* ---- there and back ---- */

static void check_back(const struct tokenizer *t, const char *model, const char *name)
{
	struct bytes text;
	struct token_list l;
	struct diag d = {0};
	struct strbuf back = {0};
	if (!slurp(name, &text)) {
		skip("no shared texts");
		return;
	}
	if (tokenizer_encode(t, text.text, text.n, false, false, &l, &d)) {
		ok(0, "%s: %s: %s", model, name, d.text);
	} else {
		for (size_t i = 0; i < l.n; i++)
			tokenizer_decode(t, l.ids[i], i == 0, &back);
		ok(back.len == text.n && memcmp(strbuf_text(&back), text.text, text.n) == 0,
		   "%s: %zu tokens of %s come back as %zu bytes", model, l.n, name, text.n);
		token_list_free(&l);
	}
	strbuf_free(&back);
	free(text.text);
}

static void test_back(const char *model)
{
	static const char *const texts[] = {
		SHARED "text/botchan_en.txt",
		SHARED "text/tinystories-40k.txt",
		SHARED "text/tinyshakespeare/input.txt",
		SHARED "text/wagahaiwa_nekodearu_ja.txt",
		SHARED "text/wikitext-2-raw/wiki.test.raw",
		"workloads/prompts/heldout.txt",
	};
	struct diag d = {0};
	struct tokenizer *t = open_file(model, 0, &d);
	if (!t) {
		skip("no shared models");
		return;
	}
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		check_back(t, model, texts[i]);
	tokenizer_free(t);
}

/* The model that ships with the project. */
static void test_default(void)
{
	struct diag d = {0};
	struct token_list l;
	struct strbuf s = {0};
	static const char text[] = "In the beginning God created the heaven and the earth.\n<|endoftext|>";
	struct tokenizer *t = open_file("workloads/models/default.gguf", 0, &d);
	if (!t)
		bail("the shipped model is missing");
	is_int(tokenizer_vocab(t), 2048, "default: vocabulary");
	ok(tokenizer_adds_bos(t) && tokenizer_bos(t) == 0 && tokenizer_ends(t, 0), "default: BOS and EOS");
	if (tokenizer_encode(t, text, strlen(text), true, true, &l, &d))
		bail("a text was refused");
	for (size_t i = 0; i < l.n; i++)
		strbuf_printf(&s, "%s%d", i ? " " : "", l.ids[i]);
	is_text(strbuf_text(&s), "0 917 259 1865 1296 405 281 557 283 259 740 268 259 671 14 199 0",
		"default: llama.cpp's ids");
	token_list_free(&l);
	strbuf_free(&s);
	tokenizer_free(t);
}

int main(void)
{
	static const char *const vocabularies[] = {"llama-spm", "phi-3",  "gpt-2",
						   "mpt",	"falcon", "deepseek-llm"};
	char file[200];
	test_default();
	test_back("workloads/models/default.gguf");
	test_back(SHARED "models/stories260K-gguf/stories260K-f32.gguf");
	for (size_t i = 0; i < sizeof vocabularies / sizeof *vocabularies; i++) {
		test_ids(vocabularies[i]);
		snprintf(file, sizeof file, SHARED "tokenizers/ggml-vocab-%s.gguf", vocabularies[i]);
		test_back(file);
	}
	test_refused();
	return tap_done();
}
