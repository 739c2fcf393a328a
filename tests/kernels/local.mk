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
