# SPDX-License-Identifier: Apache-2.0
# Formats of others, both ways.
noinst_LIBRARIES += libexchange.a
libexchange_a_CFLAGS = $(AM_CFLAGS)
libexchange_a_SOURCES = \
	%D%/llama_bench.c %D%/llama_bench.h %D%/llama_write.c %D%/llama_md.c %D%/llama_private.h \
	%D%/batched_bench.c %D%/batched_bench.h \
	%D%/stored.c %D%/stored.h %D%/cpus.c \
	%D%/value.c %D%/value.h \
	%D%/import.c %D%/import.h %D%/import_private.h %D%/import_take.c \
	%D%/import_json.c %D%/import_csv.c %D%/import_sql.c %D%/import_store.c %D%/import_point.c %D%/import_point.h
