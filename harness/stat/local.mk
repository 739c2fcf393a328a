# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libstat.a
libstat_a_CFLAGS = $(AM_CFLAGS)
libstat_a_SOURCES =
