# SPDX-License-Identifier: Apache-2.0
# Each target runs its corpus and seeded mutations in `make check`; `make fuzz` builds the same files for libFuzzer.
noinst_HEADERS += %D%/fuzz.h
EXTRA_DIST += %D%/fuzz.sh %D%/corpus %D%/dict
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

check_PROGRAMS += %D%/fuzz_host
%C%_fuzz_host_SOURCES = %D%/fuzz_host.c %D%/replay.c
%C%_fuzz_host_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_host_LDADD = $(HOST_TEST_LINK)
TESTS += %D%/fuzz_host

check_PROGRAMS += %D%/fuzz_argument
%C%_fuzz_argument_SOURCES = %D%/fuzz_argument.c %D%/replay.c
%C%_fuzz_argument_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_argument_LDADD = $(SPEC_TEST_LINK)
TESTS += %D%/fuzz_argument

check_PROGRAMS += %D%/fuzz_chat
%C%_fuzz_chat_SOURCES = %D%/fuzz_chat.c %D%/replay.c harness/measure/stop.c tests/vocab_writer.h tests/gguf_writer.h
%C%_fuzz_chat_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_chat_LDADD = $(MODEL_TEST_LINK)
TESTS += %D%/fuzz_chat

check_PROGRAMS += %D%/fuzz_sampling
%C%_fuzz_sampling_SOURCES = %D%/fuzz_sampling.c %D%/replay.c
%C%_fuzz_sampling_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_sampling_LDADD = $(ENGINE_TEST_LINK)
TESTS += %D%/fuzz_sampling

check_PROGRAMS += %D%/fuzz_server
%C%_fuzz_server_SOURCES = %D%/fuzz_server.c %D%/replay.c
%C%_fuzz_server_CFLAGS = $(AM_CFLAGS) -DREPLAY_RUNS=200
%C%_fuzz_server_LDADD = $(SERVER_TEST_LINK)
TESTS += %D%/fuzz_server

check_PROGRAMS += %D%/fuzz_run_name
%C%_fuzz_run_name_SOURCES = %D%/fuzz_run_name.c %D%/replay.c
%C%_fuzz_run_name_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_run_name_LDADD = libstore.a libwire.a libbase.a $(SQLITE_LIBS) $(XXHASH_LIBS) $(JANSSON_LIBS)
TESTS += %D%/fuzz_run_name
check_PROGRAMS += %D%/fuzz_store
%C%_fuzz_store_SOURCES = %D%/fuzz_store.c %D%/replay.c tests/unit/store_example.h tests/unit/temp_folder.h \
	tests/unit/trial_example.h
%C%_fuzz_store_CFLAGS = $(AM_CFLAGS) -DREPLAY_RUNS=60
%C%_fuzz_store_LDADD = $(REPORT_TEST_LINK)
TESTS += %D%/fuzz_store

check_PROGRAMS += %D%/fuzz_place
%C%_fuzz_place_SOURCES = %D%/fuzz_place.c %D%/replay.c
%C%_fuzz_place_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_place_LDADD = libengines.a libbase.a $(JANSSON_LIBS)
TESTS += %D%/fuzz_place

check_PROGRAMS += %D%/fuzz_group
%C%_fuzz_group_SOURCES = %D%/fuzz_group.c %D%/replay.c
%C%_fuzz_group_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_group_LDADD = $(WIRE_TEST_LINK)
TESTS += %D%/fuzz_group

check_PROGRAMS += %D%/fuzz_upkeep
%C%_fuzz_upkeep_SOURCES = %D%/fuzz_upkeep.c %D%/replay.c tests/unit/store_example.h tests/unit/trial_example.h tests/unit/temp_folder.h
%C%_fuzz_upkeep_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_upkeep_LDADD = libstore.a libwire.a libbase.a $(SQLITE_LIBS) $(XXHASH_LIBS) $(JANSSON_LIBS)
TESTS += %D%/fuzz_upkeep

check_PROGRAMS += %D%/fuzz_import
%C%_fuzz_import_SOURCES = %D%/fuzz_import.c %D%/replay.c
%C%_fuzz_import_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_import_LDADD = $(EXCHANGE_TEST_LINK)
TESTS += %D%/fuzz_import

check_PROGRAMS += %D%/fuzz_trial
%C%_fuzz_trial_SOURCES = %D%/fuzz_trial.c %D%/replay.c
%C%_fuzz_trial_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_trial_LDADD = libstore.a libwire.a libbase.a $(SQLITE_LIBS) $(XXHASH_LIBS) $(JANSSON_LIBS)
TESTS += %D%/fuzz_trial

if HAVE_CUDA
check_PROGRAMS += %D%/fuzz_lt
%C%_fuzz_lt_SOURCES = %D%/fuzz_lt.c %D%/replay.c
%C%_fuzz_lt_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
%C%_fuzz_lt_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_lt_LDADD = libcudaengine.a $(ENGINE_TEST_LINK)
TESTS += %D%/fuzz_lt
endif

if HAVE_CUPTI
check_PROGRAMS += %D%/fuzz_cupti
%C%_fuzz_cupti_SOURCES = %D%/fuzz_cupti.c %D%/replay.c tests/gpu/activity_example.h
%C%_fuzz_cupti_CFLAGS = $(AM_CFLAGS)
%C%_fuzz_cupti_CPPFLAGS = $(AM_CPPFLAGS) $(CUPTI_FLAGS)
%C%_fuzz_cupti_LDADD = libmeasure.a $(WIRE_TEST_LINK)
TESTS += %D%/fuzz_cupti
else
EXTRA_DIST += %D%/fuzz_cupti.c
endif
