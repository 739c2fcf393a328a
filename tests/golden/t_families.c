/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Models that transformers computed, where the house's shared data are beside the sources:
 * families (norm epsilons, rope bases and biases differ on purpose), stories260K, gpt2-tiny.
 */
#include "config.h"

#include <jansson.h>

#include "engines/model/source.h"
#include "tests/golden/hf_gpt2.h"
#include "tests/golden/npz.h"
#include "tests/golden/prompts.h"

enum { PROMPTS_MAX = 8 };

/* The prompts of a model; their logits are freed with it. */
struct prompts {
	int n;
	struct golden g[PROMPTS_MAX];
	float *rows[PROMPTS_MAX];
};

static void prompts_free(struct prompts *p)
{
	for (int i = 0; i < p->n; i++)
		free(p->rows[i]);
	free(p);
}

static int ids_of(const json_t *array, int32_t *out)
{
	int n = (int)json_array_size(array);
	for (int i = 0; i < n && i < GOLDEN_IDS_MAX; i++)
		out[i] = (int32_t)json_integer_value(json_array_get(array, (size_t)i));
	return n;
}

/* NAME of the archive, aligned: a row an id. */
static void rows_take(struct prompts *p, int i, const struct npz *z, const char *name, int n_vocab)
{
	struct golden *g = &p->g[i];
	size_t n = 0, want = (size_t)g->n_ids * (size_t)n_vocab;
	const unsigned char *at = npz_floats(z, name, &n);
	p->rows[i] = mem_alloc(want * sizeof(float));
	g->logits = p->rows[i];
	g->n_rows = g->n_ids;
	if (ok(at && n == want, "%s has %d rows", name, g->n_ids))
		memcpy(p->rows[i], at, want * sizeof(float));
}

static void open_file(struct model **m, const char *path)
{
	const struct model_options options = {.with_tokenizer = true};
	struct diag d = {0};
	ok(model_open(m, path, &options, &d) == 0, "%s opens %s", path, d.text);
}

/* The last two prompts are the pair. */
static void check_family(const struct model *m, const struct npz *z, const json_t *root, const char *family)
{
	struct prompts *p = mem_alloc(sizeof *p);
	const char *name;
	json_t *ids;
	json_object_foreach(json_object_get(root, "prompts"), name, ids)
	{
		struct golden *g = &p->g[p->n];
		g->name = name;
		g->n_ids = ids_of(ids, g->ids);
		g->n_greedy = ids_of(json_object_get(json_object_get(root, "greedy"), name), g->greedy);
		rows_take(p, p->n++, z, name, m->hp.n_vocab);
	}
	is_text(p->g[p->n - 1].name, "b1", "the last prompt is the pair's second");
	golden_check_levels(m, p->g, p->n, true, family);
	prompts_free(p);
}

static void test_family(const char *data, const char *family)
{
	char *golden = mem_printf("%s/families/%s/golden.json", data, family);
	char *archive = mem_printf("%s/families/%s/golden.npz", data, family);
	char *gguf = mem_printf("%s/families/%s/model-f32.gguf", data, family);
	json_t *root = json_load_file(golden, 0, NULL);
	struct npz z = {0};
	struct model *m = NULL;
	if (root && npz_open(&z, archive) == 0)
		open_file(&m, gguf);
	else
		skip("../shared/data/families is not there");
	if (m)
		check_family(m, &z, root, family);
	model_close(m);
	npz_close(&z);
	json_decref(root);
	free(golden);
	free(archive);
	free(gguf);
}

/* 64 ids with logits, and what follows BOS. */
static void check_stories(const struct model *m, const struct npz *z, const json_t *root)
{
	struct prompts *p = mem_alloc(sizeof *p);
	struct golden *all = &p->g[0], *bos = &p->g[1];
	size_t n;
	const unsigned char *ids = npz_floats(z, "ids", &n);
	int32_t greedy[GOLDEN_IDS_MAX];
	p->n = 2;
	*all = (struct golden){.name = "text", .n_ids = 64};
	for (int i = 0; ids && i < all->n_ids; i++)
		memcpy(&all->ids[i], ids + 8 * i, sizeof all->ids[i]);
	rows_take(p, 0, z, "logits", m->hp.n_vocab);
	int n_greedy = ids_of(json_object_get(root, "greedy_ids"), greedy);
	*bos = (struct golden){.name = "BOS", .n_ids = 1, .n_rows = 1, .n_greedy = n_greedy - 1};
	bos->ids[0] = greedy[0];
	bos->logits = all->logits;
	memcpy(bos->greedy, greedy + 1, (size_t)(n_greedy - 1) * sizeof *greedy);
	is_int(all->ids[0], greedy[0], "both begin with BOS");
	golden_check_levels(m, p->g, 2, true, "stories260K");
	prompts_free(p);
}

static void test_stories(const char *data)
{
	char *golden = mem_printf("%s/models/stories260K-hf/golden_greedy.json", data);
	char *archive = mem_printf("%s/models/stories260K-hf/golden_logits.npz", data);
	char *gguf = mem_printf("%s/models/stories260K-gguf/stories260K-f32.gguf", data);
	json_t *root = json_load_file(golden, 0, NULL);
	struct npz z = {0};
	struct model *m = NULL;
	if (root && npz_open(&z, archive) == 0)
		open_file(&m, gguf);
	else
		skip("../shared/data/models/stories260K is not there");
	if (m)
		check_stories(m, &z, root);
	model_close(m);
	npz_close(&z);
	json_decref(root);
	free(golden);
	free(archive);
	free(gguf);
}

/* Cases of input ids, the logits after them, and the text as it goes on. */
static void check_gpt2_tiny(const struct model *m, const json_t *cases)
{
	struct prompts *p = mem_alloc(sizeof *p);
	size_t i;
	json_t *c;
	json_array_foreach(cases, i, c)
	{
		struct golden *g = &p->g[p->n];
		int32_t all[GOLDEN_IDS_MAX];
		const json_t *logits = json_object_get(c, "last_logits");
		int n_all = ids_of(json_object_get(c, "greedy_ids"), all), n = (int)json_array_size(logits);
		g->name = json_string_value(json_object_get(c, "prompt"));
		g->name = strchr(g->name, '\n') ? "lines" : g->name;
		g->n_ids = ids_of(json_object_get(c, "input_ids"), g->ids);
		g->n_greedy = n_all - g->n_ids;
		memcpy(g->greedy, all + g->n_ids, (size_t)g->n_greedy * sizeof *all);
		p->rows[p->n] = mem_alloc((size_t)n * sizeof(float));
		for (int k = 0; k < n; k++)
			p->rows[p->n][k] = (float)json_number_value(json_array_get(logits, (size_t)k));
		g->logits = p->rows[p->n++];
		g->n_rows = 1;
	}
	golden_check_levels(m, p->g, p->n, true, "gpt2-tiny");
	prompts_free(p);
}

static void test_gpt2_tiny(const char *data)
{
	const struct model_options plain = {0};
	char *folder = mem_printf("%s/models/gpt2-tiny", data),
	     *config = mem_printf("%s/config.json", folder);
	char *golden = mem_printf("%s/golden.json", folder),
	     *weights = mem_printf("%s/model.safetensors", folder);
	json_t *shape = json_load_file(config, 0, NULL), *root = json_load_file(golden, 0, NULL);
	struct npz file = {0}; /* any bytes */
	struct gguf_writer w = {0};
	struct gguf *g = NULL;
	struct model *m = NULL;
	struct diag d = {0};
	void *bytes = NULL;
	size_t n;
	if (shape && root && npz_open(&file, weights) == 0) {
		hf_keys(&w, shape);
		hf_tensors(&w, (const char *)file.data);
		bytes = writer_finish(&w, &n);
		int rc = gguf_open_memory(&g, bytes, n, "gpt2-tiny", &d);
		if (!rc)
			rc = model_from_gguf(&m, g, &plain, &d);
		if (ok(rc == 0, "gpt2-tiny opens %s", d.text))
			check_gpt2_tiny(m, json_object_get(root, "cases"));
	} else {
		skip("../shared/data/models/gpt2-tiny is not there");
	}
	model_close(m);
	npz_close(&file);
	json_decref(shape);
	json_decref(root);
	free(bytes);
	free(folder);
	free(config);
	free(golden);
	free(weights);
}

int main(void)
{
	const char *top = getenv("top_srcdir");
	char *data = mem_printf("%s/../shared/data", top ? top : ".");
	test_family(data, "llama");
	test_family(data, "llama3");
	test_family(data, "llama_bias");
	test_family(data, "gpt2");
	test_stories(data);
	test_gpt2_tiny(data);
	free(data);
	return tap_done();
}
