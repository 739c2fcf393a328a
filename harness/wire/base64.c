/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 4648 base64 with padding; only the canonical form is taken. */
#include "config.h"

#include "harness/wire/wire.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *wire_base64_encode(const void *data, size_t n)
{
	const unsigned char *p = data;
	char *text = mem_alloc((n + 2) / 3 * 4 + 1), *t = text;
	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t v = (uint32_t)p[i] << 16;
		v |= left > 1 ? (uint32_t)p[i + 1] << 8 : 0;
		v |= left > 2 ? p[i + 2] : 0;
		*t++ = alphabet[v >> 18];
		*t++ = alphabet[v >> 12 & 63];
		*t++ = left > 1 ? alphabet[v >> 6 & 63] : '=';
		*t++ = left > 2 ? alphabet[v & 63] : '=';
	}
	*t = '\0';
	return text;
}

static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Four characters, the last `pad` of them '=', to 3 - pad bytes. */
static bool decode_group(const char *text, int pad, unsigned char *out)
{
	uint32_t v = 0;
	for (int i = 0; i < 4; i++) {
		int x = i < 4 - pad ? digit(text[i]) : 0;
		if (x < 0)
			return false;
		v = v << 6 | (uint32_t)x;
	}
	for (int i = 0; i < 3; i++) {
		unsigned char byte = (unsigned char)(v >> (16 - 8 * i));
		if (i < 3 - pad)
			out[i] = byte;
		else if (byte)
			return false; /* bits that belong to no byte */
	}
	return true;
}

static int padding(const char *text, size_t len)
{
	if (len == 0 || text[len - 1] != '=')
		return 0;
	return text[len - 2] == '=' ? 2 : 1;
}

/* Into dst, which holds len / 4 * 3 - pad bytes. */
static int decode(const char *text, size_t len, int pad, unsigned char *dst, struct diag *d)
{
	for (size_t i = 0; i < len; i += 4)
		if (!decode_group(text + i, i + 4 == len ? pad : 0, dst + i / 4 * 3))
			return diag_set(d, ERR_FORMAT, "base64: no such character at byte %zu", i);
	return 0;
}

int wire_base64_decode(const char *text, void **out, size_t *n, struct diag *d)
{
	size_t len = strlen(text);
	if (len % 4)
		return diag_set(d, ERR_FORMAT, "base64: %zu characters are no multiple of 4", len);
	int pad = padding(text, len);
	size_t bytes = len / 4 * 3 - (size_t)pad;
	unsigned char *data = mem_try_array(bytes + 1, 1);
	if (!data)
		return diag_set(d, ERR_OOM, "base64: no memory for %zu bytes", bytes);
	int rc = decode(text, len, pad, data, d);
	if (rc) {
		free(data);
		return rc;
	}
	*out = data;
	*n = bytes;
	return 0;
}

/* The wire is little-endian whatever the host is. */
static void swap_floats(unsigned char *p, size_t n)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	for (size_t i = 0; i < n; i++, p += 4) {
		unsigned char t[4] = {p[3], p[2], p[1], p[0]};
		memcpy(p, t, 4);
	}
#else
	(void)p;
	(void)n;
#endif
}

char *wire_floats_encode(const float *x, size_t n)
{
	unsigned char *copy = mem_alloc(n * sizeof *x + 1);
	memcpy(copy, x, n * sizeof *x);
	swap_floats(copy, n);
	char *text = wire_base64_encode(copy, n * sizeof *x);
	free(copy);
	return text;
}

int wire_floats_decode(const char *text, float *x, size_t n, struct diag *d)
{
	void *data;
	size_t bytes, want;
	int rc = wire_base64_decode(text, &data, &bytes, d);
	if (rc)
		return rc;
	if (!mem_mul(n, sizeof *x, &want) || bytes != want) {
		free(data);
		return diag_set(d, ERR_FORMAT, "base64: %zu bytes, expected %zu float32", bytes, n);
	}
	swap_floats(data, n);
	memcpy(x, data, bytes);
	free(data);
	return 0;
}
