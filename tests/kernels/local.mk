# SPDX-License-Identifier: Apache-2.0
# vector, attention
check_PROGRAMS += %D%/t_vector %D%/t_attention %D%/t_stream
%C%_t_vector_SOURCES = %D%/t_vector.c
%C%_t_vector_CFLAGS = $(AM_CFLAGS)
%C%_t_vector_LDADD = $(KERNEL_LIBS) libtensor.a libbase.a
%C%_t_attention_SOURCES = %D%/t_attention.c
%C%_t_attention_CFLAGS = $(AM_CFLAGS)
%C%_t_attention_LDADD = $(KERNEL_LIBS) libtensor.a libbase.a
%C%_t_stream_SOURCES = %D%/t_stream.c
%C%_t_stream_CFLAGS = $(AM_CFLAGS)
%C%_t_stream_LDADD = $(KERNEL_LIBS) libtensor.a libbase.a
TESTS += %D%/t_vector %D%/t_attention %D%/t_stream

# gemm: these need no model, so nothing of it is drawn in
KERNEL_TEST_LIBS = libengines.a libjob.a $(KERNEL_LIBS) libtensor.a libbase.a $(JANSSON_LIBS)
EXTRA_PROGRAMS += %D%/bench_gemm
%C%_bench_gemm_SOURCES = %D%/bench_gemm.c
%C%_bench_gemm_CFLAGS = $(AM_CFLAGS)
%C%_bench_gemm_LDADD = $(KERNEL_TEST_LIBS)
check_PROGRAMS += %D%/t_gemm
%C%_t_gemm_SOURCES = %D%/t_gemm.c
%C%_t_gemm_CFLAGS = $(AM_CFLAGS)
%C%_t_gemm_LDADD = $(KERNEL_TEST_LIBS)
TESTS += %D%/t_gemm

noinst_HEADERS += %D%/exact.h
include tests/kernels/emulated/local.mk
EXTRA_DIST += %D%/cross/run.sh %D%/probe/probe.c %D%/probe/compare.sh
