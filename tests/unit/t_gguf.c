/* SPDX-License-Identifier: Apache-2.0 */
/* GGUF files: what good ones hold, and the line that each kind of broken one gives. */
#include "config.h"

#include "engines/model/file/gguf.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/gguf_writer.h"
#include "tests/tap.h"

static bool same_bits(const void *a, const void *b, size_t n)
{
	return memcmp(a, b, n) == 0;
}

static bool text_is(struct gguf_string s, const char *want)
{
	return s.n == strlen(want) && memcmp(s.text, want, s.n) == 0;
}

/* The bytes do not open, and the message holds the text. */
static void expect_bytes(const void *bytes, size_t n, const char *text)
{
	struct gguf *g = NULL;
	struct diag d = {0};
	char all[800];
	int rc = gguf_open_memory(&g, bytes, n, "model.gguf", &d);
	ok(rc == ERR_FORMAT && d.code == ERR_FORMAT && !g, "refused: %s", text);
	has_text(diag_format(&d, all, sizeof all), text, "and says so");
	gguf_close(g);
}

static void expect(struct gguf_writer *w, const char *text)
{
	size_t n;
	void *bytes = writer_finish(w, &n);
	expect_bytes(bytes, n, text);
	free(bytes);
}

/* ---- good files ---- */

static void write_values(struct gguf_writer *w)
{
	const uint8_t u8 = 200;
	const int8_t i8 = -3;
	const uint16_t u16 = 60000;
	const int16_t i16 = -30000;
	const int32_t i32 = -2000000000;
	const uint64_t u64 = UINT64_MAX;
	const int64_t i64 = INT64_MIN;
	const double f64 = 0.1;
	const float reals[] = {1.5f, -2.5f};
	struct strbuf strings = {0};
	writer_pair(w, "u8", GGUF_UINT8, &u8, sizeof u8);
	writer_pair(w, "i8", GGUF_INT8, &i8, sizeof i8);
	writer_pair(w, "u16", GGUF_UINT16, &u16, sizeof u16);
	writer_pair(w, "i16", GGUF_INT16, &i16, sizeof i16);
	writer_key_u32(w, "u32", 4000000000u);
	writer_pair(w, "i32", GGUF_INT32, &i32, sizeof i32);
	writer_pair(w, "u64", GGUF_UINT64, &u64, sizeof u64);
	writer_pair(w, "i64", GGUF_INT64, &i64, sizeof i64);
	writer_key_f32(w, "f32", 0.25f);
	writer_pair(w, "f64", GGUF_FLOAT64, &f64, sizeof f64);
	writer_key_bool(w, "yes", 1);
	writer_key_text(w, "text", "a text");
	writer_key_text(w, "empty", "");
	writer_key_array(w, "reals", GGUF_FLOAT32, 2, reals, sizeof reals);
	writer_string(&strings, "one");
	writer_string(&strings, "");
	writer_string(&strings, "three");
	writer_key_array(w, "strings", GGUF_STRING, 3, strings.text, strings.len);
	writer_key_array(w, "none", GGUF_UINT32, 0, "", 0);
	writer_key_f32(w, "infinite", INFINITY);
	strbuf_free(&strings);
}

static void test_numbers(const struct gguf *g)
{
	static const struct {
		const char *key;
		int64_t value;
	} whole[] = {
		{"u8", 200},	       {"i8", -3},	     {"u16", 60000},	 {"i16", -30000},
		{"u32", 4000000000LL}, {"i32", -2000000000}, {"u64", INT64_MAX}, {"i64", INT64_MIN},
	};
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
		int64_t n = 1;
		int rc = gguf_get_int(g, whole[i].key, INT64_MIN, INT64_MAX, &n, NULL);
		ok(rc == 0 && n == whole[i].value, "%s is %lld", whole[i].key, (long long)whole[i].value);
	}
	double x = 0;
	ok(gguf_get_real(g, "f32", &x, NULL) == 0 && x == 0.25, "a float32");
	ok(gguf_get_real(g, "f64", &x, NULL) == 0 && x == 0.1, "a float64");
	ok(gguf_get_real(g, "i8", &x, NULL) == 0 && x == -3, "a whole number is a number");
}

static void test_texts(const struct gguf *g)
{
	const struct gguf_value *v;
	struct gguf_string s;
	bool yes = false;
	ok(gguf_get_bool(g, "yes", &yes, NULL) == 0 && yes, "a bool");
	ok(gguf_get_string(g, "text", &s, NULL) == 0 && text_is(s, "a text"), "a string");
	ok(gguf_get_string(g, "empty", &s, NULL) == 0 && s.n == 0, "an empty string");
	ok(gguf_get_array(g, "reals", GGUF_FLOAT32, &v, NULL) == 0 && v->n == 2 &&
		   gguf_array_real(v, 0) == 1.5 && gguf_array_real(v, 1) == -2.5,
	   "an array of numbers");
	ok(gguf_get_array(g, "none", GGUF_UINT32, &v, NULL) == 0 && v->n == 0, "an empty array");
	is_int(gguf_get_array(g, "strings", GGUF_STRING, &v, NULL), 0, "an array of strings");
	const void *at = v->data;
	ok(text_is(gguf_next_string(&at), "one") && text_is(gguf_next_string(&at), "") &&
		   text_is(gguf_next_string(&at), "three"),
	   "one string after the other");
}

static void refused(int rc, const struct diag *d, const char *text)
{
	ok(rc == ERR_FORMAT, "refused: %s", text);
	has_text(d->text, text, "and says so");
}

static void test_getters(const struct gguf *g)
{
	int64_t n = 5;
	double x = 5;
	bool b = true;
	struct gguf_string s = {0};
	const struct gguf_value *v = NULL;
	struct diag d = {0};
	refused(gguf_get_int(g, "absent", 0, 1, &n, &d), &d,
		"key absent is missing, expected a whole number");
	diag_clear(&d);
	/* The first value: behind the header, the key and its type. */
	refused(gguf_get_int(g, "u8", 1, 100, &n, &d), &d, "byte 38: key u8 is 200, expected 1 to 100");
	diag_clear(&d);
	refused(gguf_get_int(g, "f32", 0, 1, &n, &d), &d, "key f32 is float32, expected a whole number");
	diag_clear(&d);
	refused(gguf_get_real(g, "text", &x, &d), &d, "key text is a string, expected a number");
	diag_clear(&d);
	refused(gguf_get_real(g, "infinite", &x, &d), &d, "key infinite is inf, expected a finite number");
	diag_clear(&d);
	refused(gguf_get_bool(g, "u8", &b, &d), &d, "key u8 is uint8, expected a bool");
	diag_clear(&d);
	refused(gguf_get_string(g, "strings", &s, &d), &d, "key strings is an array, expected a string");
	diag_clear(&d);
	refused(gguf_get_array(g, "text", GGUF_STRING, &v, &d), &d,
		"key text is a string, expected an array");
	diag_clear(&d);
	refused(gguf_get_array(g, "reals", GGUF_STRING, &v, &d), &d,
		"key reals is an array of type float32, expected type a string");
	ok(n == 5 && x == 5 && b && !s.text && !v, "results are untouched");
}

static void test_good(uint32_t version, uint32_t alignment)
{
	const float data[] = {1, 2, 3, 4, 5, 6};
	const uint64_t dims[] = {256, 2};
	struct gguf_writer w = {.version = version, .alignment = alignment};
	struct gguf *g = NULL;
	struct diag d = {0};
	size_t n, n_bytes;
	write_values(&w);
	writer_tensor(&w, "b", 0, 2, 3, data, sizeof data);
	writer_tensor(&w, "a", 1, 1, 3, data, 6);
	writer_info(&w, "future", 2, dims, 200, 0);
	void *bytes = writer_finish(&w, &n);
	if (gguf_open_memory(&g, bytes, n, "model.gguf", &d) != 0) {
		printf("# %s\n", d.text);
		bail("a good file does not open");
	}
	ok(gguf_bytes(g, &n_bytes) == bytes && n_bytes == n, "version %u: all bytes are there", version);
	is_text(gguf_path(g), "model.gguf", "and the name");
	test_numbers(g);
	test_texts(g);
	test_getters(g);
	is_int(gguf_n_tensors(g), 3, "three tensors");
	const struct gguf_tensor *t = gguf_tensor_at(g, 0);
	ok(text_is(t->name, "b") && t->n_dims == 2 && t->dims[0] == 3 && t->dims[1] == 2 && t->dims[2] == 1 &&
		   t->bytes == sizeof data && same_bits(t->data, data, sizeof data),
	   "the first one's shape and data");
	ok(gguf_find_tensor(g, "a") == gguf_tensor_at(g, 1) && gguf_tensor_at(g, 1)->bytes == 6 &&
		   same_bits(gguf_tensor_at(g, 1)->data, data, 6),
	   "tensors are found by name");
	ok(!gguf_find_tensor(g, "c") && !gguf_find_tensor(g, ""), "others are not");
	t = gguf_tensor_at(g, 2);
	ok(t->type == 200 && !t->data && t->bytes == 0, "a type from the future has no data");
	ok(gguf_value_at(g, 0) == gguf_find(g, "u8") && !gguf_value_at(g, -1) && !gguf_value_at(g, 1000),
	   "pairs by number");
	gguf_close(g);
	free(bytes);
}

static void test_types(void)
{
	is_text(gguf_tensor_type_name(0), "f32", "type 0");
	is_text(gguf_tensor_type_name(12), "q4_k", "type 12");
	is_text(gguf_tensor_type_name(30), "bf16", "type 30");
	ok(!gguf_tensor_type_name(4) && !gguf_tensor_type_name(31) && !gguf_tensor_type_name(UINT32_MAX),
	   "numbers without a type have no name");
}

/* ---- broken headers and metadata ---- */

static void test_header(void)
{
	uint8_t bytes[64] = "GGUF\3";
	const uint64_t million = 1000000;
	const uint32_t three = 3, big = 3u << 24;
	expect_bytes(NULL, 0, "model.gguf: byte 0: the file is empty");
	expect_bytes("GGU", 3, "byte 0: not a GGUF file");
	expect_bytes("PK\3\4 and so on", 14, "byte 0: not a GGUF file: expected \"GGUF\"");
	expect_bytes(bytes, 6, "byte 4: the file ends in the version: expected 4 bytes, 2 are left");
	expect_bytes(bytes, 12, "byte 8: the file ends in the number of tensors");
	expect_bytes(bytes, 20, "byte 16: the file ends in the number of keys");
	bytes[4] = 1;
	expect_bytes(bytes, sizeof bytes, "byte 4: GGUF version 1, expected 2 or 3");
	bytes[4] = 4;
	expect_bytes(bytes, sizeof bytes, "byte 4: GGUF version 4, expected 2 or 3");
	memcpy(bytes + 4, &big, sizeof big);
	expect_bytes(bytes, sizeof bytes, "byte 4: a big-endian file");
	memcpy(bytes + 4, &three, sizeof three);
	memcpy(bytes + 8, &million, sizeof million);
	expect_bytes(bytes, sizeof bytes, "byte 24: 1000000 tensors cannot fit into the 40 bytes left");
	memcpy(bytes + 16, &million, sizeof million);
	expect_bytes(bytes, sizeof bytes, "byte 24: 1000000 keys cannot fit into the 40 bytes left");
	memset(bytes + 8, 0xff, 16);
	expect_bytes(bytes, sizeof bytes, "18446744073709551615 keys cannot fit");
}

static void test_limits(void)
{
	size_t n = (size_t)3 << 20;
	uint8_t *bytes = mem_alloc(n);
	uint64_t many = 65537;
	snprintf((char *)bytes, n, "GGUF\3");
	memcpy(bytes + 8, &many, sizeof many);
	expect_bytes(bytes, n, "byte 24: 65537 tensors, expected at most 65536");
	memcpy(bytes + 16, &many, sizeof many);
	expect_bytes(bytes, n, "byte 24: 65537 keys, expected at most 65536");
	free(bytes);
}

/* One pair whose value is the n bytes given. */
static void expect_pair(const char *key, uint32_t type, const void *value, size_t n, const char *text)
{
	struct gguf_writer w = {0};
	writer_pair(&w, key, type, value, n);
	expect(&w, text);
}

static void expect_array(uint32_t item, uint64_t n, const void *items, size_t n_bytes, const char *text)
{
	struct gguf_writer w = {0};
	writer_key_array(&w, "k", item, n, items, n_bytes);
	expect(&w, text);
}

static void test_metadata(void)
{
	struct gguf_writer w = {0};
	struct strbuf s = {0};
	char *key = mem_alloc(65537);
	expect_pair("", GGUF_UINT8, "abcdef", 6, "byte 24: a key of 0 bytes, expected 1 to 65535");
	memset(key, 'k', 65536);
	expect_pair(key, GGUF_UINT8, "", 1, "byte 24: a key of 65536 bytes, expected 1 to 65535");
	free(key);
	expect_pair("k", GGUF_TYPE_COUNT, "abc", 3, "byte 33: unknown type 13 of a value, expected 0 to 12");
	expect_pair("k", GGUF_BOOL, "\2", 1, "byte 37: a bool of 2, expected 0 or 1");
	writer_u64(&s, 1000);
	expect_pair("k", GGUF_STRING, s.text, s.len,
		    "byte 37: a string of 1000 bytes cannot fit into the 19 bytes left");
	strbuf_reset(&s);
	writer_string(&s, "good");
	writer_u64(&s, UINT64_MAX);
	expect_array(GGUF_STRING, 2, s.text, s.len, "byte 61: a string of 18446744073709551615 bytes cannot");
	expect_array(GGUF_ARRAY, 1, "abc", 3, "byte 37: an array of arrays, expected one of values");
	expect_array(77, 1, "abc", 3, "byte 37: unknown type 77 of an array");
	expect_array(GGUF_UINT32, 1000, "abc", 3, "byte 41: 1000 values of type uint32 cannot fit into the");
	expect_array(GGUF_UINT64, (uint64_t)1 << 61, "abc", 3, "values of type uint64 cannot fit into the");
	expect_array(GGUF_STRING, 20, "abcdefgh", 8, "byte 41: 20 values of type a string cannot fit");
	expect_array(GGUF_BOOL, 3, "\1\0\3", 3, "byte 51: a bool of 3");
	writer_key_u32(&w, "b", 1);
	writer_key_u32(&w, "a", 1);
	writer_key_u32(&w, "b", 2);
	expect(&w, "byte 71: a second value of key b, expected one");
	strbuf_free(&s);
}

/* ---- broken tensors ---- */

static void expect_tensor(const char *name, uint32_t n_dims, const uint64_t *dims, uint32_t type,
			  uint64_t offset, const char *text)
{
	static const char data[512];
	struct gguf_writer w = {0};
	writer_info(&w, name, n_dims, dims, type, offset);
	strbuf_add(&w.data, data, sizeof data);
	expect(&w, text);
}

static void test_tensor(void)
{
	const uint64_t four[] = {4, 4, 1, 1, 1}, zero[] = {4, 0}, one[] = {64, 1}, odd[] = {48, 1};
	const uint64_t huge[] = {(uint64_t)1 << 32, (uint64_t)1 << 32}, wide[] = {(uint64_t)1 << 62, 1};
	char name[66] = {0};
	expect_tensor("", 1, four, 0, 0, "byte 24: the name of a tensor of 0 bytes, expected 1 to 64");
	memset(name, 'n', 65);
	expect_tensor(name, 1, four, 0, 0, "byte 24: the name of a tensor of 65 bytes, expected 1 to 64");
	expect_tensor("t", 0, four, 0, 0, "byte 33: tensor t has 0 dimensions, expected 1 to 4");
	expect_tensor("t", 5, four, 0, 0, "byte 33: tensor t has 5 dimensions, expected 1 to 4");
	expect_tensor("t", 2, zero, 0, 0, "byte 45: a dimension of tensor t is 0, expected at least 1");
	expect_tensor("t", 2, huge, 0, 0, "byte 45: tensor t has more elements than can be counted");
	expect_tensor("t", 2, wide, 28, 0, "byte 24: tensor t has more bytes than can be counted");
	expect_tensor("t", 2, wide, 24, 0, "byte 57: tensor t of 4611686018427387904 bytes at offset 0 ends");
	expect_tensor("t", 2, odd, 8, 0,
		      "byte 24: tensor t has rows of 48 elements, expected a multiple of 32 (q8_0)");
	expect_tensor("t", 2, one, 12, 0,
		      "tensor t has rows of 64 elements, expected a multiple of 256 (q4_k)");
	expect_tensor("t", 2, one, 0, 16, "byte 57: tensor t at offset 16, expected a multiple of 32");
	expect_tensor("t", 2, one, 0, 288,
		      "tensor t of 256 bytes at offset 288 ends behind the file: there are 512");
	expect_tensor("t", 2, one, 0, UINT64_MAX - 31, "ends behind the file");
	expect_tensor("t", 2, one, 200, 544, "tensor t of 0 bytes at offset 544 ends behind the file");
}

static void test_tensors(void)
{
	static const char data[512];
	const uint64_t dims[] = {32};
	struct gguf_writer w = {0};
	writer_info(&w, "a", 1, dims, 0, 128);
	writer_info(&w, "b", 1, dims, 0, 0);
	writer_info(&w, "c", 1, dims, 0, 96);
	strbuf_add(&w.data, data, sizeof data);
	expect(&w, "byte 90: tensor c lies over tensor b");
	writer_info(&w, "a", 1, dims, 0, 0);
	writer_info(&w, "b", 1, dims, 0, 0);
	strbuf_add(&w.data, data, sizeof data);
	expect(&w, "lies over tensor");
	writer_tensor(&w, "a", 0, 1, 8, data, 32);
	writer_tensor(&w, "b", 0, 1, 8, data, 32);
	writer_tensor(&w, "a", 0, 1, 8, data, 32);
	expect(&w, "byte 90: a second tensor a, expected one");
	w.alignment = 24;
	expect(&w, "key general.alignment is 24, expected a power of two");
	w.alignment = 4;
	expect(&w, "key general.alignment is 4, expected 8 to 1048576");
	writer_key_u32(&w, "general.alignment", 0);
	expect(&w, "key general.alignment is 0, expected 8 to 1048576");
	writer_key_text(&w, "general.alignment", "32");
	expect(&w, "key general.alignment is a string, expected a whole number");
}

/* Every beginning of a good file is refused, with a message, and nothing behind it is read. */
static void test_cut(void)
{
	struct gguf_writer w = {0};
	size_t n, n_good = 0, n_silent = 0;
	const float data[8] = {0};
	write_values(&w);
	writer_tensor(&w, "a", 0, 1, 8, data, sizeof data);
	writer_tensor(&w, "b", 0, 1, 8, data, sizeof data);
	uint8_t *bytes = writer_finish(&w, &n);
	for (size_t i = 0; i < n; i++) {
		struct gguf *g = NULL;
		struct diag d = {0};
		uint8_t *part = mem_alloc(i);
		memcpy(part, bytes, i);
		if (gguf_open_memory(&g, part, i, "part", &d) == 0)
			n_good++;
		else if (!strstr(d.text, "byte "))
			n_silent++;
		gguf_close(g);
		free(part);
	}
	is_int((long long)n_good, 0, "no beginning of a file is a file");
	is_int((long long)n_silent, 0, "all messages have an offset");
	free(bytes);
}

/* ---- files ---- */

static void expect_path(const char *path, int code, const char *text)
{
	struct gguf *g = NULL;
	struct diag d = {0};
	char all[800];
	is_int(gguf_open(&g, path, &d), code, path);
	has_text(diag_format(&d, all, sizeof all), text, "and says so");
	ok(strncmp(all, path, strlen(path)) == 0, "beginning with the path");
	gguf_close(g);
}

static void test_files(void)
{
	char folder[] = "/tmp/t_ggufXXXXXX", path[64];
	struct gguf_writer w = {0};
	struct gguf *g = NULL;
	const float data[8] = {7};
	size_t n;
	if (!mkdtemp(folder))
		bail("no temporary folder");
	snprintf(path, sizeof path, "%s/model.gguf", folder);
	expect_path(path, ERR_IO, "cannot be opened: No such file");
	expect_path(folder, ERR_IO, "is a folder, expected a GGUF file");
	is_int(mkfifo(path, 0600), 0, "a pipe");
	expect_path(path, ERR_IO, "is no regular file");
	unlink(path);
	fclose(fopen(path, "w"));
	expect_path(path, ERR_FORMAT, "byte 0: the file is empty");
	writer_tensor(&w, "a", 0, 1, 8, data, sizeof data);
	void *bytes = writer_finish(&w, &n);
	FILE *f = fopen(path, "w");
	ok(fwrite(bytes, 1, n, f) == n && fclose(f) == 0, "a file is written");
	ok(gguf_open(&g, path, NULL) == 0 && same_bits(gguf_tensor_at(g, 0)->data, data, sizeof data),
	   "and mapped");
	gguf_close(g);
	gguf_close(NULL);
	free(bytes);
	unlink(path);
	rmdir(folder);
}

int main(void)
{
	test_good(3, 0);
	test_good(2, 64);
	test_types();
	test_header();
	test_limits();
	test_metadata();
	test_tensor();
	test_tensors();
	test_cut();
	test_files();
	return tap_done();
}
