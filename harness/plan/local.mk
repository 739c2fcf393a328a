# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libplan.a
libplan_a_CFLAGS = $(AM_CFLAGS)
libplan_a_SOURCES =
