# SPDX-License-Identifier: Apache-2.0
# The floor, for both programs.
noinst_LIBRARIES += libbase.a
libbase_a_CFLAGS = $(AM_CFLAGS)
libbase_a_SOURCES = \
	%D%/err.c %D%/err.h \
	%D%/strbuf.c %D%/strbuf.h \
	%D%/plain.c %D%/plain.h \
	%D%/width.c %D%/width.h %D%/width.inc \
	%D%/mem.c %D%/mem_hold.c %D%/mem.h \
	%D%/json.c %D%/json.h \
	%D%/embed.c %D%/embed.h \
	%D%/nearest.c %D%/nearest.h %D%/switches.c %D%/switches.h \
	%D%/fact.c %D%/fact.h \
	%D%/cpuid.c %D%/cpuid.h \
	%D%/group.c %D%/group.h %D%/caches.c %D%/caches.h \
	%D%/pool.c %D%/cpus.c %D%/pool.h %D%/hooks.c %D%/hooks.h \
	%D%/cpu_list.c %D%/cpu_list.h %D%/topology.c %D%/topology.h %D%/place.c %D%/place.h \
	%D%/library.c %D%/library.h \
	%D%/cache/header.c %D%/cache/folder.c %D%/cache/list.c %D%/cache/cache.h \
	%D%/clock.h %D%/rng.h %D%/order.h
