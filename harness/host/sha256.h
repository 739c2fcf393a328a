/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4), for names that must not be guessed back and for files that others hash, too. */
#ifndef IFM_HOST_SHA256_H
#define IFM_HOST_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_TEXT = 65 }; /* 64 hexadecimal digits and NUL */

struct sha256 {
	uint32_t state[8];
	uint64_t n; /* bytes taken */
	uint8_t block[64];
};

void sha256_begin(struct sha256 *h);
void sha256_add(struct sha256 *h, const void *data, size_t n);
void sha256_end(struct sha256 *h, char out[SHA256_TEXT]);

#endif
