# SPDX-License-Identifier: Apache-2.0
# The engines and their table.
noinst_LIBRARIES += libengines.a
libengines_a_CFLAGS = $(AM_CFLAGS) $(OPENBLAS_CFLAGS)
libengines_a_SOURCES = %D%/engine.h %D%/cpu/gemm.h \
	%D%/cpu/cpu.h %D%/cpu/kernel_set.c %D%/cpu/kernel_set.h
