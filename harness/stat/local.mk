# SPDX-License-Identifier: Apache-2.0
# Pure maths: includes nothing of ours.
noinst_LIBRARIES += libstat.a
libstat_a_CFLAGS = $(AM_CFLAGS)
libstat_a_SOURCES = %D%/stat.c %D%/quantile.c %D%/bootstrap.c %D%/amdahl.c %D%/stat.h
