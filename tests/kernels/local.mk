# SPDX-License-Identifier: Apache-2.0
# vector, attention
check_PROGRAMS += %D%/t_vector %D%/t_attention
%C%_t_vector_SOURCES = %D%/t_vector.c
%C%_t_vector_CFLAGS = $(AM_CFLAGS)
%C%_t_vector_LDADD = $(KERNEL_LIBS) libtensor.a libbase.a
%C%_t_attention_SOURCES = %D%/t_attention.c
%C%_t_attention_CFLAGS = $(AM_CFLAGS)
%C%_t_attention_LDADD = $(KERNEL_LIBS) libtensor.a libbase.a
TESTS += %D%/t_vector %D%/t_attention

# gemm
KERNEL_TEST_LIBS = libengines.a libmodel.a $(KERNEL_LIBS) libtensor.a libbase.a $(OPENBLAS_LIBS) $(PCRE2_LIBS) $(XXHASH_LIBS) $(JANSSON_LIBS)
EXTRA_PROGRAMS += %D%/bench_gemm
%C%_bench_gemm_SOURCES = %D%/bench_gemm.c
%C%_bench_gemm_CFLAGS = $(AM_CFLAGS)
%C%_bench_gemm_LDADD = $(KERNEL_TEST_LIBS)
