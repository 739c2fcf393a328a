/* SPDX-License-Identifier: Apache-2.0 */
/* All kernels of engine "cuda" as one unit: what nvcc compiles, and tests/gpu/twins.c as C. */
#include "engines/cuda/kernels/gather.cu"
#include "engines/cuda/kernels/norm.cu"
#include "engines/cuda/kernels/rope.cu"
#include "engines/cuda/kernels/act.cu"
#include "engines/cuda/kernels/cast.cu"
#include "engines/cuda/kernels/argmax.cu"
#include "engines/cuda/kernels/ceiling.cu"
#include "engines/cuda/kernels/hold.cu"
#include "engines/cuda/kernels/gemv.cu"
#include "engines/cuda/kernels/attend.cu"
#include "engines/cuda/kernels/prefill.cu"
