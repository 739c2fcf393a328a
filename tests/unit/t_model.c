/* SPDX-License-Identifier: Apache-2.0 */
/* Models of GGUF files: what they hold, and the line for all that this engine does not compute. */
#include "config.h"

#include "engines/model/model.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/model_of.h"

/* ---- models that open ---- */

static void test_tiny(uint32_t type, enum dtype dtype, bool tied)
{
	struct gguf_writer w = {0};
	struct diag d;
	void *bytes;
	writer_llama_keys(&w);
	writer_llama_tensors(&w, type, tied);
	struct model *m = model_of(&w, &bytes, &d);
	if (!m) {
		printf("# %s\n", d.text);
		bail("a good model does not open");
	}
	ok(same_bits(&m->hp, &writer_shape, sizeof m->hp), "%s: hyperparameters", dtype_name(dtype));
	is_text(m->arch, "llama", "architecture");
	is_text(m->name, "tiny", "name");
	ok(m->tied == tied && m->file_type == dtype && !m->tokenizer, "tied or not, type of most weights");
	is_int(m->n_tensors, tied ? 20 : 21, "all tensors");
	is_int(m->n_params,
	       64 * 40 * (tied ? 1 : 2) + 64 + 2 * (2 * 64 + 64 * 64 * 2 + 64 * 32 * 2 + 3 * 64 * 96),
	       "all parameters");
	ok(rows_are(m, "token_embd.weight", dtype) && rows_are(m, "blk.1.ffn_down.weight", dtype) &&
		   rows_are(m, "blk.0.attn_k.weight", dtype) &&
		   rows_are(m, "blk.1.attn_norm.weight", DTYPE_F32),
	   "rows are as in the file");
	ok(tied ? !model_tensor(m, "output.weight") : rows_are(m, "output.weight", dtype), "output");
	ok(model_layer_tensor(m, 1, "attn_q.weight") == model_tensor(m, "blk.1.attn_q.weight") &&
		   model_layer_tensor(m, 1, "attn_q.weight") && !model_layer_tensor(m, 2, "attn_q.weight"),
	   "tensors of layers");
	model_close(m);
	free(bytes);
}

/* Opens the tiny model with the keys that w has already; without w->without. */
static struct model *variant(struct gguf_writer *w, void **bytes)
{
	struct diag d;
	writer_llama_keys(w);
	writer_llama_tensors(w, 0, true);
	struct model *m = model_of(w, bytes, &d);
	if (!m) {
		printf("# %s\n", d.text);
		bail("a good variant does not open");
	}
	return m;
}

static void test_defaults(void)
{
	struct gguf_writer w = {.without = "llama.vocab_size"};
	void *bytes;
	struct model *m = variant(&w, &bytes);
	is_int(m->hp.n_vocab, 40, "the vocabulary is the rows of the embedding");
	ok(m->hp.rope_base == 10000 && m->hp.rope_scale == 1 && m->hp.n_rot == 16 && m->hp.head_dim == 16,
	   "defaults of the rotation");
	model_close(m);
	free(bytes);

	w.without = "general.name";
	writer_key_u32(&w, "llama.attention.key_length", 16);
	writer_key_u32(&w, "llama.attention.value_length", 16);
	writer_key_u32(&w, "llama.rope.dimension_count", 8);
	writer_key_f32(&w, "llama.rope.freq_base", 500000);
	writer_key_text(&w, "llama.rope.scaling.type", "linear");
	writer_key_f32(&w, "llama.rope.scaling.factor", 4);
	writer_key_u32(&w, "llama.expert_count", 0);
	writer_key_bool(&w, "llama.attention.causal", 1);
	m = variant(&w, &bytes);
	is_text(m->name, "tiny.gguf", "a model without a name is called as its file");
	ok(m->hp.n_rot == 8 && m->hp.rope_base == 500000 && m->hp.rope_scale == 0.25f, "rotation as told");
	model_close(m);
	free(bytes);

	writer_key_f32(&w, "llama.rope.scale_linear", 2);
	m = variant(&w, &bytes);
	ok(m->hp.rope_scale == 0.5f, "the older key of linear scaling");
	model_close(m);
	free(bytes);

	writer_key_text(&w, "llama.rope.scaling.type", "none");
	writer_key_f32(&w, "llama.rope.scaling.factor", 4);
	m = variant(&w, &bytes);
	ok(m->hp.rope_scale == 1, "a factor without scaling");
	model_close(m);
	free(bytes);
}

static void test_names(void)
{
	static const struct {
		const char *name, *want;
	} cases[] = {
		{"Llama \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "Llama \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
		{"a\x1b[31mb\n\x7f\xc2\x9b"
		 "c",
		 "a [31mb   c"},
		{"\xff\xc0\x80\xed\xa0\x80\xe2\x82", "????????"},
	};
	void *bytes;
	char long_name[300] = {0};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct gguf_writer w = {0};
		writer_key_text(&w, "general.name", cases[i].name);
		w.without = "general.name";
		struct model *m = variant(&w, &bytes);
		is_text(m->name, cases[i].want, "a name is clean UTF-8");
		model_close(m);
		free(bytes);
	}
	struct gguf_writer w = {0};
	memset(long_name, 'n', sizeof long_name - 1);
	writer_key_text(&w, "general.name", long_name);
	w.without = "general.name";
	struct model *m = variant(&w, &bytes);
	ok(strlen(m->name) == 200 && strcmp(m->name + 197, "...") == 0, "a long one is cut");
	model_close(m);
	free(bytes);
}

/* ---- models that do not ---- */

static void expect_missing(const char *what, const char *text)
{
	struct gguf_writer w = {.without = what};
	writer_llama_keys(&w);
	writer_llama_tensors(&w, 0, true);
	expect(&w, ERR_FORMAT, text);
}

static void test_missing(void)
{
	expect_missing("general.architecture", "key general.architecture is missing");
	expect_missing("llama.block_count", "key llama.block_count is missing, expected a whole number");
	expect_missing("llama.context_length", "key llama.context_length is missing");
	expect_missing("llama.attention.layer_norm_rms_epsilon", "layer_norm_rms_epsilon is missing");
	expect_missing("token_embd.weight", "tensor token_embd.weight is missing, expected 64 x 40 elements");
	expect_missing("blk.1.ffn_down.weight", "tensor blk.1.ffn_down.weight is missing, expected 96 x 64");
}

/* The tiny model with one number changed. */
static void expect_number(const char *key, uint32_t value, int code, const char *text)
{
	struct gguf_writer w = {0};
	writer_key_u32(&w, key, value);
	w.without = key;
	writer_llama_keys(&w);
	writer_llama_tensors(&w, 0, true);
	expect(&w, code, text);
}

static void test_numbers(void)
{
	expect_number("llama.block_count", 0, ERR_FORMAT, "key llama.block_count is 0, expected 1 to 4096");
	expect_number("llama.block_count", 4097, ERR_FORMAT, "is 4097, expected 1 to 4096");
	expect_number("llama.block_count", 3, ERR_FORMAT, "tensor blk.2.attn_norm.weight is missing");
	expect_number("llama.block_count", 1, ERR_UNSUPPORTED, "tensor blk.1.");
	expect_number("llama.embedding_length", 1u << 25, ERR_FORMAT, "expected 1 to 16777216");
	expect_number("llama.attention.head_count", 3, ERR_FORMAT, "3 heads do not divide a width of 64");
	expect_number("llama.attention.head_count_kv", 3, ERR_FORMAT,
		      "is 3, expected a divisor of the 4 heads");
	expect_number("llama.attention.head_count", 64, ERR_UNSUPPORTED, "heads of 1 elements");
	expect_number("llama.attention.key_length", 2048, ERR_FORMAT, "is 2048, expected 1 to 1024");
	expect_number("llama.attention.key_length", 8, ERR_FORMAT, "byte ");
	expect_number("llama.attention.value_length", 8, ERR_UNSUPPORTED,
		      "values of another length than keys");
	expect_number("llama.rope.dimension_count", 7, ERR_FORMAT, "is 7, expected an even number up to 16");
	expect_number("llama.rope.dimension_count", 18, ERR_FORMAT,
		      "is 18, expected an even number up to 16");
	expect_number("llama.vocab_size", 41, ERR_FORMAT,
		      "tensor token_embd.weight is 64 x 40 x 1 x 1, expected 64 x 41");
	expect_number("llama.vocab_size", 1u << 24, ERR_FORMAT, "tensor token_embd.weight is 64 x 40");
	expect_number("llama.feed_forward_length", 1u << 24, ERR_UNSUPPORTED,
		      "ffn_gate and ffn_up are 33554432 x 64 elements");
	expect_number("llama.attention.layer_norm_rms_epsilon", 0, ERR_FORMAT,
		      "is 0, expected a positive number");
	expect_number("llama.rope.freq_base", 0, ERR_FORMAT, "is 0, expected a positive number");
}

static void test_unsupported_keys(void)
{
	static const struct {
		const char *key;
		uint32_t value;
		const char *text;
	} numbers[] = {
		{"llama.expert_count", 4, "key llama.expert_count: experts: not supported"},
		{"llama.attention.sliding_window", 4096, "sliding-window attention: not supported"},
		{"llama.attention.scale", 2, "a scale of attention"},
		{"llama.rope.scaling.attn_factor", 2, "a factor of attention"},
		{"llama.something.new", 0, "key llama.something.new: not known"},
		{"split.count", 3, "a model in several files is not supported"},
	};
	static const char *const scalings[] = {"yarn", "longrope", "llama3"}; /* the last lacks its tensor */
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		expect_number(numbers[i].key, numbers[i].value, ERR_UNSUPPORTED, numbers[i].text);
	for (int i = 0; i < 3; i++) {
		struct gguf_writer w = {0};
		char text[100];
		snprintf(text, sizeof text, "key llama.rope.scaling.type: scaling of positions by \"%s\"",
			 scalings[i]);
		writer_key_text(&w, "llama.rope.scaling.type", scalings[i]);
		writer_llama_keys(&w);
		expect(&w, ERR_UNSUPPORTED, text);
	}
	struct gguf_writer w = {0};
	writer_key_text(&w, "general.architecture", "gemma2");
	expect(&w, ERR_UNSUPPORTED,
	       "byte 56: unsupported architecture \"gemma2\", this engine has llama and gpt2");
	writer_key_text(&w, "general.type", "adapter");
	expect(&w, ERR_UNSUPPORTED, "key general.type: expected a file that holds a \"model\"");
	const uint32_t each[] = {4, 4};
	writer_key_array(&w, "llama.attention.head_count", GGUF_UINT32, 2, each, sizeof each);
	w.without = "llama.attention.head_count";
	writer_llama_keys(&w);
	expect(&w, ERR_UNSUPPORTED, "values that differ from layer to layer");
	writer_key_text(&w, "llama.attention.layer_norm_rms_epsilon", "1e-5");
	w.without = "llama.attention.layer_norm_rms_epsilon";
	writer_llama_keys(&w);
	expect(&w, ERR_FORMAT, "is a string, expected a number");
	writer_key_f32(&w, "llama.rope.scaling.factor", -1);
	writer_llama_keys(&w);
	expect(&w, ERR_FORMAT, "key llama.rope.scaling.factor is -1, expected");
}

static void expect_extra(const char *name, const char *text)
{
	static const float data[64];
	struct gguf_writer w = {0};
	writer_llama_keys(&w);
	writer_llama_tensors(&w, 0, false);
	writer_tensor(&w, name, 0, 1, 64, data, sizeof data);
	expect(&w, ERR_UNSUPPORTED, text);
}

static void expect_type(uint32_t type, size_t n_bytes, const char *text)
{
	static const char data[64 * 64 * 4];
	struct gguf_writer w = {0};
	writer_llama_keys(&w);
	writer_tensor(&w, "blk.0.attn_q.weight", type, 64, 64, data, n_bytes);
	w.without = "blk.0.attn_q.weight";
	writer_llama_tensors(&w, 0, true);
	expect(&w, ERR_UNSUPPORTED, text);
}

static void test_tensors(void)
{
	expect_extra("rope_factors_long.weight",
		     "tensor rope_factors_long.weight: factors of rotation frequencies");
	expect_extra("blk.1.attn_norm.bias", "tensor blk.1.attn_norm.bias: a bias that this architecture");
	expect_extra("blk.2.attn_q.bias", "tensor blk.2.attn_q.bias: a bias that this architecture");
	expect_extra("position_embd.weight", "tensor position_embd.weight: not known");
	expect_extra("blk.0.ffn_up_exps.weight", "experts are not supported");
	expect_extra("blk.0.attn_q_norm.weight", "tensor blk.0.attn_q_norm.weight: not known");
	expect_type(3, 64 * 64 / 32 * 20,
		    "unsupported type q4_1 (3) in tensor blk.0.attn_q.weight, this engine has");
	expect_type(99, 64, "unsupported type unknown (99) in tensor");
}

/* ---- files ---- */

static bool write_tiny(const char *path)
{
	struct gguf_writer w = {0};
	size_t n;
	writer_llama_keys(&w);
	writer_llama_tensors(&w, 0, false);
	void *bytes = writer_finish(&w, &n);
	FILE *f = fopen(path, "w");
	bool good = f && fwrite(bytes, 1, n, f) == n;
	free(bytes);
	return f && fclose(f) == 0 && good;
}

static void test_open(void)
{
	const struct model_options hashed = {.with_hash = true};
	char folder[] = "/tmp/t_modelXXXXXX", models[64], path[96];
	struct model *m = NULL;
	struct diag d = {0};
	if (!mkdtemp(folder))
		bail("no temporary folder");
	snprintf(models, sizeof models, "%s/models", folder);
	snprintf(path, sizeof path, "%s/default.gguf", models);
	if (mkdir(models, 0700) || !write_tiny(path))
		bail("no temporary file");
	is_int(model_open(&m, path, &hashed, NULL), 0, "a file opens");
	is_text(m->path, path, "its path is as given");
	is_text(m->hash, "68136011b4b7477814c536578ea6aed8", "its hash is that of its bytes");
	model_close(m);
	setenv("INFEROMETER_DATA", folder, 1);
	is_int(model_open(&m, "default", &plain, NULL), 0, "the default is looked for in the user's data");
	ok(strcmp(m->name, "tiny") == 0 && strcmp(m->path, "default") == 0 && !m->hash[0],
	   "and found; a hash only where asked");
	model_close(m);
	unsetenv("INFEROMETER_DATA");
	unlink(path);
	is_int(model_open(&m, path, &plain, &d), ERR_IO, "a missing file does not");
	model_close(NULL);
	rmdir(models);
	rmdir(folder);
}

static void open_shared(const char *path, int code, const char *text)
{
	const char *top = getenv("top_srcdir");
	char full[PATH_MAX], all[800];
	struct model *m = NULL;
	struct diag d = {0};
	const struct model_options all_of_it = {.with_tokenizer = true, .with_hash = true};
	snprintf(full, sizeof full, "%s/../shared/data/%s", top ? top : ".", path);
	if (access(full, R_OK)) {
		skip("no ../shared/data");
		return;
	}
	int rc = model_open(&m, full, &all_of_it, &d);
	diag_format(&d, all, sizeof all);
	ok(rc == code && strstr(all, text), "%s: %s", path, rc ? all : "opens");
	model_close(rc ? NULL : m);
}

static void test_shared(void)
{
	static const char *const good[] = {
		"models/stories260K-gguf/stories260K-f32.gguf",
		"models/stories260K-gguf/stories260K-F16.gguf",
		"models/stories260K-gguf/stories260K-BF16.gguf",
		"models/stories260K-gguf/stories260K-Q8_0.gguf",
		"models/stories260K-gguf/stories260K-Q4_0.gguf",
		"models/stories260K-gguf/stories260K-Q6_K.gguf",
		"models/default/kjv-shakespeare-3.7m-f16.gguf",
		"families/llama/model-f32.gguf",
		"families/llama_shards/model-f32.gguf",
		"families/llama3/model-f32.gguf",
		"families/llama_bias/model-f32.gguf",
		"families/gpt2/model-f32.gguf",
		"families/wide256/wide256-F16.gguf",
		"families/wide256/wide256-Q8_0.gguf",
	};
	static const struct {
		const char *path, *text;
	} bad[] = {
		{"families/mixtral/model-f32.gguf", "key llama.expert_count: experts: not supported"},
		{"families/phi3/model-f32.gguf",
		 "unsupported architecture \"phi3\", this engine has llama and gpt2"},
		{"families/qwen2/model-f32.gguf", "unsupported architecture \"qwen2\""},
		{"families/bert/model-f32.gguf", "unsupported architecture \"bert\""},
		{"families/wide256/wide256-Q4_K.gguf", "unsupported type q4_k (12) in tensor"},
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		open_shared(good[i], 0, "");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		open_shared(bad[i].path, ERR_UNSUPPORTED, bad[i].text);
}

/* Is the page of an address in this process's memory? -1: the kernel does not tell. */
static int is_present(const void *p)
{
	uint64_t entry;
	FILE *f = fopen("/proc/self/pagemap", "re");
	long at = (long)((uintptr_t)p / (uintptr_t)sysconf(_SC_PAGESIZE) * sizeof entry);
	bool got = f && fseek(f, at, SEEK_SET) == 0 && fread(&entry, sizeof entry, 1, f) == 1;
	if (f)
		fclose(f);
	return got ? (int)(entry >> 63) : -1;
}

static void test_release(void)
{
	const char *top = getenv("top_srcdir");
	char path[PATH_MAX];
	struct diag d = {0};
	struct model *m;
	struct strbuf text = {0};
	snprintf(path, sizeof path, "%s/workloads/models/default.gguf", top ? top : ".");
	if (model_open(&m, path, &plain, &d) != 0)
		bail("the shipped model does not open");
	const struct tensor *t = model_tensor(m, "token_embd.weight");
	size_t n = (size_t)(t->rows * t->cols), middle = dtype_bytes(t->dtype, n) / 2;
	float *x = mem_alloc(n * sizeof *x), *again = mem_alloc(n * sizeof *again);
	tensor_read_rows(t, 0, t->rows, x);
	int there = is_present((const char *)t->data + middle);
	model_release_rows(m, t, 0, t->rows);
	int left = is_present((const char *)t->data + middle);
	if (there < 0)
		ok(1, "# SKIP the kernel does not tell which pages are there");
	else
		ok(there == 1 && left == 0, "the pages of released rows leave (%d, then %d)", there, left);
	tensor_read_rows(t, 0, t->rows, again);
	ok(same_bits(x, again, n * sizeof *x), "and come back as they were");
	ok(model_identity(m, &text), "a file is told from others");
	has_text(strbuf_text(&text), "inode ", "by what the file system says of it");
	strbuf_free(&text);
	free(x);
	free(again);
	model_close(m);
}

/* In memory of ours a page that leaves would come back as zeros. */
static void test_release_other(void)
{
	struct gguf_writer w = {0};
	void *bytes;
	struct diag d;
	struct strbuf text = {0}, same = {0};
	struct model *m;
	float x[64], again[64];
	writer_llama_keys(&w);
	writer_llama_tensors(&w, 0, true);
	m = model_of(&w, &bytes, &d);
	if (!m)
		bail("a tiny model does not open");
	const struct tensor *t = model_tensor(m, "output_norm.weight");
	tensor_read_rows(t, 0, 1, again);
	memcpy(x, again, sizeof x);
	model_release_rows(m, t, 0, 1);
	tensor_read_rows(t, 0, 1, again);
	ok(same_bits(x, again, sizeof x), "what is no file's stays");
	ok(!model_identity(m, &text), "and is not told from others");
	model_close(m);
	free(bytes);
	if (model_open(&m, "synthetic:llama-160m", &plain, &d) != 0)
		bail("a synthetic model does not open");
	model_release_rows(m, &m->tensors[0], 0, 1);
	ok(model_identity(m, &text), "a synthetic model is");
	model_close(m);
	if (model_open(&m, "synthetic:llama-160m", &(struct model_options){.with_hash = true}, &d) != 0)
		bail("a synthetic model does not open");
	strbuf_printf(&same, "recipe: %s\n", m->hash);
	is_text(strbuf_text(&text), strbuf_text(&same), "by its recipe");
	model_close(m);
	strbuf_free(&text);
	strbuf_free(&same);
}

int main(void)
{
	test_tiny(0, DTYPE_F32, true);
	test_tiny(0, DTYPE_F32, false);
	test_tiny(1, DTYPE_F16, false);
	test_tiny(8, DTYPE_Q8_0, true);
	test_defaults();
	test_names();
	test_missing();
	test_numbers();
	test_unsupported_keys();
	test_tensors();
	test_open();
	test_release();
	test_release_other();
	test_shared();
	return tap_done();
}
