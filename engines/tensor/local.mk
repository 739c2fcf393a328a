# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libtensor.a
libtensor_a_CFLAGS = $(AM_CFLAGS)
libtensor_a_SOURCES = %D%/dtype.c %D%/dtype.h %D%/quant.c %D%/quant.h
