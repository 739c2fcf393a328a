/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels of kernels.inc as nvcc made them, for cuModuleLoadData: code for the architectures of the build, and PTX for
 * others. */
#ifndef IFM_CUDA_KERNELS_IMAGE_H
#define IFM_CUDA_KERNELS_IMAGE_H

#include <stddef.h>

extern const unsigned char cuda_kernels_image[];
extern const size_t cuda_kernels_image_size;

#endif
