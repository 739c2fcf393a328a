# SPDX-License-Identifier: Apache-2.0
# Engine "cuda" without a GPU: its kernels as C with what runs them, which need no CUDA, and on a driver made for tests.
check_LIBRARIES += libsimt.a
libsimt_a_CFLAGS = $(AM_CFLAGS)
libsimt_a_SOURCES = %D%/simt.c %D%/simt.h %D%/twins.c

TWIN_LIBS = libsimt.a $(KERNEL_LIBS) libtensor.a libbase.a
check_PROGRAMS += %D%/t_twins_rows %D%/t_twins_gemv %D%/t_twins_attention %D%/t_twins_device
%C%_t_twins_rows_SOURCES = %D%/t_twins_rows.c
%C%_t_twins_rows_CFLAGS = $(AM_CFLAGS)
%C%_t_twins_rows_LDADD = $(TWIN_LIBS)
%C%_t_twins_gemv_SOURCES = %D%/t_twins_gemv.c
%C%_t_twins_gemv_CFLAGS = $(AM_CFLAGS)
%C%_t_twins_gemv_LDADD = $(TWIN_LIBS)
%C%_t_twins_attention_SOURCES = %D%/t_twins_attention.c
%C%_t_twins_attention_CFLAGS = $(AM_CFLAGS)
%C%_t_twins_attention_LDADD = $(TWIN_LIBS)
%C%_t_twins_device_SOURCES = %D%/t_twins_device.c %D%/last_words.h
%C%_t_twins_device_CFLAGS = $(AM_CFLAGS)
%C%_t_twins_device_LDADD = $(TWIN_LIBS)
TESTS += %D%/t_twins_rows %D%/t_twins_gemv %D%/t_twins_attention %D%/t_twins_device
noinst_HEADERS += %D%/twins.h

# The embedded image, and what ptxas said of it.
check_PROGRAMS += %D%/t_image
%C%_t_image_SOURCES = %D%/t_image.c
%C%_t_image_CFLAGS = $(AM_CFLAGS)
%C%_t_image_LDADD = libcudaengine.a
TESTS += %D%/t_image %D%/ptxas.test
EXTRA_DIST += %D%/ptxas.test

include tests/gpu/fake/local.mk

if HAVE_CUDA
CUDA_TESTS = %D%/t_cuda %D%/t_cuda_op %D%/t_cuda_models %D%/t_cuda_faults
check_PROGRAMS += $(CUDA_TESTS)
%C%_t_cuda_SOURCES = %D%/t_cuda.c %D%/cuda_example.h
%C%_t_cuda_CFLAGS = $(AM_CFLAGS)
%C%_t_cuda_LDADD = $(ENGINE_TEST_LINK)
%C%_t_cuda_op_SOURCES = %D%/t_cuda_op.c %D%/cuda_example.h
%C%_t_cuda_op_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
%C%_t_cuda_op_CFLAGS = $(AM_CFLAGS)
%C%_t_cuda_op_LDADD = $(ENGINE_TEST_LINK)
%C%_t_cuda_models_SOURCES = %D%/t_cuda_models.c %D%/cuda_example.h
%C%_t_cuda_models_CFLAGS = $(AM_CFLAGS)
%C%_t_cuda_models_LDADD = $(ENGINE_TEST_LINK)
%C%_t_cuda_faults_SOURCES = %D%/t_cuda_faults.c %D%/cuda_example.h
%C%_t_cuda_faults_CFLAGS = $(AM_CFLAGS)
%C%_t_cuda_faults_LDADD = $(ENGINE_TEST_LINK)
TESTS += $(CUDA_TESTS)
%D%/t_cuda.log %D%/t_cuda_op.log %D%/t_cuda_models.log %D%/t_cuda_faults.log: $(FAKE_CUDA)
else
EXTRA_DIST += %D%/cuda_example.h
endif
