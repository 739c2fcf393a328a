# SPDX-License-Identifier: Apache-2.0
# Engine "cuda" without a GPU.
include tests/gpu/fake/local.mk

if HAVE_CUDA
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
