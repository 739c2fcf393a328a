# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libmeasure.a
libmeasure_a_CFLAGS = $(AM_CFLAGS)
libmeasure_a_SOURCES =
