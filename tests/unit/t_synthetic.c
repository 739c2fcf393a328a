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
	ok(n == 2 && !synthetic_shape_files[n].name, "and each file its name");
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
	ok(strlen(m->hash) == 32 && strcmp(m->hash, small->hash) != 0, "another hash");
	ok(!model_tensor(m, "output.weight") && model_tensor(m, "token_embd.weight"), "tied");
	model_close(m);
	model_close(small);
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
	const char *known = "there are llama-160m, llama-1b";
	expect_name("synthetic:llama-2b", ERR_USAGE, "no synthetic model \"llama-2b\"");
	expect_name("synthetic:llama-2b", ERR_USAGE, known);
	expect_name("synthetic:", ERR_USAGE, known);
	expect_name("synthetic:../../etc/passwd", ERR_USAGE, known);
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
	test_size("synthetic:llama-160m", "token_embd.weight", 0, 1);
	test_size("synthetic:llama-160m", "output.weight", 0, 3 / sqrt(768));
	test_size("synthetic:llama-160m", "blk.0.attn_q.weight", 0, 1 / sqrt(768));
	test_size("synthetic:llama-160m", "blk.11.ffn_down.weight", 0, 1 / sqrt(3072));
	test_size("synthetic:llama-1b", "token_embd.weight", 0, 3 / sqrt(2048));
	test_size("synthetic:llama-1b", "blk.3.ffn_norm.weight", 1, 0.125 / sqrt(3));
	test_rows();
	test_shapes();
	test_unknown();
	test_override();
	return tap_done();
}
