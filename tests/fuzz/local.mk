# SPDX-License-Identifier: Apache-2.0
# Each target runs seeded mutations in `make check`; a fuzzer takes the same file without replay.c.
noinst_HEADERS += %D%/fuzz.h
check_PROGRAMS += %D%/fuzz_gguf
%C%_fuzz_gguf_SOURCES = %D%/fuzz_gguf.c %D%/replay.c tests/gguf_writer.h tests/tiny_models.h
%C%_fuzz_gguf_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_gguf_LDADD = $(MODEL_TEST_LINK)
TESTS += %D%/fuzz_gguf

check_PROGRAMS += %D%/fuzz_spec
%C%_fuzz_spec_SOURCES = %D%/fuzz_spec.c %D%/replay.c
%C%_fuzz_spec_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_spec_LDADD = $(SPEC_TEST_LINK)
TESTS += %D%/fuzz_spec

check_PROGRAMS += %D%/fuzz_wire
%C%_fuzz_wire_SOURCES = %D%/fuzz_wire.c %D%/replay.c
%C%_fuzz_wire_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_wire_LDADD = $(WIRE_TEST_LINK)
TESTS += %D%/fuzz_wire

check_PROGRAMS += %D%/fuzz_tokenizer
%C%_fuzz_tokenizer_SOURCES = %D%/fuzz_tokenizer.c %D%/replay.c tests/vocab_writer.h tests/gguf_writer.h
%C%_fuzz_tokenizer_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_tokenizer_LDADD = $(MODEL_TEST_LINK)
TESTS += %D%/fuzz_tokenizer

check_PROGRAMS += %D%/fuzz_shape
%C%_fuzz_shape_SOURCES = %D%/fuzz_shape.c %D%/replay.c
%C%_fuzz_shape_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_shape_LDADD = $(MODEL_TEST_LINK)
TESTS += %D%/fuzz_shape

check_PROGRAMS += %D%/fuzz_blocking
%C%_fuzz_blocking_SOURCES = %D%/fuzz_blocking.c %D%/replay.c
%C%_fuzz_blocking_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_blocking_LDADD = $(KERNEL_TEST_LIBS)
TESTS += %D%/fuzz_blocking

check_PROGRAMS += %D%/fuzz_cache
%C%_fuzz_cache_SOURCES = %D%/fuzz_cache.c %D%/replay.c
%C%_fuzz_cache_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_cache_LDADD = libbase.a $(XXHASH_LIBS)
TESTS += %D%/fuzz_cache

check_PROGRAMS += %D%/fuzz_upkeep
%C%_fuzz_upkeep_SOURCES = %D%/fuzz_upkeep.c %D%/replay.c tests/unit/store_example.h tests/unit/temp_folder.h
%C%_fuzz_upkeep_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_upkeep_LDADD = libstore.a libwire.a libbase.a $(SQLITE_LIBS) $(XXHASH_LIBS) $(JANSSON_LIBS)
TESTS += %D%/fuzz_upkeep
