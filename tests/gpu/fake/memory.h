/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is handed out: addresses only grow and none is given twice, a block ends at a page that nobody may touch, and
 * is full of 0xff (NaN as any float). Device memory can be touched while the fake works and not between its calls.
 */
#ifndef IFM_TESTS_GPU_FAKE_MEMORY_H
#define IFM_TESTS_GPU_FAKE_MEMORY_H

#include "tests/gpu/fake/fake.h"

enum memory_kind {
	MEMORY_DEVICE,
	MEMORY_PINNED,
};

struct block {
	unsigned char *at;
	size_t size;
	unsigned char *pages; /* the first of them */
	size_t pages_size;    /* without the guard */
	unsigned char *notes; /* a byte for each of them: of early.c */
	struct context *owner;
	bool freed;
};

/* A CUresult: CUDA_ERROR_OUT_OF_MEMORY beyond the device's memory, no complaint. */
int memory_take(enum memory_kind kind, struct context *owner, size_t size, void **at);
/* Bytes of device memory. */
size_t memory_left(const struct context *owner);
/* Complains of what is no block, was freed, or was written beside. */
int memory_give(enum memory_kind kind, const void *at);
/* The block, freed or not, that has this address or stands next below it; NULL: none. */
const struct block *memory_near(enum memory_kind kind, const void *at);
/* Whether the address is one that is or may be handed out. */
bool memory_has(enum memory_kind kind, const void *at);
/* Not 0 after a complaint: size bytes from here are no part of one live block. what: of the complaint ("the target"). */
int memory_check(enum memory_kind kind, const void *at, size_t size, const char *what);
/* In words: "12 bytes past the end of a block of 400 bytes". Static. */
const char *memory_words(enum memory_kind kind, const void *at);
/* Device memory may be touched from here to the end of the call. */
void memory_show(void);
void memory_hide(void);
/* Calls f with each that was not freed, of both kinds. */
void memory_each(void (*f)(const struct block *b));
/* Complains of all that owner still has, and ends it. */
void memory_leaks(const struct context *owner);

/* Between these two a fault is told in words, with the name of what runs. */
void fault_watch(const char *what);
void fault_unwatch(void);

#endif
