# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libspec.a
libspec_a_CFLAGS = $(AM_CFLAGS)
libspec_a_SOURCES =
