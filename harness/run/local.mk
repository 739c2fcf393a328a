# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += librun.a
librun_a_CFLAGS = $(AM_CFLAGS)
librun_a_SOURCES = \
	%D%/client.c %D%/client.h %D%/find.c \
	%D%/spawn.c %D%/spawn.h \
	%D%/tail.c %D%/tail.h
