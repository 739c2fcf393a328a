# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libworkloads.a
libworkloads_a_CFLAGS = $(AM_CFLAGS)
libworkloads_a_SOURCES = %D%/workload.h %D%/ask.c %D%/ask.h
nobase_dist_pkgdata_DATA += %D%/models/default.gguf %D%/prompts/heldout.txt
