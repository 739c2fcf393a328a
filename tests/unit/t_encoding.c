/* SPDX-License-Identifier: Apache-2.0 */
/* What the protocol does to bytes: texts of any bytes, base64, matrices of float32. */
#include "config.h"

#include "tests/tap.h"

#include <stdint.h>

#include "harness/wire/codec.h"
#include "harness/wire/wire.h"

/* A path or a log may hold any bytes; JSON takes UTF-8 alone. */
static void test_text(void)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"plain", "plain"},
		{"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
		{"a\xff"
		 "b",
		 "a?b"},
		{"\xc3", "?"},
		{"\xe2\x82", "??"},
		{"\xc0\x80\xed\xa0\x80", "?????"}, /* an overlong NUL, a surrogate */
		{"\xc3\xa9\xff\xe2\x82\xac", "\xc3\xa9?\xe2\x82\xac"},
		{"", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		json_t *t = codec_text(cases[i].in);
		is_text(json_string_value(t), cases[i].out, "bytes as a text");
		json_decref(t);
	}
	struct wire_prepared p = {.describe = NULL};
	json_t *o = wire_prepared_to_json(&p);
	is_text(json_string_value(json_object_get(o, "describe")), "", "no text is an empty one");
	json_decref(o);
}

static void decodes_to(const char *text, const char *want, size_t n)
{
	void *data = NULL;
	size_t got = 99;
	struct diag d = {0};
	is_int(wire_base64_decode(text, &data, &got, &d), 0, text);
	ok(got == n && memcmp(data, want, n) == 0, "decodes");
	free(data);
	char *back = wire_base64_encode(want, n);
	is_text(back, text, "encodes");
	free(back);
}

static void test_base64(void)
{
	static const char *const bad[] = {"Zg",	  "Zg=",    "=",    "====", "Z===", "Zg==Zg==", "Zh==",
					  "Zm9=", "Zm9v\n", "Zm 9", "Zm-_", "Zm=v", "Zm9\xff"};
	unsigned char bytes[256], *back;
	void *data = NULL;
	size_t n = 99;
	/* RFC 4648, section 10. */
	decodes_to("", "", 0);
	decodes_to("Zg==", "f", 1);
	decodes_to("Zm8=", "fo", 2);
	decodes_to("Zm9v", "foo", 3);
	decodes_to("Zm9vYg==", "foob", 4);
	decodes_to("Zm9vYmE=", "fooba", 5);
	decodes_to("Zm9vYmFy", "foobar", 6);
	decodes_to("+/+/AAD/", "\xfb\xff\xbf\0\0\xff", 6);
	for (int i = 0; i < (int)(sizeof bad / sizeof bad[0]); i++) {
		struct diag d = {0};
		int rc = wire_base64_decode(bad[i], &data, &n, &d);
		ok(rc == ERR_FORMAT && strncmp(d.text, "base64: ", 8) == 0, "bad text %d is refused: %s", i,
		   d.text);
	}
	ok(!data && n == 99, "results are untouched");
	for (int i = 0; i < 256; i++)
		bytes[i] = (unsigned char)(i * 167 + 13);
	int n_good = 0;
	for (size_t size = 0; size <= 256; size++) {
		char *text = wire_base64_encode(bytes, size);
		if (wire_base64_decode(text, (void **)&back, &n, NULL) == 0) {
			n_good += n == size && memcmp(back, bytes, n) == 0;
			free(back);
		}
		free(text);
	}
	is_int(n_good, 257, "all sizes up to 256 come back");
}

static void test_floats(void)
{
	const float x[] = {1.0f, -0.0f, INFINITY, 0x1p-149f, NAN};
	float y[5] = {0};
	struct diag d = {0};
	char *text = wire_floats_encode(x, 1);
	is_text(text, "AACAPw==", "1 is 00 00 80 3f: little-endian");
	free(text);
	text = wire_floats_encode(x, 5);
	is_int(wire_floats_decode(text, y, 5, &d), 0, "five floats");
	ok(memcmp(x, y, sizeof x) == 0, "to the bit");
	is_int(wire_floats_decode(text, y, 4, &d), ERR_FORMAT, "are not four");
	has_text(d.text, "20 bytes, expected 4 float32", "says so");
	is_int(wire_floats_decode(text, y, 6, NULL), ERR_FORMAT, "nor six");
	is_int(wire_floats_decode(text, y, SIZE_MAX / 4 + 6, NULL), ERR_FORMAT, "nor so many that it wraps");
	is_int(wire_floats_decode("Zg==", y, 1, NULL), ERR_FORMAT, "one byte is no float");
	is_int(wire_floats_decode("", y, 0, NULL), 0, "no floats");
	free(text);
}

int main(void)
{
	test_text();
	test_base64();
	test_floats();
	return tap_done();
}
