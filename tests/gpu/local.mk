# SPDX-License-Identifier: Apache-2.0
# The kernels of engine "cuda" as C, and what runs them: no CUDA needed.
check_LIBRARIES += libsimt.a
libsimt_a_CFLAGS = $(AM_CFLAGS)
libsimt_a_SOURCES = %D%/simt.c %D%/simt.h %D%/twins.c

include tests/gpu/fake/local.mk
