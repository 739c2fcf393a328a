# SPDX-License-Identifier: Apache-2.0
# base, tensor

# model

# engine cpu, workloads
check_PROGRAMS += %D%/t_pool
%C%_t_pool_SOURCES = %D%/t_pool.c
%C%_t_pool_CFLAGS = $(AM_CFLAGS)
%C%_t_pool_LDADD = libbase.a $(JANSSON_LIBS)
TESTS += %D%/t_pool

# wire, measure

# stat, host

# store, spec, plan

# run, cmd

# reports

