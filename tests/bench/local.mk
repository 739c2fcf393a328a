# SPDX-License-Identifier: Apache-2.0
# make bench-self: what the harness itself costs. No test: times are printed, never asserted.
EXTRA_PROGRAMS += %D%/bench_self
%C%_bench_self_SOURCES = %D%/bench_self.c
%C%_bench_self_CFLAGS = $(AM_CFLAGS)
%C%_bench_self_LDADD = $(FRONT_LINK)
