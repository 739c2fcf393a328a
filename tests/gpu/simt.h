/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernels of engine "cuda" on the CPU: the same source text, compiled as C, run thread by thread, so that its loops and
 * indices are those of the device. Barriers and shuffles switch between the threads of a block, blocks run one after the
 * other, device memory is ordinary memory. For tests: nothing here is fast.
 */
#ifndef IFM_TESTS_GPU_SIMT_H
#define IFM_TESTS_GPU_SIMT_H

#include <stdbool.h>
#include <stddef.h>

struct simt_kernel {
	const char *name;
	void (*fn)(const void *args); /* one thread */
	size_t args_size;
	int max_threads; /* of a block */
};

/* All kernels of engines/cuda/kernels/kernels.inc. */
extern const struct simt_kernel simt_kernels[];
extern const int simt_n_kernels;

/* NULL when there is none of that name. */
const struct simt_kernel *simt_find(const char *name);

/*
 * Runs a grid. args: as the kernel's struct, copied. shared: bytes of dynamic shared memory; no kernel takes any, so 0.
 * Blocks have one dimension. As on devices a barrier waits for the threads of the block that have not returned, a shuffle
 * for all lanes of the warp. When those who wait would wait for ever, or an address is not aligned as a wide load needs it,
 * the program aborts with the kernel's name, the block and the thread. The kernel before is done when no thread of the block
 * can go on without it: grid_wait() lasts till then.
 */
void simt_run(const struct simt_kernel *k, const unsigned grid[3], const unsigned block[3], size_t shared,
	      const void *args);

/* For who watches what a kernel touches before it has waited: f is called before each block of all grids (NULL: nobody is). */
void simt_on_block(void (*f)(void));
/* Has the thread that runs now called grid_wait()? */
bool simt_has_waited(void);

#endif
