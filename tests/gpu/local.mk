# SPDX-License-Identifier: Apache-2.0
# Engine "cuda" without a GPU: its kernels as C with what runs them, which need no CUDA, and a driver made for tests.
check_LIBRARIES += libsimt.a
libsimt_a_CFLAGS = $(AM_CFLAGS)
libsimt_a_SOURCES = %D%/simt.c %D%/simt.h %D%/twins.c

include tests/gpu/fake/local.mk

if HAVE_CUDA
CUDA_TESTS = %D%/t_cuda %D%/t_cuda_op %D%/t_cuda_faults
check_PROGRAMS += $(CUDA_TESTS)
%C%_t_cuda_SOURCES = %D%/t_cuda.c %D%/cuda_example.h
%C%_t_cuda_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
%C%_t_cuda_CFLAGS = $(AM_CFLAGS)
%C%_t_cuda_LDADD = $(ENGINE_TEST_LINK)
%C%_t_cuda_op_SOURCES = %D%/t_cuda_op.c %D%/cuda_example.h
%C%_t_cuda_op_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
%C%_t_cuda_op_CFLAGS = $(AM_CFLAGS)
%C%_t_cuda_op_LDADD = $(ENGINE_TEST_LINK)
%C%_t_cuda_faults_SOURCES = %D%/t_cuda_faults.c %D%/cuda_example.h
%C%_t_cuda_faults_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
%C%_t_cuda_faults_CFLAGS = $(AM_CFLAGS)
%C%_t_cuda_faults_LDADD = $(ENGINE_TEST_LINK)
TESTS += $(CUDA_TESTS)
%D%/t_cuda.log %D%/t_cuda_op.log %D%/t_cuda_faults.log: $(FAKE_CUDA)
GPU_TESTS = %D%/t_fake %D%/t_fake_stream %D%/t_fake_end %D%/t_fake_lt
check_PROGRAMS += $(GPU_TESTS)
%C%_t_fake_SOURCES = %D%/t_fake.c %D%/fake_device.h
%C%_t_fake_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
%C%_t_fake_CFLAGS = $(AM_CFLAGS)
%C%_t_fake_LDADD = libcudaengine.a libbase.a $(JANSSON_LIBS)
%C%_t_fake_stream_SOURCES = %D%/t_fake_stream.c %D%/fake_device.h
%C%_t_fake_stream_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
%C%_t_fake_stream_CFLAGS = $(AM_CFLAGS)
%C%_t_fake_stream_LDADD = libcudaengine.a libbase.a $(JANSSON_LIBS)
%C%_t_fake_end_SOURCES = %D%/t_fake_end.c %D%/fake_device.h
%C%_t_fake_end_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
%C%_t_fake_end_CFLAGS = $(AM_CFLAGS)
%C%_t_fake_end_LDADD = libcudaengine.a libbase.a $(JANSSON_LIBS)
%C%_t_fake_lt_SOURCES = %D%/t_fake_lt.c %D%/fake_device.h
%C%_t_fake_lt_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
%C%_t_fake_lt_CFLAGS = $(AM_CFLAGS)
%C%_t_fake_lt_LDADD = libcudaengine.a libtensor.a libbase.a $(JANSSON_LIBS)
TESTS += $(GPU_TESTS)
%D%/t_fake.log %D%/t_fake_stream.log %D%/t_fake_end.log %D%/t_fake_lt.log: $(FAKE_CUDA)
else
EXTRA_DIST += %D%/fake_device.h %D%/t_fake.c %D%/t_fake_stream.c %D%/t_fake_end.c %D%/t_fake_lt.c
endif
