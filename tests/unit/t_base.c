/* SPDX-License-Identifier: Apache-2.0 */
/* engines/base: errors, texts, memory, JSON, embedded data, levels, random numbers. */
#include "config.h"

#include "tests/tap.h"

#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engines/base/clock.h"
#include "engines/base/cpuid.h"
#include "engines/base/embed.h"
#include "engines/base/err.h"
#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "engines/base/rng.h"
#include "engines/base/strbuf.h"

/* An allocation that cannot be is an answer here, not the end, under the sanitizer too. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void test_diag(void)
{
	char buf[700], path[400];
	struct diag d = {0};
	is_int(diag_set(&d, ERR_OOM, "needs %d bytes", 12), ERR_OOM, "the code comes back");
	is_int(diag_set(&d, ERR_IO, "later"), ERR_IO, "so does the code of a later error");
	is_int(d.code, ERR_OOM, "but the first, deepest one stays");
	is_text(diag_format(&d, buf, sizeof buf), "needs 12 bytes", "and its text, without a file");
	is_int(diag_set(NULL, ERR_USAGE, "nobody listens"), ERR_USAGE, "no diag is fine");
	diag_clear(&d);
	is_int(d.code, ERR_OK, "cleared");
	diag_set_at(&d, ERR_FORMAT, "a.yaml", 7, "key \"%s\"", "m\nn\x7f\x1b[2J");
	is_text(diag_format(&d, buf, sizeof buf), "a.yaml:7: key \"m n  [2J\"",
		"file, line, text; one line, no control characters");
	diag_clear(&d);
	diag_set_at(&d, ERR_FORMAT, "a.gguf", 0, "short");
	is_text(diag_format(&d, buf, sizeof buf), "a.gguf: short", "no line");
	diag_clear(&d);
	memset(path, 'd', sizeof path - 1);
	memcpy(path + sizeof path - 7, "/a.txt", 7);
	diag_set_at(&d, ERR_IO, path, 0, "%0600d", 1);
	is_int(strlen(d.file), sizeof d.file - 1, "a long path is cut");
	is_text(d.file + strlen(d.file) - 6, "/a.txt", "at the front");
	is_int(strlen(d.text), sizeof d.text - 1, "a long text at the end");
	diag_format(&d, buf, 10);
	is_int(strlen(buf), 9, "format keeps to the size it is given");
}

static void test_names(void)
{
	static const char *const names[] = {"ok",     "usage", "unsupported", "unavailable", "oom",
					    "device", "io",    "format",      "cancelled",   "internal"};
	for (int i = 0; i < 10; i++) {
		is_text(err_name((enum err) - i), names[i], names[i]);
		is_int(err_from_name(names[i]), -i, "and back");
	}
	is_text(err_name((enum err) - 10), "internal", "unknown codes are internal");
	is_text(err_name((enum err)1), "internal", "positive ones too");
	is_int(err_from_name("oops"), ERR_INTERNAL, "unknown names too");
	is_int(err_from_name(NULL), ERR_INTERNAL, "no name too");
}

static void test_strbuf(void)
{
	struct strbuf s = {0};
	char long_text[1000];
	memset(long_text, 'x', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	is_text(strbuf_text(&s), "", "empty");
	strbuf_printf(&s, "%s", "");
	strbuf_add(&s, "", 0);
	is_text(strbuf_text(&s), "", "still empty");
	for (int i = 0; i < 63; i++)
		strbuf_putc(&s, 'a');
	is_int(strlen(strbuf_text(&s)), 63, "63 characters fit 64 bytes");
	strbuf_putc(&s, 'b');
	strbuf_printf(&s, "%d%s", 17, long_text);
	strbuf_add(&s, "n\0l", 3);
	is_int(s.len, 63 + 1 + 2 + 999 + 3, "it grows");
	ok(memcmp(s.text + s.len - 3, "n\0l", 4) == 0, "holds any byte, and ends with NUL");
	ok(s.cap > s.len, "within its memory");
	strbuf_reset(&s);
	is_text(strbuf_text(&s), "", "reset");
	strbuf_puts(&s, "kept");
	char *text = strbuf_take(&s);
	is_text(text, "kept", "taken");
	ok(!s.text && !s.len && !s.cap, "the buffer is empty");
	free(text);
	text = strbuf_take(&s);
	is_text(text, "", "nothing is taken as an empty text");
	free(text);
	strbuf_free(&s);
}

static void test_mem(void)
{
	size_t v = 17;
	ok(mem_mul(3, 5, &v) && v == 15, "a product");
	ok(mem_mul(0, SIZE_MAX, &v) && v == 0, "a product with 0");
	ok(!mem_mul(SIZE_MAX / 2 + 1, 2, &v), "a product that does not fit");
	ok(!mem_mul((size_t)1 << 32, (size_t)1 << 32, &v), "one that would wrap to 0");
	ok(mem_add(SIZE_MAX - 1, 1, &v) && v == SIZE_MAX, "a sum");
	ok(!mem_add(SIZE_MAX, 1, &v), "a sum that does not fit");
	ok(!mem_try_array(SIZE_MAX / 2 + 1, 2), "an array that does not fit");
	ok(!mem_try_array((size_t)1 << 33, (size_t)1 << 32), "one whose product wraps");
	char *p = mem_try_array(0, 8);
	ok(p && p[0] == 0, "no elements are memory all the same");
	free(p);
	p = mem_try_array(10, 10);
	if (!p)
		bail("no 100 bytes of memory");
	int n_zero = 0;
	for (int i = 0; i < 100; i++)
		n_zero += p[i] == 0;
	is_int(n_zero, 100, "zeroed");
	free(p);
	p = mem_printf("%s %d", "a", 5);
	is_text(p, "a 5", "printed");
	free(p);
	p = mem_strndup("abc", 2);
	is_text(p, "ab", "the beginning");
	free(p);
	ok(mem_available() > 1 << 20, "some memory is left");
}

static void test_map(size_t size)
{
	unsigned char *p = mem_map(size);
	ok(p != NULL, "%zu bytes are mapped", size);
	if (!p)
		return;
	is_int((uintptr_t)p % MEM_ALIGN, 0, "aligned");
	size_t last = size ? size - 1 : 0;
	ok(p[0] == 0 && p[last] == 0, "zeroed");
	p[0] = p[last] = 1;
	ok(mem_huge_bytes(p, size) <= size, "no more of it in huge pages than there is");
	mem_discard(p, size);
	ok(p[0] == 0 && p[last] == 0, "zero again");
	mem_unmap(p, size);
}

static void test_json_get(void)
{
	struct diag d = {0};
	json_t *o = json_loads("{\"i\": 5, \"r\": 2.5, \"s\": \"t\", \"a\": [1], \"o\": {}, \"b\": true, "
			       "\"n\": null}",
			       0, NULL);
	json_t *v = NULL;
	int64_t i = 99;
	double r = 0;
	const char *s = NULL;
	is_int(json_get_int(o, "i", 0, 5, &i, &d), 0, "an integer in its range");
	is_int(i, 5, "is read");
	is_int(json_get_int(o, "i", 0, 4, &i, &d), ERR_FORMAT, "above it");
	is_text(d.text, "\"i\" is 5, expected 0 to 4", "says so");
	diag_clear(&d);
	is_int(json_get_int(o, "i", 6, 9, &i, &d), ERR_FORMAT, "below it");
	diag_clear(&d);
	is_int(json_get_int(o, "r", 0, 5, &i, &d), ERR_FORMAT, "a real number is no integer");
	is_text(d.text, "\"r\" is a real number, expected an integer", "says so");
	is_int(i, 5, "the result is untouched");
	diag_clear(&d);
	is_int(json_get_real(o, "i", &r, &d) | (r != 5), 0, "an integer is a number");
	is_int(json_get_real(o, "s", &r, &d), ERR_FORMAT, "a text is none");
	diag_clear(&d);
	is_int(json_get_string(o, "s", &s, &d), 0, "a text");
	is_text(s, "t", "is read");
	is_int(json_get_string(o, "gone", &s, &d), ERR_FORMAT, "an absent key");
	is_text(d.text, "\"gone\" is absent, expected a string", "is named");
	diag_clear(&d);
	is_int(json_get_array(o, "a", &v, &d) | !json_is_array(v), 0, "an array");
	is_int(json_get_array(o, "o", &v, &d), ERR_FORMAT, "an object is none");
	is_int(json_get_object(o, "o", &v, NULL) | !json_is_object(v), 0, "an object");
	is_int(json_get_object(o, "n", &v, NULL), ERR_FORMAT, "null is none");
	is_int(json_get_int(NULL, "i", 0, 9, &i, NULL), ERR_FORMAT, "nothing has no keys");
	json_decref(o);
}

static void test_json_opt(void)
{
	json_t *o = json_loads("{\"i\": 5, \"r\": 0.1, \"s\": \"t\", \"b\": true, \"n\": null}", 0, NULL);
	is_int(json_opt_int(o, "i", 7), 5, "an optional integer");
	is_int(json_opt_int(o, "n", 7), 7, "null is the fallback");
	is_int(json_opt_int(o, "gone", 7), 7, "so is absence");
	is_near(json_opt_real(o, "r", 7), 0.1, 0, "an optional number");
	is_near(json_opt_real(o, "s", 7), 7, 0, "or the fallback");
	is_text(json_opt_string(o, "s", "f"), "t", "an optional text");
	is_text(json_opt_string(o, "i", "f"), "f", "or the fallback");
	is_int(json_opt_bool(o, "b", 0), 1, "an optional truth");
	is_int(json_opt_bool(o, "i", 0), 0, "or the fallback");
	char *text = json_text(o);
	is_text(text, "{\"b\":true,\"i\":5,\"n\":null,\"r\":0.10000000000000001,\"s\":\"t\"}",
		"the text: compact, sorted, 17 digits");
	free(text);
	text = json_text(NULL);
	is_text(text, "null", "nothing is null");
	free(text);
	json_decref(o);
}

static void write_file(const char *dir, const char *name, const char *text, int times)
{
	char *path = mem_printf("%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	if (!f)
		bail("cannot write a test's file");
	for (int i = 0; i < times; i++)
		fputs(text, f);
	fclose(f);
	free(path);
}

static void has_embedded(const struct embedded *table, const char *name, const char *want, const char *why)
{
	char *text = embed_text(table, name);
	if (want)
		is_text(text, want, why);
	else
		ok(!text, "%s", why);
	free(text);
}

static void test_embed(void)
{
	static const struct embedded table[] = {
		{"workloads/sweeps/demo.yaml", "inside\n"}, {"demo.yaml", "short\n"}, {NULL, NULL}};
	const char *tmp = getenv("TMPDIR");
	char *dir = mem_printf("%s/ifm-base.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		bail("no temporary folder");
	char *sweeps = mem_printf("%s/sweeps", dir);
	mkdir(sweeps, 0700);
	unsetenv("INFEROMETER_DATA");
	has_embedded(table, "workloads/sweeps/demo.yaml", "inside\n", "the embedded text");
	has_embedded(table, "sweeps/demo.yaml", NULL, "a name is a whole name");
	setenv("INFEROMETER_DATA", "", 1);
	has_embedded(table, "workloads/sweeps/demo.yaml", "inside\n", "an empty folder name is none");
	setenv("INFEROMETER_DATA", dir, 1);
	has_embedded(table, "workloads/sweeps/demo.yaml", "inside\n", "no such file: the embedded text");
	write_file(sweeps, "demo.yaml", "outside\n", 1);
	has_embedded(table, "workloads/sweeps/demo.yaml", "outside\n", "a file in the folder wins");
	write_file(sweeps, "own.yaml", "own\n", 1);
	has_embedded(table, "workloads/sweeps/own.yaml", "own\n", "one that is not embedded is found");
	write_file(dir, "demo.yaml", "top\n", 1);
	has_embedded(table, "demo.yaml", "top\n", "a name of one part");
	write_file(sweeps, "demo.yaml", "0123456789abcdef", (1 << 16) + 1);
	has_embedded(table, "workloads/sweeps/demo.yaml", "inside\n", "one above a MiB is a mistake");
	has_embedded(table, "x/../sweeps", NULL, "a folder is no text");
	unsetenv("INFEROMETER_DATA");
	char *remove = mem_printf("rm -r '%s'", dir);
	is_int(system(remove), 0, "the folder is removed");
	free(remove);
	free(sweeps);
	free(dir);
}

static void test_isa(void)
{
	enum isa isa = ISA_COUNT;
	for (int i = 0; i < ISA_COUNT; i++)
		ok(isa_parse(isa_name((enum isa)i), &isa) && isa == (enum isa)i, "level %s",
		   isa_name((enum isa)i));
	isa = ISA_AVX2;
	ok(!isa_parse("AVX2", &isa) && !isa_parse("", &isa) && isa == ISA_AVX2, "no such level");
	ok(isa_parse("auto", &isa) && isa == isa_best(), "auto is the best");
	ok(!isa_why_not(isa_best()) && !isa_why_not(ISA_REF), "which is usable, as ref is");
	for (int i = (int)isa_best() + 1; i < ISA_COUNT; i++)
		ok(isa_why_not((enum isa)i), "%s: %s", isa_name((enum isa)i), isa_why_not((enum isa)i));
	ok(isa_why_not(ISA_COUNT) != NULL, "a level that is none is not usable");
	is_text(isa_name(ISA_COUNT), "unknown", "and has no name");
	ok(cpuid_brand()[0] && cpuid_brand()[0] != ' ', "brand: %s", cpuid_brand());
	is_text(cpuid_brand(), cpuid_brand(), "the same each time");
}

/* The first numbers of seeds 0 and 1234567, as other implementations of SplitMix64 print them. */
static void test_rng(void)
{
	static const uint64_t zero[] = {0xe220a8397b1dcdafu, 0x6e789e6aa1b965f4u, 0x06c45d188009454fu,
					0xf88bb8a8724c81ecu};
	static const uint64_t other[] = {6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
					 4593380528125082431u, 16408922859458223821u};
	struct rng r = {1234567, 0};
	for (uint64_t i = 0; i < 4; i++)
		ok(rng_at(0, i) == zero[i], "number %d of seed 0", (int)i);
	for (int i = 0; i < 5; i++)
		ok(rng_next(&r) == other[i], "number %d of seed 1234567", i);
	int n_bad = 0, hits[10] = {0};
	for (int i = 0; i < 10000; i++)
		hits[rng_below(&r, 10)]++;
	for (int i = 0; i < 10; i++)
		n_bad += hits[i] < 850 || hits[i] > 1150; /* 5 standard deviations of 1000 */
	is_int(n_bad, 0, "below 10: each about as often");
	is_int(rng_below(&r, 1), 0, "below 1");
	is_near(rng_symmetric(0), -1, 0, "the least symmetric number");
	is_near(rng_symmetric(UINT64_MAX), 1 - 0x1p-23, 0, "the greatest");
	is_near(rng_symmetric((uint64_t)1 << 63), 0, 0, "the middle");
}

int main(void)
{
	test_diag();
	test_names();
	test_strbuf();
	test_mem();
	test_map(0);
	test_map(1);
	test_map(4097);
	test_map((size_t)5 << 20);
	ok(!mem_map(SIZE_MAX / 2), "what cannot be mapped is not");
	mem_unmap(NULL, 0);
	test_json_get();
	test_json_opt();
	test_embed();
	test_isa();
	test_rng();
	ok(clock_ns() > 0 && clock_wall_ns() > 0, "clocks tell something");
	int64_t before = clock_ns();
	ok(clock_ns() >= before, "the monotonic one does not go back");
	return tap_done();
}
