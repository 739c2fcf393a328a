# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libhost.a
libhost_a_CFLAGS = $(AM_CFLAGS)
libhost_a_SOURCES =
