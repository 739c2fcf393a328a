/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzz target is one file that defines these two functions. It is linked with
 * replay.c for `make check`, or by clang's -fsanitize=fuzzer alone, which has its own main.
 */
#ifndef IFM_TESTS_FUZZ_H
#define IFM_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Runs the code under test on n untrusted bytes. Returns 0; what must not happen ends the program. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The i-th good input to start from, static, of *n bytes; NULL behind the last. */
const void *fuzz_seed(int i, size_t *n);

/* assert() that NDEBUG does not take away. */
#define FUZZ_CHECK(holds)                                                                                    \
	do {                                                                                                 \
		if (!(holds)) {                                                                              \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #holds);           \
			abort();                                                                             \
		}                                                                                            \
	} while (0)

#endif
