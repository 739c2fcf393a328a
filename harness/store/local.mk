# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libstore.a
libstore_a_CFLAGS = $(AM_CFLAGS)
libstore_a_SOURCES =
