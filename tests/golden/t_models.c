/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole models against other implementations: the shipped one against NumPy in
 * float64 (models/default.txt), and where the house's shared data are beside the
 * sources, models that transformers computed. Every usable level: logits within
 * 1e-4 of the largest magnitude in f32 with f32 cells, greedy ids equal.
 */
#include "config.h"

#include <jansson.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/model/model.h"
#include "engines/model/tokenizer/tokenizer.h"
#include "tests/golden/npz.h"
#include "tests/tap.h"
#include "workloads/ask.h"

#define BOUND	1e-4
#define IDS_MAX 512

extern const struct engine_ops cpu_engine;

/* Expected values of one prompt. */
struct golden {
	int n_ids, n_greedy;
	int32_t ids[IDS_MAX], greedy[IDS_MAX];
	const float *logits; /* the last n_rows rows of logits */
	int n_rows;
};

struct seen {
	int n_vocab, n_rows, n;
	int32_t ids[IDS_MAX];
	float *logits;
};

static int on_row(void *arg, int row, const float *logits, int n_vocab)
{
	struct seen *s = arg;
	s->n_vocab = n_vocab;
	s->n_rows = row + 1;
	s->logits = mem_realloc(s->logits, (size_t)s->n_rows * (size_t)n_vocab * sizeof(float));
	memcpy(s->logits + (size_t)row * (size_t)n_vocab, logits, (size_t)n_vocab * sizeof(float));
	return 0;
}

static int on_token(void *arg, int32_t id)
{
	struct seen *s = arg;
	if (s->n < IDS_MAX)
		s->ids[s->n++] = id;
	return 0;
}

static double residual(const struct seen *s, const struct golden *g)
{
	double diff = 0, most = 0;
	size_t n = (size_t)g->n_rows * (size_t)s->n_vocab;
	const float *got = s->logits + ((size_t)s->n_rows * (size_t)s->n_vocab - n);
	for (size_t i = 0; i < n; i++) {
		diff = fmax(diff, isfinite(got[i]) ? fabs(got[i] - g->logits[i]) : INFINITY);
		most = fmax(most, fabs(g->logits[i]));
	}
	return diff / most;
}

static void check_prompt(const struct ask_config *c, const struct golden *g, const char *what)
{
	struct seen s = {0};
	struct diag d = {0};
	struct token_list ids = {(int32_t *)g->ids, (size_t)g->n_ids};
	double r = INFINITY;
	if (ask_logits(c, &ids, on_row, &s, &d) == 0)
		r = residual(&s, g);
	if (!ok(r <= BOUND, "%s: logits", what))
		printf("# residual %g; %s\n", r, d.text);
	if (g->n_greedy) {
		int same = ask_generate(c, &ids, g->n_greedy, on_token, &s, &d) == 0 && s.n == g->n_greedy;
		for (int i = 0; same && i < s.n; i++)
			same = s.ids[i] == g->greedy[i];
		ok(same, "%s: greedy ids", what);
	}
	free(s.logits);
}

/* The prompt on one level, with one or two threads. */
static void check_level(const struct model *m, const struct golden *g, const char *name, enum isa isa,
			int threads)
{
	const struct engine_config e = {.device = "cpu", .isa = isa_name(isa), .n_threads = threads};
	struct ask_config c = {
		.ops = &cpu_engine, .model = m, .precision = DTYPE_F32, .kv = DTYPE_F32, .provider = "own"};
	struct diag d = {0};
	char what[160];
	snprintf(what, sizeof what, "%s %s %d threads", name, isa_name(isa), threads);
	if (cpu_engine.open(&c.engine, &e, &d)) {
		ok(0, "%s: %s", what, d.text);
		return;
	}
	check_prompt(&c, g, what);
	cpu_engine.close(c.engine);
}

static void check_levels(const struct model *m, const struct golden *g, const char *name)
{
	for (enum isa isa = ISA_REF; isa < ISA_COUNT; isa++)
		if (!isa_why_not(isa))
			check_level(m, g, name, isa, isa == ISA_REF ? 1 : 2);
}

static struct model *open_model(const char *path)
{
	const struct model_options options = {.with_tokenizer = true};
	struct model *m = NULL;
	struct diag d = {0};
	if (!ok(model_open(&m, path, &options, &d) == 0, "%s opens", path))
		printf("# %s\n", d.text);
	return m;
}

/* ---- the shipped model ---- */

static int read_ids(const char *text, int32_t *out)
{
	int n = 0;
	for (char *end; *text && n < IDS_MAX; text = *end ? end + 1 : end)
		out[n++] = (int32_t)strtol(text, &end, 10);
	return n;
}

static int read_logits(const char *text, float *out, int max)
{
	int n = 0;
	for (char *end; *text && n < max; text = *end == ' ' ? end + 1 : end)
		out[n++] = strtof(text, &end);
	return n;
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
	static char line[1 << 16];
	static float logits[4096];
	struct golden g = {.logits = logits, .n_rows = 1};
	static char text[sizeof line];
	char *path = mem_printf("%s/tests/golden/models/default.txt", top);
	FILE *f = fopen(path, "r");
	free(path);
	if (!f)
		bail("models/default.txt is missing");
	int n = 0;
	while (fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "text ", 5) == 0)
			memcpy(text, line + 5, strlen(line + 5) + 1);
		else if (strncmp(line, "ids ", 4) == 0)
			g.n_ids = read_ids(line + 4, g.ids);
		else if (strncmp(line, "greedy ", 7) == 0)
			g.n_greedy = read_ids(line + 7, g.greedy);
		else if (strncmp(line, "logits ", 7) == 0)
			n = read_logits(line + 7, logits, 4096);
	}
	fclose(f);
	path = mem_printf("%s/workloads/models/default.gguf", top);
	struct model *m = open_model(path);
	free(path);
	if (m) {
		is_int(n, m->hp.n_vocab, "a logit a token of the vocabulary");
		check_text(m, &g, text);
		check_levels(m, &g, "default");
	}
	model_close(m);
}

/* ---- models of the shared data ---- */

static int ids_of(const json_t *array, int32_t *out)
{
	int n = (int)json_array_size(array);
	for (int i = 0; i < n && i < IDS_MAX; i++)
		out[i] = (int32_t)json_integer_value(json_array_get(array, (size_t)i));
	return n;
}

/* Rows of NAME in the archive, aligned. free() them. */
static float *rows_of(const struct npz *z, const char *name, int n_ids, int n_vocab)
{
	size_t n = 0, want = (size_t)n_ids * (size_t)n_vocab;
	const unsigned char *at = npz_floats(z, name, &n);
	float *out = mem_alloc(want * sizeof *out);
	if (!ok(at && n == want, "%s has %d rows", name, n_ids))
		return out;
	memcpy(out, at, want * sizeof *out);
	return out;
}

static void check_prompts(const struct model *m, const struct npz *z, const json_t *root)
{
	const char *name;
	json_t *prompt;
	json_object_foreach(json_object_get(root, "prompts"), name, prompt)
	{
		struct golden g = {0};
		g.n_ids = g.n_rows = ids_of(prompt, g.ids);
		g.n_greedy = ids_of(json_object_get(json_object_get(root, "greedy"), name), g.greedy);
		float *rows = rows_of(z, name, g.n_ids, m->hp.n_vocab);
		g.logits = rows;
		check_levels(m, &g, name);
		free(rows);
	}
}

static void test_family(const char *folder)
{
	char *golden = mem_printf("%s/golden.json", folder), *archive = mem_printf("%s/golden.npz", folder);
	char *gguf = mem_printf("%s/model-f32.gguf", folder);
	json_t *root = json_load_file(golden, 0, NULL);
	struct npz z = {0};
	struct model *m = root && npz_open(&z, archive) == 0 ? open_model(gguf) : NULL;
	if (m)
		check_prompts(m, &z, root);
	else
		skip("../shared/data/families/llama is not there");
	model_close(m);
	npz_close(&z);
	json_decref(root);
	free(golden);
	free(archive);
	free(gguf);
}

static void test_stories(const char *models)
{
	char *golden = mem_printf("%s/stories260K-hf/golden_greedy.json", models);
	char *archive = mem_printf("%s/stories260K-hf/golden_logits.npz", models);
	char *gguf = mem_printf("%s/stories260K-gguf/stories260K-f32.gguf", models);
	json_t *root = json_load_file(golden, 0, NULL);
	struct npz z = {0};
	struct model *m = root && npz_open(&z, archive) == 0 ? open_model(gguf) : NULL;
	if (m) {
		struct golden g = {.n_ids = 64, .n_rows = 64};
		size_t n;
		const unsigned char *ids = npz_floats(&z, "ids", &n);
		for (int i = 0; ids && i < g.n_ids; i++)
			memcpy(&g.ids[i], ids + 8 * i, sizeof g.ids[i]);
		float *rows = rows_of(&z, "logits", g.n_ids, m->hp.n_vocab);
		g.logits = rows;
		check_levels(m, &g, "stories260K");
		/* From BOS alone. */
		int32_t all[IDS_MAX];
		int n_all = ids_of(json_object_get(root, "greedy_ids"), all);
		struct golden from_bos = {
			.n_ids = 1, .n_rows = 1, .n_greedy = n_all - 1, .ids = {all[0]}, .logits = rows};
		memcpy(from_bos.greedy, all + 1, (size_t)(n_all - 1) * sizeof *all);
		if (g.ids[0] == all[0])
			check_levels(m, &from_bos, "stories260K from BOS");
		free(rows);
	} else {
		skip("../shared/data/models/stories260K is not there");
	}
	model_close(m);
	npz_close(&z);
	json_decref(root);
	free(golden);
	free(archive);
	free(gguf);
}

int main(void)
{
	const char *top = getenv("top_srcdir");
	if (!top)
		top = ".";
	char *family = mem_printf("%s/../shared/data/families/llama", top);
	char *models = mem_printf("%s/../shared/data/models", top);
	test_default(top);
	test_family(family);
	test_stories(models);
	free(family);
	free(models);
	return tap_done();
}
