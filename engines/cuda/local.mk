# SPDX-License-Identifier: Apache-2.0
# Engine "cuda". Without a toolkit its device says so.
noinst_LIBRARIES += libcudaengine.a
libcudaengine_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
libcudaengine_a_SOURCES = %D%/driver.h %D%/driver.inc %D%/kernels/args.h %D%/kernels/kernels.inc
libcudaengine_a_SOURCES += %D%/absent.c
if HAVE_CUDA
libcudaengine_a_SOURCES += %D%/driver.c
else
EXTRA_DIST += %D%/driver.c
endif
