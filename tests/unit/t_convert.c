/* SPDX-License-Identifier: Apache-2.0 */
/* Conversions to a file: what stands in it, byte by byte, and what stands there when one fails. */
#include "config.h"

#include "engines/model/convert/convert.h"

#include <fcntl.h>
#include <sys/resource.h>

#include "engines/model/file/gguf.h"
#include "engines/model/file/out.h"
#include "tests/gguf_writer.h"
#include "tests/unit/temp_folder.h"

static const char *folder;

static char *place(const char *name)
{
	return mem_printf("%s/%s", folder, name);
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* ---- formulas of the formats, written anew: rounding by the machine's nearest-even mode and doubles ---- */

static float of_half(uint16_t h)
{
	double man = h & 1023, exp = h >> 10 & 31;
	double x = exp > 0 ? ldexp(1024 + man, (int)exp - 25) : ldexp(man, -24);
	return (float)(h >> 15 ? -x : x);
}

/* Of values of moderate size. */
static uint16_t to_half(float f)
{
	int exp;
	double x = fabs((double)f);
	if (x == 0)
		return signbit(f) ? 0x8000 : 0;
	(void)frexp(x, &exp); /* x in [2^(exp-1), 2^exp) */
	if (exp < -13)
		exp = -13;
	double n = nearbyint(ldexp(x, 11 - exp));
	unsigned bits = n >= 1024 ? (unsigned)n - 1024 + ((unsigned)(exp + 14) << 10) : (unsigned)n;
	return (uint16_t)(bits | (signbit(f) ? 0x8000u : 0));
}

static void q8_0_expected(const float *x, unsigned char *to)
{
	float most = 0;
	for (int i = 0; i < 32; i++)
		most = fmaxf(most, fabsf(x[i]));
	float d = most / 127, inverse = d != 0 ? 1 / d : 0;
	uint16_t scale = to_half(d);
	memcpy(to, &scale, 2);
	for (int i = 0; i < 32; i++) {
		float v = x[i] * inverse;
		to[2 + i] = (unsigned char)(signed char)(v < 0 ? -floorf(0.5f - v) : floorf(v + 0.5f));
	}
}

static void q4_0_expected(const float *x, unsigned char *to)
{
	float extreme = 0;
	for (int i = 0; i < 32; i++)
		if (fabsf(x[i]) > fabsf(extreme))
			extreme = x[i];
	float d = extreme / -8, inverse = d != 0 ? 1 / d : 0;
	uint16_t scale = to_half(d);
	memcpy(to, &scale, 2);
	memset(to + 2, 0, 16);
	for (int i = 0; i < 32; i++) {
		int q = (int)(x[i] * inverse + 8.5f);
		to[2 + i % 16] |= (unsigned char)((q > 15 ? 15 : q) << (i < 16 ? 0 : 4));
	}
}

/* n values as they stand in a file of that type (ggml's number). Owned by the caller. */
static unsigned char *expected(uint32_t type, const float *x, uint64_t n)
{
	unsigned char *out = mem_alloc(n * 4);
	for (uint64_t i = 0; i < n; i++) {
		uint16_t half = to_half(x[i]);
		uint32_t bits;
		memcpy(&bits, &x[i], 4);
		uint16_t upper = (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
		if (type == 0)
			memcpy(out + 4 * i, &x[i], 4);
		else if (type == 1)
			memcpy(out + 2 * i, &half, 2);
		else if (type == 30)
			memcpy(out + 2 * i, &upper, 2);
		else if (type == 8 && i % 32 == 0)
			q8_0_expected(x + i, out + i / 32 * 34);
		else if (type == 2 && i % 32 == 0)
			q4_0_expected(x + i, out + i / 32 * 18);
	}
	return out;
}

/* ---- a tiny model to each type ---- */

static void *tiny(uint32_t type, uint32_t alignment, size_t *n)
{
	struct gguf_writer w = {.alignment = alignment};
	const int32_t numbers[] = {-1, 2, 3};
	const int8_t flags[] = {1, 0};
	struct strbuf texts = {0};
	writer_llama_keys(&w);
	writer_string(&texts, "a");
	writer_string(&texts, "");
	writer_string(&texts, "\xff\n");
	writer_key_array(&w, "x.texts", GGUF_STRING, 3, texts.text, texts.len);
	writer_key_array(&w, "x.numbers", GGUF_INT32, 3, numbers, sizeof numbers);
	writer_key_array(&w, "x.flags", GGUF_BOOL, 2, flags, sizeof flags);
	writer_key_array(&w, "x.none", GGUF_FLOAT64, 0, NULL, 0);
	writer_key_u32(&w, "general.file_type", 99);
	writer_key_text(&w, "x.last \xe2\x82\xac", "");
	writer_llama_tensors(&w, type, false);
	/* Rows that are no multiple of 32; names that mean something or nothing. */
	writer_random(&w, "blk.1.odd.weight", 0, 3, 20);
	writer_random(&w, "blk.1.odd.bias", 0, 3, 32);
	writer_random(&w, "position_embd.weight", 0, 2, 32);
	writer_random(&w, "blk.10.late.weight", 0, 2, 32);
	writer_random(&w, "blk..weight", 0, 2, 32);
	strbuf_free(&texts);
	return writer_finish(&w, n);
}

static bool text_is(const struct gguf_string *s, const char *text)
{
	return s->n == strlen(text) && memcmp(s->text, text, s->n) == 0;
}

/* The type a tensor of the tiny model should have. */
static uint32_t type_wanted(const struct gguf_tensor *old, uint32_t asked)
{
	if (old->dims[1] == 1 || text_is(&old->name, "position_embd.weight") ||
	    text_is(&old->name, "blk.1.odd.bias"))
		return old->type;
	return (asked == 8 || asked == 2) && old->dims[0] % 32 != 0 ? 1 : asked;
}

static float *values_of(const struct gguf_tensor *t, uint64_t n)
{
	float *x = mem_alloc(n * sizeof *x);
	enum dtype from = t->type == 8 ? DTYPE_Q8_0 : t->type == 1 ? DTYPE_F16 : DTYPE_F32;
	dtype_to_f32(from, t->data, x, n);
	for (uint64_t i = 0; from == DTYPE_F16 && i < n; i++)
		if (x[i] != of_half(((const uint16_t *)t->data)[i]))
			bail("dtype_to_f32 is wrong");
	return x;
}

/* How many tensors differ from what they should be. */
static int tensors_differ(const struct gguf *old, const struct gguf *new, uint32_t asked)
{
	int n_bad = 0;
	for (int i = 0; i < gguf_n_tensors(old); i++) {
		const struct gguf_tensor *a = gguf_tensor_at(old, i), *b = NULL;
		char name[65] = "";
		memcpy(name, a->name.text, a->name.n);
		b = gguf_find_tensor(new, name);
		if (!b || b->type != type_wanted(a, asked) || memcmp(a->dims, b->dims, sizeof a->dims) != 0) {
			printf("# tensor %s has type %d\n", name, b ? (int)b->type : -1);
			n_bad++;
			continue;
		}
		uint64_t n = a->dims[0] * a->dims[1];
		float *x = values_of(a, n);
		/* What keeps its type is copied. */
		unsigned char *want = b->type == a->type ? NULL : expected(b->type, x, n);
		if (memcmp(b->data, want ? want : (const unsigned char *)a->data, b->bytes) != 0) {
			printf("# tensor %s differs\n", name);
			n_bad++;
		}
		free(want);
		free(x);
	}
	return n_bad;
}

/* Pairs of old that are not in new at their place. */
static int keys_differ(const struct gguf *old, const struct gguf *new)
{
	const struct gguf_value *a, *b;
	int n_bad = 0, at = 0;
	for (int i = 0; (a = gguf_value_at(old, i)); i++) {
		if (text_is(&a->key, "general.file_type"))
			continue;
		b = gguf_value_at(new, at++);
		size_t size = a->item == GGUF_STRING ? 0
						     : a->n * (a->item == GGUF_FLOAT64 ? 8
							       : a->item == GGUF_BOOL  ? 1
										       : 4);
		bool same = b && a->key.n == b->key.n && memcmp(a->key.text, b->key.text, a->key.n) == 0 &&
			    a->type == b->type && a->item == b->item && a->n == b->n &&
			    memcmp(a->data, b->data, size) == 0;
		const void *p = a->data, *q = b ? b->data : NULL;
		for (uint64_t j = 0; same && a->item == GGUF_STRING && j < a->n; j++) {
			struct gguf_string s = gguf_next_string(&p), t = gguf_next_string(&q);
			same = s.n == t.n && memcmp(s.text, t.text, s.n) == 0;
		}
		n_bad += !same;
	}
	return n_bad;
}

static void new_keys_are(const struct gguf *g, int64_t file_type)
{
	int64_t n = -1;
	int last = 0;
	while (gguf_value_at(g, last + 1))
		last++;
	ok(text_is(&gguf_value_at(g, last)->key, "general.file_type") &&
		   text_is(&gguf_value_at(g, last - 1)->key, "general.quantization_version"),
	   "the new keys are the last");
	is_int(gguf_get_int(g, "general.quantization_version", 0, 99, &n, NULL) == 0 ? n : -1, 2,
	       "version of blocks");
	is_int(gguf_get_int(g, "general.file_type", 0, 99, &n, NULL) == 0 ? n : -1, file_type, "file type");
}

static void order_is(const struct gguf *g)
{
	static const char *const first[] = {"blk..weight",	  "output.weight",
					    "output_norm.weight", "position_embd.weight",
					    "token_embd.weight",  "blk.0.attn_k.weight"};
	int n = gguf_n_tensors(g), good = 0;
	for (int i = 0; i < 6; i++)
		good += text_is(&gguf_tensor_at(g, i)->name, first[i]);
	is_int(good, 6, "outside of layers first");
	ok(text_is(&gguf_tensor_at(g, n - 1)->name, "blk.10.late.weight"), "layers by number");
}

static const struct {
	enum dtype precision;
	uint32_t tensor, file;
} types[] = {
	{DTYPE_F32, 0, 0}, {DTYPE_F16, 1, 1}, {DTYPE_BF16, 30, 32}, {DTYPE_Q8_0, 8, 7}, {DTYPE_Q4_0, 2, 2}};

static void conversion_is_right(const struct gguf *old, int i, uint32_t alignment)
{
	char *path = place("new.gguf");
	const struct convert_config c = {
		.precision = types[i].precision, .path = path, .n_threads = 1 + i % 3, .replace = true};
	struct convert_result r = {0};
	struct diag d = {0};
	struct gguf *new = NULL;
	size_t n = 0;
	is_int(convert_gguf(old, &c, &r, &d), 0, dtype_name(c.precision));
	if (gguf_open(&new, path, &d))
		bail(d.text);
	(void)gguf_bytes(new, &n);
	is_int((long long)r.n_bytes, (long long)n, "says how long it is");
	is_int((long long)(n % alignment), 0, "aligned to its end");
	is_int(r.n_tensors, gguf_n_tensors(old), "all tensors");
	is_int(tensors_differ(old, new, types[i].tensor), 0, "tensors are right");
	is_int(keys_differ(old, new), 0, "keys are as they were");
	new_keys_are(new, types[i].file);
	order_is(new);
	gguf_close(new);
	free(path);
}

static void test_types(void)
{
	static const uint32_t from[] = {0, 1, 8}, alignment[] = {32, 64, 8};
	for (int k = 0; k < 3; k++) {
		size_t n;
		void *bytes = tiny(from[k], k ? alignment[k] : 0, &n);
		struct gguf *g = NULL;
		if (gguf_open_memory(&g, bytes, n, "tiny", NULL))
			bail("the tiny model does not open");
		for (int i = 0; i < 5; i++)
			conversion_is_right(g, i, alignment[k]);
		gguf_close(g);
		free(bytes);
	}
}

/* ---- synthetic models ---- */

static void test_synthetic(void)
{
	const struct model_options bare = {0}, full = {.with_tokenizer = true};
	char *path = place("synthetic.gguf");
	const struct convert_config c = {.precision = DTYPE_Q4_0, .path = path, .n_threads = 2};
	struct convert_result r;
	struct diag d = {0};
	struct model *made = NULL, *read = NULL;
	if (model_open(&made, "synthetic:llama-160m", &bare, &d) || convert_model(made, &c, &r, &d))
		bail(d.text);
	if (model_open(&read, path, &full, &d))
		bail(d.text);
	ok(memcmp(&made->hp, &read->hp, sizeof made->hp) == 0, "the same hyperparameters");
	is_text(read->name, made->name, "the same name");
	is_int(read->n_params, made->n_params, "the same number of elements");
	ok(read->tokenizer != NULL, "a tokenizer");
	const struct tensor *a = model_tensor(made, "blk.3.ffn_down.weight"),
			    *b = model_tensor(read, a->name);
	float *x = mem_alloc((size_t)a->cols * sizeof *x);
	tensor_read_rows(a, a->rows - 1, 1, x);
	unsigned char *want = expected(2, x, (uint64_t)a->cols);
	size_t row = dtype_bytes(DTYPE_Q4_0, (size_t)a->cols);
	ok(memcmp((const char *)b->data + row * (size_t)(b->rows - 1), want, row) == 0,
	   "the last row of a matrix");
	free(want);
	free(x);
	model_close(made);
	model_close(read);
	unlink(path);
	free(path);
}

/* A vocabulary too small for all bytes still makes a file that opens. */
static void test_small_vocabulary(void)
{
	struct gguf *g = NULL;
	char *path = place("small.gguf");
	struct model m = {.name = "small", .arch = "llama", .hp = writer_shape};
	const struct convert_config c = {.precision = DTYPE_F16, .path = path, .n_threads = 1};
	struct convert_result r;
	const struct gguf_value *tokens;
	is_int(convert_model(&m, &c, &r, NULL), 0, "a model without tensors");
	if (gguf_open(&g, path, NULL))
		bail("it does not open");
	is_int(gguf_get_array(g, "tokenizer.ggml.tokens", GGUF_STRING, &tokens, NULL) ? 0
										      : (long long)tokens->n,
	       writer_shape.n_vocab, "as many tokens as there are");
	gguf_close(g);
	unlink(path);
	free(path);
}

/* ---- what fails ---- */

static int convert_fails(const struct gguf *g, const struct convert_config *c, const char *text)
{
	struct convert_result r;
	struct diag d = {0};
	int rc = convert_gguf(g, c, &r, &d);
	has_text(d.text, text, text);
	return rc;
}

static int stop(void *arg, uint64_t done, uint64_t all)
{
	(void)arg;
	return done > all / 2;
}

static void limit_files(rlim_t bytes)
{
	struct rlimit l;
	getrlimit(RLIMIT_FSIZE, &l);
	l.rlim_cur = bytes;
	setrlimit(RLIMIT_FSIZE, &l);
}

/* One with an unknown type. */
static void test_unknown_type(const struct convert_config *c)
{
	struct gguf_writer w = {0};
	static const char block[144];
	size_t n;
	writer_tensor(&w, "a.weight", 12, 1, 256, block, sizeof block);
	void *bytes = writer_finish(&w, &n);
	struct gguf *g = NULL;
	if (gguf_open_memory(&g, bytes, n, "odd", NULL))
		bail("a file does not open");
	is_int(convert_fails(g, c, "unsupported type q4_k (12) in tensor a.weight"), ERR_UNSUPPORTED,
	       "unsupported");
	gguf_close(g);
	free(bytes);
}

static void test_failures(void)
{
	size_t n;
	void *bytes = tiny(0, 0, &n);
	char *path = place("bad.gguf"), *inner = place("bad.gguf/x"), *rest = place("bad.gguf.tmp");
	struct gguf *g = NULL, *self = NULL;
	struct convert_config c = {.precision = DTYPE_Q8_0, .path = path, .n_threads = 2};
	struct convert_result r;
	struct diag d = {0};
	if (gguf_open_memory(&g, bytes, n, "tiny", NULL))
		bail("the tiny model does not open");
	c.progress = stop;
	is_int(convert_fails(g, &c, "cancelled"), ERR_CANCELLED, "cancelled on the way");
	c.progress = NULL;
	/* Nothing may be printed meanwhile: the limit holds for the test's log, too. */
	limit_files(1000);
	int rc = convert_gguf(g, &c, &r, &d);
	limit_files(RLIM_INFINITY);
	is_int(rc, ERR_IO, "no room");
	has_text(d.text, "the limit of this process is 1000", "and says so");
	c.precision = DTYPE_WI8AI8;
	is_int(convert_fails(g, &c, "no file has it"), ERR_UNSUPPORTED, "a precision of no file");
	c.precision = DTYPE_TF32;
	is_int(convert_fails(g, &c, "no file has it"), ERR_UNSUPPORTED, "nor this one");
	c.precision = DTYPE_Q8_0;
	test_unknown_type(&c);
	ok(!is_there(path) && !is_there(rest), "nothing is left of them");
	is_int(convert_gguf(g, &c, &r, NULL), 0, "converted");
	is_int(convert_fails(g, &c, "is there already"), ERR_IO, "not over a file that is there");
	c.replace = true;
	c.path = folder;
	is_int(convert_fails(g, &c, "is a folder"), ERR_IO, "not over a folder");
	c.path = inner;
	is_int(convert_fails(g, &c, "cannot be written"), ERR_IO, "not where there is no folder");
	c.path = "";
	is_int(convert_fails(g, &c, "no name"), ERR_USAGE, "not without a name");
	c.path = path;
	if (gguf_open(&self, path, NULL))
		bail("the new file does not open");
	is_int(convert_fails(self, &c, "is the model itself"), ERR_USAGE, "not over itself");
	c.progress = stop;
	is_int(convert_fails(g, &c, "cancelled"), ERR_CANCELLED, "cancelled over an old file");
	ok(is_there(path) && !is_there(rest), "which is still there");
	gguf_close(self);
	gguf_close(g);
	unlink(path);
	free(rest);
	free(inner);
	free(path);
	free(bytes);
}

int main(void)
{
	folder = temp_folder();
	test_types();
	test_synthetic();
	test_small_vocabulary();
	test_failures();
	return tap_done();
}
