/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory. Small allocations whose size we decide end the program when they
 * fail; anything whose size comes from an input goes through mem_try_* and is
 * an error like any other.
 */
#ifndef IFM_BASE_MEM_H
#define IFM_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Tensors start at this boundary, the widest vector of any kernel. */
#define MEM_ALIGN 64

void *mem_alloc(size_t size); /* zeroed; ends the program when out of memory */
void *mem_realloc(void *p, size_t size);
char *mem_strdup(const char *s);
char *mem_strndup(const char *s, size_t n);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Zeroed, or NULL; n * size is checked. free() it. */
void *mem_try_array(size_t n, size_t size);

/*
 * Large blocks for weights, caches and scratch: zeroed pages, MEM_ALIGN-aligned,
 * from 4 MiB on at the boundary of a huge page, transparent ones being asked for. NULL when out of memory.
 * The size must be given back to mem_unmap; (NULL, 0) is fine.
 */
void *mem_map(size_t size);
void mem_unmap(void *p, size_t size);
/* Blocks that are mapped from now on ask for transparent huge pages (so it begins) or for small ones alone. For the
 * whole process; not for several threads at once. */
void mem_use_huge_pages(bool huge);
/* Makes a whole block of mem_map zeros again, as it was; its pages go back to the system. */
void mem_discard(void *p, size_t size);
/* Bytes of that block in transparent huge pages now, 0 where the kernel does not tell. */
size_t mem_huge_bytes(const void *p, size_t size);

/* False when the product or sum does not fit. */
bool mem_mul(size_t a, size_t b, size_t *product);
bool mem_add(size_t a, size_t b, size_t *sum);

/* Bytes this process may still take: the least of free memory, address-space
 * limit and the limits of its control groups. */
size_t mem_available(void);

/* The same, but that it is read once between mem_hold(true) and mem_hold(false): for many plans in a row, in which
 * nothing is taken. */
size_t mem_available_held(void);
void mem_hold(bool on);

/* What the control group of that folder leaves, UINT64_MAX when it has no limit. Files that were read
 * fill its page cache, and those read twice, as kept weights are, its active part: that is no use. */
uint64_t mem_group_available(const char *dir);

/* The most bytes this process has held in memory since its exec. Where the kernel does not tell, those of
 * getrusage, which begin with the size of the process that forked it. */
size_t mem_peak(void);

#endif
