# SPDX-License-Identifier: Apache-2.0
# Engine "cuda" without a GPU: its kernels as C with what runs them, which need no CUDA, and on a driver made for tests.
check_LIBRARIES += libsimt.a
libsimt_a_CFLAGS = $(AM_CFLAGS)
libsimt_a_SOURCES = %D%/simt.c %D%/simt.h %D%/twins.c

include tests/gpu/fake/local.mk

if HAVE_CUDA
CUDA_TESTS = %D%/t_cuda %D%/t_cuda_op %D%/t_cuda_faults
check_PROGRAMS += $(CUDA_TESTS)
%C%_t_cuda_SOURCES = %D%/t_cuda.c %D%/cuda_example.h
%C%_t_cuda_CFLAGS = $(AM_CFLAGS)
%C%_t_cuda_LDADD = $(ENGINE_TEST_LINK)
%C%_t_cuda_op_SOURCES = %D%/t_cuda_op.c %D%/cuda_example.h
%C%_t_cuda_op_CFLAGS = $(AM_CFLAGS)
%C%_t_cuda_op_LDADD = $(ENGINE_TEST_LINK)
%C%_t_cuda_faults_SOURCES = %D%/t_cuda_faults.c %D%/cuda_example.h
%C%_t_cuda_faults_CFLAGS = $(AM_CFLAGS)
%C%_t_cuda_faults_LDADD = $(ENGINE_TEST_LINK)
TESTS += $(CUDA_TESTS)
%D%/t_cuda.log %D%/t_cuda_op.log %D%/t_cuda_faults.log: $(FAKE_CUDA)
else
EXTRA_DIST += %D%/cuda_example.h
endif
