/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Synthetic models: the same bits everywhere, weights of a sane size, and the
 * strict reader of shapes. A pinned number that changes means that stored measurements
 * no longer name the model they ran: raise the recipe's version instead.
 */
#include "config.h"

#include "engines/model/model.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engines/base/embed.h"
#include "engines/base/mem.h"
#include "engines/model/shape.h"
#include "engines/model/source.h"
#include "tests/tap.h"

extern const struct embedded synthetic_shape_files[];

static struct model *open_named(const char *path)
{
	const struct model_options all = {.with_tokenizer = true, .with_hash = true};
	struct model *m = NULL;
	struct diag d = {0};
	if (model_open(&m, path, &all, &d) != 0) {
		printf("# %s\n", d.text);
		bail("a synthetic model does not open");
	}
	return m;
}

static void rows_hash(const struct model *m, const char *name, int64_t row, int64_t n, char hex[33])
{
	const struct tensor *t = model_tensor(m, name);
	size_t n_bytes = (size_t)(n * t->cols) * sizeof(float);
	float *x = mem_alloc(n_bytes);
	tensor_read_rows(t, row, n, x);
	model_hash(hex, x, n_bytes);
	free(x);
}

static void test_names(void)
{
	int n = 0;
	for (const char *const *name = synthetic_names(); *name; name++, n++) {
		char file[100];
		snprintf(file, sizeof file, "workloads/models/%s.yaml", *name);
		is_text(synthetic_shape_files[n].name, file, "each name has its file");
	}
	ok(n == 6 && !synthetic_shape_files[n].name, "and each file its name");
}

static void test_small(void)
{
	struct model *m = open_named("synthetic:llama-160m");
	char hex[33];
	ok(strcmp(m->path, "synthetic:llama-160m") == 0 && strcmp(m->name, "llama-160m") == 0 &&
		   strcmp(m->arch, "llama") == 0,
	   "path, name and architecture");
	ok(!m->tokenizer && !m->tied && m->file_type == DTYPE_F32, "no tokenizer, untied, f32");
	ok(m->hp.n_layers == 12 && m->hp.n_embd == 768 && m->hp.n_heads == 12 && m->hp.n_kv_heads == 12 &&
		   m->hp.head_dim == 64 && m->hp.n_ff == 3072 && m->hp.n_vocab == 32000,
	   "llama-160m: its shape");
	ok(m->hp.n_context == 4096 && m->hp.n_rot == 64 && m->hp.norm_eps == 1e-5f &&
		   m->hp.rope_base == 10000 && m->hp.rope_scale == 1,
	   "context, norm and rotation");
	is_int(m->n_tensors, 3 + 12 * 9, "tensors");
	is_int(m->n_params, 162417408, "parameters");
	is_text(m->hash, "889e1f3acb26f7621fbce8e234a4db68", "the hash of the recipe");
	rows_hash(m, "token_embd.weight", 31999, 1, hex);
	is_text(hex, "ff9d19218b72314df86c826834c9cf46", "the last row of the embedding");
	rows_hash(m, "blk.7.ffn_down.weight", 100, 3, hex);
	is_text(hex, "935c419e1176dadebde2fcc3e9ba7019", "three rows of a matrix");
	rows_hash(m, "output_norm.weight", 0, 1, hex);
	is_text(hex, "fe4bdd08fda58d840f8ac19ff7a737da", "norm weights");
	model_close(m);
}

static void test_large(void)
{
	struct model *m = open_named("synthetic:llama-1b");
	struct model *small = open_named("synthetic:llama-160m");
	ok(m->tied && m->hp.n_layers == 16 && m->hp.n_embd == 2048 && m->hp.n_heads == 32 &&
		   m->hp.n_kv_heads == 8 && m->hp.head_dim == 64 && m->hp.n_ff == 8192 &&
		   m->hp.n_vocab == 32000,
	   "llama-1b: its shape");
	is_int(m->n_params, 1038682112, "parameters");
	is_text(m->hash, "93fdbf385582bf77eaabe6cb575dcd80", "the hash of the recipe");
	ok(!model_tensor(m, "output.weight") && model_tensor(m, "token_embd.weight"), "tied");
	model_close(m);
	model_close(small);
}

/* Sizes as their makers publish them. */
static void test_shipped(void)
{
	static const struct {
		const char *path, *arch;
		int64_t n_params;
		int n_vocab, n_context;
		bool tied;
		const char *hash;
	} list[] = {
		{"synthetic:gpt2-124m", "gpt2", 124439808, 50257, 1024, true,
		 "2f0728408a9066b3919fb7af69b4f8d0"},
		{"synthetic:smollm2-135m", "llama", 134515008, 49152, 8192, true,
		 "7f121a6a647e8abe28b3d356ab68c2b7"},
		{"synthetic:tinyllama-1.1b", "llama", 1100048384, 32000, 2048, false,
		 "3e0ee7936cd6afaa8a85896673ae73b7"},
		{"synthetic:llama-3-8b", "llama", 8030261248, 128256, 8192, false,
		 "c105481d28922bb63050051886cfc3de"},
	};
	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		struct model *m = open_named(list[i].path);
		is_int(m->n_params, list[i].n_params, list[i].path);
		is_text(m->arch, list[i].arch, "architecture");
		is_text(m->hash, list[i].hash, "the hash of the recipe");
		ok(m->hp.n_vocab == list[i].n_vocab && m->hp.n_context == list[i].n_context &&
			   m->tied == list[i].tied,
		   "vocabulary and context");
		model_close(m);
	}
	struct model *m = open_named("synthetic:gpt2-124m");
	ok(m->hp.n_rot == 0 && m->hp.rope_scale == 1 && m->n_tensors == 4 + 12 * 12 &&
		   model_tensor(m, "position_embd.weight")->rows == 1024 &&
		   model_tensor(m, "blk.11.attn_qkv.bias")->cols == 2304,
	   "a gpt2 has positions and biases");
	model_close(m);
}

/* Mean, deviation, and largest distance from the mean of n rows. */
static void test_size(const char *model, const char *name, double mean, double deviation)
{
	struct model *m = open_named(model);
	const struct tensor *t = model_tensor(m, name);
	int64_t rows = t->rows < 200 ? t->rows : 200, n = rows * t->cols;
	float *x = mem_alloc((size_t)n * sizeof *x);
	double sum = 0, squares = 0, most = 0, neighbours = 0;
	tensor_read_rows(t, t->rows - rows, rows, x);
	for (int64_t i = 0; i < n; i++) {
		sum += x[i] - mean;
		squares += (x[i] - mean) * (x[i] - mean);
		most = fmax(most, fabs(x[i] - mean));
		neighbours += i ? (x[i] - mean) * (x[i - 1] - mean) : 0;
	}
	/* Four standard errors of n uniform numbers. */
	double bound = 4 / sqrt((double)n);
	is_near(sum / (double)n / deviation, 0, bound, name);
	is_near(sqrt(squares / (double)n) / deviation, 1, bound, "deviation");
	is_near(neighbours / squares, 0, bound, "neighbours have nothing to do with each other");
	ok(most <= deviation * 1.7321 && most > deviation * 1.7, "uniform (%g of %g)", most, deviation);
	free(x);
	model_close(m);
}

static bool same_bits(const void *a, const void *b, size_t n)
{
	return memcmp(a, b, n) == 0;
}

static void test_rows(void)
{
	struct tensor t = {.dtype = DTYPE_F32, .rows = 5, .cols = 259, .seed = 3, .scale = 2, .mean = 1};
	float all[5 * 259], one[259 + 1], largest = 0;
	int wrong = 0;
	tensor_read_rows(&t, 0, 5, all);
	for (int r = 4; r >= 0; r--) {
		one[259] = 77;
		tensor_read_rows(&t, r, 1, one);
		wrong += !same_bits(one, all + r * 259, sizeof *one * 259) || one[259] != 77;
	}
	is_int(wrong, 0, "rows of an odd length, one by one or all at once");
	for (int i = 0; i < 5 * 259; i++)
		largest = fmaxf(largest, fabsf(all[i] - 1));
	ok(largest <= 2 && largest > 1.9f, "scale and mean");
	t.cols = 3;
	tensor_read_rows(&t, 4, 1, one);
	tensor_read_rows(&t, 3, 2, all);
	ok(same_bits(one, all + 3, 3 * sizeof *one), "short rows");
}

/* ---- shapes ---- */

static const char good_shape[] = "# a comment\n"
				 "\n"
				 "block_count: 2 # another\n"
				 "embedding_length:  64\n"
				 "attention.head_count: 4\n"
				 "attention.head_count_kv: 2\n"
				 "attention.key_length: 16\n"
				 "feed_forward_length: 96\n"
				 "vocab_size: 40\n"
				 "context_length: 128\n"
				 "rope.dimension_count: 16\n"
				 "rope.freq_base: 1e4\n"
				 "attention.layer_norm_rms_epsilon: 1e-5\n"
				 "tied: true";

/* good_shape with one piece of text put in the place of another. */
static char *changed(const char *from, const char *to)
{
	const char *at = strstr(good_shape, from);
	return mem_printf("%.*s%s%s", (int)(at - good_shape), good_shape, to, at + strlen(from));
}

static void expect_shape(const char *from, const char *to, const char *text)
{
	char *shape = changed(from, to), all[800];
	struct shape s;
	struct diag d = {0};
	int rc = shape_parse(&s, shape, "m.yaml", &d);
	ok(rc == ERR_FORMAT || rc == ERR_UNSUPPORTED, "refused: %s", text);
	has_text(diag_format(&d, all, sizeof all), text, "and says so");
	free(shape);
}

static void test_shapes(void)
{
	struct shape s = {0};
	is_int(shape_parse(&s, good_shape, "m.yaml", NULL), 0, "a shape");
	ok(s.tied && s.hp.n_layers == 2 && s.hp.head_dim == 16 && s.hp.rope_base == 10000 &&
		   s.hp.norm_eps == 1e-5f && s.hp.rope_scale == 1,
	   "is read");
	expect_shape("vocab_size: 40\n", "", "m.yaml: key vocab_size is missing");
	expect_shape("tied: true", "", "m.yaml: key tied is missing");
	expect_shape("tied: true", "tied: yes", "m.yaml:14: key tied: \"yes\", expected true or false");
	expect_shape("vocab_size: 40", "vocab_size: 40\nvocab_size: 40",
		     "m.yaml:10: a second value of key vocab_size");
	expect_shape("vocab_size", "vocabulary",
		     "m.yaml:9: unknown key vocabulary, expected one of block_count");
	expect_shape("vocab_size: 40", "vocab_size: 0",
		     "m.yaml:9: key vocab_size: \"0\", expected a whole number from 1 to 16777216");
	expect_shape("vocab_size: 40", "vocab_size: 40k", "expected a whole number");
	expect_shape("vocab_size: 40", "vocab_size: 99999999999999999999", "expected a whole number");
	expect_shape("vocab_size: 40", "vocab_size: 40 50",
		     "m.yaml:9: \"vocab_size: 40 50\", expected `key: value`");
	expect_shape("vocab_size: 40", "vocab_size", "expected `key: value`");
	expect_shape("vocab_size: 40", "vocab_size:", "expected `key: value`");
	expect_shape("vocab_size: 40", "vocab_size:40", "expected `key: value`");
	expect_shape("vocab_size: 40", "  vocab_size: 40", "expected `key: value`");
	expect_shape("vocab_size: 40", ": 40", "expected `key: value`");
	expect_shape("1e4", "-1e4", "m.yaml:12: key rope.freq_base: \"-1e4\", expected a positive number");
	expect_shape("1e4", "nan", "expected a positive number");
	expect_shape("1e4", "1e300", "expected a positive number");
	expect_shape("block_count: 2", "block_count: 5000", "expected a whole number from 1 to 4096");
	expect_shape("head_count_kv: 2", "head_count_kv: 3", "is 3, expected a divisor of the 4 heads");
	expect_shape("dimension_count: 16", "dimension_count: 18", "expected an even number up to 16");
	expect_shape("vocab_size: 40\n", "vocab_size: 16000000\nfeed_forward_length: 96\n", "a second value");
}

static void test_architecture(void)
{
	static const char gpt2[] = "block_count: 2\nembedding_length: 64\nattention.head_count: 4\n"
				   "attention.head_count_kv: 4\nattention.key_length: 16\n"
				   "feed_forward_length: 96\nvocab_size: 40\ncontext_length: 128\n"
				   "attention.layer_norm_epsilon: 1e-5\ntied: true\narchitecture: gpt2\n";
	struct shape s = {0};
	is_int(shape_parse(&s, gpt2, "m.yaml", NULL), 0, "the architecture may stand anywhere");
	ok(s.hp.n_rot == 0 && s.hp.norm_eps == 1e-5f && s.hp.n_context == 128, "a gpt2 is read");
	expect_shape("# a comment\n", "architecture: gpt2\n",
		     "m.yaml:11: unknown key rope.dimension_count, expected one of block_count");
	expect_shape("# a comment\n", "architecture: bert\n",
		     "m.yaml:1: key architecture: \"bert\", expected llama and gpt2");
	expect_shape("# a comment\n", "architecture: llama\narchitecture: llama\n",
		     "m.yaml:2: a second value of key architecture");
}

static void expect_name(const char *path, int code, const char *text)
{
	const struct model_options plain = {0};
	struct model *m = NULL;
	struct diag d = {0};
	char all[800];
	is_int(model_open(&m, path, &plain, &d), code, path);
	has_text(diag_format(&d, all, sizeof all), text, "and says so");
}

static void test_unknown(void)
{
	const char *known = "there are llama-160m, llama-1b, gpt2-124m";
	expect_name("synthetic:llama-2b", ERR_USAGE, "no synthetic model \"llama-2b\"");
	expect_name("synthetic:llama-2b", ERR_USAGE, known);
	expect_name("synthetic:", ERR_USAGE, known);
	expect_name("synthetic:../../etc/passwd", ERR_USAGE, known);
	expect_name("synthetic:.hidden", ERR_USAGE, known);
	expect_name("synthetic:llama-2b?layers=4", ERR_USAGE, "no synthetic model \"llama-2b\"");
}

/* What an override makes of a model: its name and a few numbers. */
static void expect_made(const char *path, const char *name, int layers, int heads, int kv_heads, int head_dim,
			int vocab)
{
	struct model *m = open_named(path);
	is_text(m->name, name, path);
	ok(m->hp.n_layers == layers && m->hp.n_heads == heads && m->hp.n_kv_heads == kv_heads &&
		   m->hp.head_dim == head_dim && m->hp.n_vocab == vocab,
	   "and its shape");
	ok(m->hp.n_rot == (strcmp(m->arch, "gpt2") == 0 ? 0 : m->hp.head_dim), "rotation follows the heads");
	model_close(m);
}

static void test_overrides(void)
{
	expect_made("synthetic:llama-1b?layers=4", "llama-1b?layers=4", 4, 32, 8, 64, 32000);
	expect_made("synthetic:llama-1b?vocab=1000&layers=4", "llama-1b?layers=4&vocab=1000", 4, 32, 8, 64,
		    1000);
	expect_made("synthetic:llama-1b?layers=16&tied=true", "llama-1b", 16, 32, 8, 64, 32000);
	expect_made("synthetic:llama-1b?embd=256&heads=8&ff=128&context=64&tied=false",
		    "llama-1b?embd=256&heads=8&ff=128&context=64&tied=false", 16, 8, 8, 32, 32000);
	expect_made("synthetic:llama-1b?heads=4&kv_heads=2&head_dim=10",
		    "llama-1b?heads=4&kv_heads=2&head_dim=10", 16, 4, 2, 10, 32000);
	expect_made("synthetic:gpt2-124m?heads=6&layers=1", "gpt2-124m?layers=1&heads=6", 1, 6, 6, 128,
		    50257);
	struct model *a = open_named("synthetic:llama-1b?vocab=1000&layers=4");
	struct model *b = open_named("synthetic:llama-1b?layers=4&vocab=1000");
	struct model *c = open_named("synthetic:llama-1b?layers=4"), *d = open_named("synthetic:llama-1b");
	struct model *e = open_named("synthetic:llama-1b?layers=16");
	ok(strcmp(a->hash, b->hash) == 0 && strcmp(a->hash, c->hash) != 0 && strcmp(c->hash, d->hash) != 0 &&
		   strcmp(d->hash, e->hash) == 0,
	   "the hash is that of the shape, in whatever order it was asked for");
	is_text(a->path, "synthetic:llama-1b?vocab=1000&layers=4", "the path is as given");
	model_close(a);
	model_close(b);
	model_close(c);
	model_close(d);
	model_close(e);
}

static void test_bad_overrides(void)
{
	const char *known =
		"expected one of layers, embd, heads, kv_heads, head_dim, ff, vocab, context, tied";
	expect_name("synthetic:llama-1b?depth=4", ERR_USAGE,
		    "synthetic model llama-1b has no override \"depth\"");
	expect_name("synthetic:llama-1b?depth=4", ERR_USAGE, known);
	expect_name("synthetic:llama-1b?block_count=4", ERR_USAGE, known);
	expect_name("synthetic:llama-1b?layers=4&layers=4", ERR_USAGE, "a second value of override layers");
	expect_name("synthetic:llama-1b?tied=true&tied=true", ERR_USAGE, "a second value of override tied");
	expect_name("synthetic:llama-1b?layers=0", ERR_USAGE,
		    "override layers is \"0\", expected a whole number from 1 to 4096");
	expect_name("synthetic:llama-1b?layers=4k", ERR_USAGE, "expected a whole number from 1 to 4096");
	expect_name("synthetic:llama-1b?layers=+4", ERR_USAGE, "expected a whole number from 1 to 4096");
	expect_name("synthetic:llama-1b?layers=99999999999999999999", ERR_USAGE, "expected a whole number");
	expect_name("synthetic:llama-1b?tied=1", ERR_USAGE, "override tied is \"1\", expected true or false");
	static const char *const malformed[] = {"",	     "layers",	  "layers=",	"=4",
						"layers=4&", "&layers=4", "layers=4=4", "layers=4&&ff=8"};
	for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
		char *path = mem_printf("synthetic:llama-1b?%s", malformed[i]);
		expect_name(path, ERR_USAGE, "expected NAME=VALUE");
		free(path);
	}
	expect_name("synthetic:llama-1b?heads=7&kv_heads=7", ERR_USAGE,
		    "7 heads do not divide a width of 2048 into at most 1024 elements");
	expect_name("synthetic:llama-1b?kv_heads=3", ERR_FORMAT, "is 3, expected a divisor of the 32 heads");
	expect_name("synthetic:llama-1b?ff=16777216", ERR_UNSUPPORTED, "ffn_gate and ffn_up are 33554432");
}

static void test_override(void)
{
	char folder[] = "/tmp/t_syntheticXXXXXX", models[64], path[96];
	if (!mkdtemp(folder))
		bail("no temporary folder");
	snprintf(models, sizeof models, "%s/models", folder);
	snprintf(path, sizeof path, "%s/mine.yaml", models);
	FILE *f = mkdir(models, 0700) ? NULL : fopen(path, "w");
	if (!f || fputs(good_shape, f) < 0 || fclose(f))
		bail("no temporary file");
	setenv("INFEROMETER_DATA", folder, 1);
	struct model *m = open_named("synthetic:mine");
	ok(m->hp.n_vocab == 40 && m->n_tensors == 20, "a user's own shape");
	model_close(m);
	m = open_named("synthetic:llama-160m");
	ok(m->hp.n_vocab == 32000, "beside the built-in ones");
	model_close(m);
	f = fopen(path, "w");
	if (!f || fputs("tied: maybe\n", f) < 0 || fclose(f))
		bail("no temporary file");
	expect_name("synthetic:mine", ERR_FORMAT, "workloads/models/mine.yaml:1: key tied: \"maybe\"");
	unsetenv("INFEROMETER_DATA");
	unlink(path);
	rmdir(models);
	rmdir(folder);
}

int main(void)
{
	test_names();
	test_small();
	test_large();
	test_shipped();
	test_size("synthetic:llama-160m", "token_embd.weight", 0, 1);
	test_size("synthetic:llama-160m", "output.weight", 0, 3 / sqrt(768));
	test_size("synthetic:llama-160m", "blk.0.attn_q.weight", 0, 1 / sqrt(768));
	test_size("synthetic:llama-160m", "blk.11.ffn_down.weight", 0, 1 / sqrt(3072));
	test_size("synthetic:llama-1b", "token_embd.weight", 0, 3 / sqrt(2048));
	test_size("synthetic:llama-1b", "blk.3.ffn_norm.weight", 1, 0.125 / sqrt(3));
	test_rows();
	test_shapes();
	test_architecture();
	test_unknown();
	test_overrides();
	test_bad_overrides();
	test_override();
	return tap_done();
}
