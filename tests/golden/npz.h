/* SPDX-License-Identifier: Apache-2.0 */
/* Reading float32 arrays of an uncompressed .npz (a ZIP of .npy files) that a test trusts. */
#ifndef IFM_TESTS_NPZ_H
#define IFM_TESTS_NPZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct npz {
	unsigned char *data;
	size_t n;
};

static int npz_open(struct npz *z, const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return -1;
	fseek(f, 0, SEEK_END);
	z->n = (size_t)ftell(f);
	z->data = malloc(z->n);
	rewind(f);
	int bad = !z->data || fread(z->data, 1, z->n, f) != z->n;
	fclose(f);
	return bad ? -1 : 0;
}

static void npz_close(struct npz *z)
{
	free(z->data);
}

static unsigned npz_number(const unsigned char *p, int bytes)
{
	unsigned v = 0;
	while (bytes-- > 0)
		v = v << 8 | p[bytes];
	return v;
}

/* The floats of NAME.npy and how many they are; NULL when it is not there. Belongs to z, unaligned. */
static const unsigned char *npz_floats(const struct npz *z, const char *name, size_t *n)
{
	size_t length = strlen(name);
	for (size_t at = 0; at + 30 < z->n && memcmp(z->data + at, "PK\3\4", 4) == 0;) {
		const unsigned char *h = z->data + at,
				    *body = h + 30 + npz_number(h + 26, 2) + npz_number(h + 28, 2);
		/* Where the size stands in the extra field (0xffffffff), it is the second number there. */
		size_t size = npz_number(h + 18, 4);
		if (size == 0xffffffff)
			size = npz_number(h + 30 + npz_number(h + 26, 2) + 4, 4);
		if (npz_number(h + 26, 2) == length + 4 && memcmp(h + 30, name, length) == 0) {
			size_t header = 10 + npz_number(body + 8, 2);
			*n = (size - header) / sizeof(float);
			return body + header;
		}
		at = (size_t)(body - z->data) + size;
	}
	return NULL;
}

#endif
