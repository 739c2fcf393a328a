/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cuda/kernels/image.h"

/* The assembler finds the file by -I of the build's folder. Drivers read it as words: 64 bytes are what they ask for. */
__asm__(".pushsection .rodata\n"
	".balign 64\n"
	".globl cuda_kernels_image\n"
	"cuda_kernels_image:\n"
	".incbin \"engines/cuda/kernels/kernels.fatbin\"\n"
	"1:\n"
	".balign 8\n"
	".globl cuda_kernels_image_size\n"
	"cuda_kernels_image_size:\n"
	".8byte 1b - cuda_kernels_image\n"
	".popsection\n");

_Static_assert(sizeof cuda_kernels_image_size == 8, "the size is eight bytes");
