# SPDX-License-Identifier: Apache-2.0
# base, tensor
check_PROGRAMS += %D%/t_base %D%/t_tensor
%C%_t_base_SOURCES = %D%/t_base.c
%C%_t_base_CFLAGS = $(AM_CFLAGS)
%C%_t_base_LDADD = libbase.a $(JANSSON_LIBS)
%C%_t_tensor_SOURCES = %D%/t_tensor.c
%C%_t_tensor_CFLAGS = $(AM_CFLAGS)
%C%_t_tensor_LDADD = libtensor.a
TESTS += %D%/t_base %D%/t_tensor

# model
MODEL_TEST_LINK = libmodel.a libtensor.a libbase.a $(PCRE2_LIBS) $(XXHASH_LIBS)
check_PROGRAMS += %D%/t_gguf %D%/t_model %D%/t_family %D%/t_synthetic
%C%_t_gguf_SOURCES = %D%/t_gguf.c tests/gguf_writer.h
%C%_t_gguf_CFLAGS = $(AM_CFLAGS)
%C%_t_gguf_LDADD = $(MODEL_TEST_LINK)
%C%_t_model_SOURCES = %D%/t_model.c %D%/model_of.h tests/gguf_writer.h
%C%_t_model_CFLAGS = $(AM_CFLAGS)
%C%_t_model_LDADD = $(MODEL_TEST_LINK)
%C%_t_family_SOURCES = %D%/t_family.c %D%/model_of.h tests/gguf_writer.h tests/tiny_models.h
%C%_t_family_CFLAGS = $(AM_CFLAGS)
%C%_t_family_LDADD = $(MODEL_TEST_LINK)
%C%_t_synthetic_SOURCES = %D%/t_synthetic.c
%C%_t_synthetic_CFLAGS = $(AM_CFLAGS)
%C%_t_synthetic_LDADD = $(MODEL_TEST_LINK)
TESTS += %D%/t_gguf %D%/t_model %D%/t_family %D%/t_synthetic
check_PROGRAMS += %D%/t_convert
%C%_t_convert_SOURCES = %D%/t_convert.c %D%/temp_folder.h tests/gguf_writer.h
%C%_t_convert_CFLAGS = $(AM_CFLAGS)
%C%_t_convert_LDADD = $(MODEL_TEST_LINK) $(JANSSON_LIBS)
TESTS += %D%/t_convert
check_PROGRAMS += %D%/t_pattern %D%/t_tokenizer %D%/t_tokenizer_bad %D%/t_tokenizer_files
%C%_t_pattern_SOURCES = %D%/t_pattern.c
%C%_t_pattern_CFLAGS = $(AM_CFLAGS)
%C%_t_pattern_LDADD = $(MODEL_TEST_LINK)
%C%_t_tokenizer_SOURCES = %D%/t_tokenizer.c tests/vocab_writer.h tests/gguf_writer.h
%C%_t_tokenizer_CFLAGS = $(AM_CFLAGS)
%C%_t_tokenizer_LDADD = $(MODEL_TEST_LINK)
%C%_t_tokenizer_bad_SOURCES = %D%/t_tokenizer_bad.c tests/vocab_writer.h tests/gguf_writer.h
%C%_t_tokenizer_bad_CFLAGS = $(AM_CFLAGS)
%C%_t_tokenizer_bad_LDADD = $(MODEL_TEST_LINK)
%C%_t_tokenizer_files_SOURCES = %D%/t_tokenizer_files.c
%C%_t_tokenizer_files_CFLAGS = $(AM_CFLAGS)
%C%_t_tokenizer_files_LDADD = $(MODEL_TEST_LINK)
TESTS += %D%/t_pattern %D%/t_tokenizer %D%/t_tokenizer_bad %D%/t_tokenizer_files

# engine cpu, workloads
check_PROGRAMS += %D%/t_kv %D%/t_engine %D%/t_ask
%C%_t_kv_SOURCES = %D%/t_kv.c
%C%_t_kv_CFLAGS = $(AM_CFLAGS)
%C%_t_kv_LDADD = $(ENGINE_TEST_LINK)
%C%_t_engine_SOURCES = %D%/t_engine.c
%C%_t_engine_CFLAGS = $(AM_CFLAGS)
%C%_t_engine_LDADD = $(ENGINE_TEST_LINK)
%C%_t_ask_SOURCES = %D%/t_ask.c
%C%_t_ask_CFLAGS = $(AM_CFLAGS)
%C%_t_ask_LDADD = $(ENGINE_TEST_LINK)
TESTS += %D%/t_kv %D%/t_engine %D%/t_ask
check_PROGRAMS += %D%/t_sampler %D%/t_chat %D%/t_stop
%C%_t_sampler_SOURCES = %D%/t_sampler.c
%C%_t_sampler_CFLAGS = $(AM_CFLAGS)
%C%_t_sampler_LDADD = $(ENGINE_TEST_LINK)
%C%_t_chat_SOURCES = %D%/t_chat.c tests/vocab_writer.h tests/gguf_writer.h
%C%_t_chat_CFLAGS = $(AM_CFLAGS)
%C%_t_chat_LDADD = $(MODEL_TEST_LINK)
%C%_t_stop_SOURCES = %D%/t_stop.c harness/measure/stop.c
%C%_t_stop_CFLAGS = $(AM_CFLAGS)
%C%_t_stop_LDADD = libbase.a $(JANSSON_LIBS)
TESTS += %D%/t_sampler %D%/t_chat %D%/t_stop
check_PROGRAMS += %D%/t_group
%C%_t_group_SOURCES = %D%/t_group.c %D%/temp_folder.h
%C%_t_group_CFLAGS = $(AM_CFLAGS)
%C%_t_group_LDADD = libbase.a $(JANSSON_LIBS)
TESTS += %D%/t_group
check_PROGRAMS += %D%/t_pool
%C%_t_pool_SOURCES = %D%/t_pool.c
%C%_t_pool_CFLAGS = $(AM_CFLAGS)
%C%_t_pool_LDADD = libbase.a $(JANSSON_LIBS)
TESTS += %D%/t_pool
check_PROGRAMS += %D%/t_gemm_run %D%/t_cpu_op
%C%_t_gemm_run_SOURCES = %D%/t_gemm_run.c
%C%_t_gemm_run_CFLAGS = $(AM_CFLAGS)
%C%_t_gemm_run_LDADD = libengines.a $(KERNEL_LIBS) libtensor.a libbase.a $(JANSSON_LIBS)
%C%_t_cpu_op_SOURCES = %D%/t_cpu_op.c
%C%_t_cpu_op_CFLAGS = $(AM_CFLAGS)
%C%_t_cpu_op_LDADD = libengines.a $(KERNEL_LIBS) libtensor.a libbase.a $(JANSSON_LIBS)
TESTS += %D%/t_gemm_run %D%/t_cpu_op

# wire, measure
WIRE_TEST_LINK = libwire.a libbase.a $(XXHASH_LIBS) $(JANSSON_LIBS)
check_PROGRAMS += %D%/t_point %D%/t_wire %D%/t_messages %D%/t_encoding
%C%_t_point_SOURCES = %D%/t_point.c
%C%_t_point_CFLAGS = $(AM_CFLAGS)
%C%_t_point_LDADD = $(WIRE_TEST_LINK)
%C%_t_wire_SOURCES = %D%/t_wire.c
%C%_t_wire_CFLAGS = $(AM_CFLAGS)
%C%_t_wire_LDADD = $(WIRE_TEST_LINK)
%C%_t_messages_SOURCES = %D%/t_messages.c
%C%_t_messages_CFLAGS = $(AM_CFLAGS)
%C%_t_messages_LDADD = $(WIRE_TEST_LINK)
%C%_t_encoding_SOURCES = %D%/t_encoding.c
%C%_t_encoding_CFLAGS = $(AM_CFLAGS)
%C%_t_encoding_LDADD = $(WIRE_TEST_LINK)
check_PROGRAMS += %D%/t_window %D%/t_counter
%C%_t_window_SOURCES = %D%/t_window.c
%C%_t_window_CFLAGS = $(AM_CFLAGS)
%C%_t_window_LDADD = libmeasure.a $(WIRE_TEST_LINK)
%C%_t_counter_SOURCES = %D%/t_counter.c
%C%_t_counter_CFLAGS = $(AM_CFLAGS)
%C%_t_counter_LDADD = libmeasure.a $(WIRE_TEST_LINK)
TESTS += %D%/t_window %D%/t_counter
SERVER_TEST_LINK = libmeasure.a libworkloads.a libwire.a libengines.a libmodel.a $(KERNEL_LIBS) libtensor.a libbase.a \
	$(PCRE2_LIBS) $(XXHASH_LIBS) $(JANSSON_LIBS)
check_PROGRAMS += %D%/t_verify
%C%_t_verify_SOURCES = %D%/t_verify.c
%C%_t_verify_CFLAGS = $(AM_CFLAGS)
%C%_t_verify_LDADD = $(SERVER_TEST_LINK)
TESTS += %D%/t_verify
check_PROGRAMS += %D%/t_server %D%/t_server_model
%C%_t_server_SOURCES = %D%/t_server.c %D%/server_peer.h
%C%_t_server_CFLAGS = $(AM_CFLAGS)
%C%_t_server_LDADD = $(SERVER_TEST_LINK)
%C%_t_server_model_SOURCES = %D%/t_server_model.c %D%/server_peer.h
%C%_t_server_model_CFLAGS = $(AM_CFLAGS)
%C%_t_server_model_LDADD = $(SERVER_TEST_LINK)
TESTS += %D%/t_server %D%/t_server_model
TESTS += %D%/t_point %D%/t_wire %D%/t_messages %D%/t_encoding

# stat, host
check_PROGRAMS += %D%/t_stat
%C%_t_stat_SOURCES = %D%/t_stat.c
%C%_t_stat_CFLAGS = $(AM_CFLAGS)
%C%_t_stat_LDADD = libstat.a
TESTS += %D%/t_stat
check_PROGRAMS += %D%/t_host
%C%_t_host_SOURCES = %D%/t_host.c %D%/temp_folder.h
%C%_t_host_CFLAGS = $(AM_CFLAGS)
%C%_t_host_LDADD = libhost.a libbase.a $(XXHASH_LIBS) $(JANSSON_LIBS)
TESTS += %D%/t_host

# store, spec, plan
SPEC_TEST_LINK = libplan.a libspec.a libwire.a libbase.a $(FYAML_LIBS) $(XXHASH_LIBS) $(JANSSON_LIBS)
check_PROGRAMS += %D%/t_spec %D%/t_plan
%C%_t_spec_SOURCES = %D%/t_spec.c
%C%_t_spec_CFLAGS = $(AM_CFLAGS)
%C%_t_spec_LDADD = $(SPEC_TEST_LINK)
%C%_t_plan_SOURCES = %D%/t_plan.c
%C%_t_plan_CFLAGS = $(AM_CFLAGS)
%C%_t_plan_LDADD = $(SPEC_TEST_LINK)
TESTS += %D%/t_spec %D%/t_plan
check_PROGRAMS += %D%/t_store
%C%_t_store_SOURCES = %D%/t_store.c %D%/store_example.h %D%/temp_folder.h
%C%_t_store_CFLAGS = $(AM_CFLAGS)
%C%_t_store_LDADD = $(REPORT_TEST_LINK)
check_PROGRAMS += %D%/t_store_faults
%C%_t_store_faults_SOURCES = %D%/t_store_faults.c %D%/store_example.h %D%/temp_folder.h
%C%_t_store_faults_CFLAGS = $(AM_CFLAGS)
%C%_t_store_faults_LDADD = libstore.a libwire.a libbase.a $(SQLITE_LIBS) $(XXHASH_LIBS) $(JANSSON_LIBS)
TESTS += %D%/t_store %D%/t_store_faults

# run, cmd
check_PROGRAMS += %D%/t_progress
%C%_t_progress_SOURCES = %D%/t_progress.c
%C%_t_progress_CFLAGS = $(AM_CFLAGS)
%C%_t_progress_LDADD = librun.a libbase.a $(JANSSON_LIBS)
TESTS += %D%/t_progress

# reports
REPORT_TEST_LINK = libreports.a libstore.a libstat.a libwire.a libbase.a $(SQLITE_LIBS) $(XXHASH_LIBS) $(JANSSON_LIBS)
check_PROGRAMS += %D%/t_analysis %D%/t_text
%C%_t_analysis_SOURCES = %D%/t_analysis.c tests/golden/stored_run.h
%C%_t_analysis_CFLAGS = $(AM_CFLAGS)
%C%_t_analysis_LDADD = $(REPORT_TEST_LINK)
%C%_t_text_SOURCES = %D%/t_text.c
%C%_t_text_CFLAGS = $(AM_CFLAGS)
%C%_t_text_LDADD = $(REPORT_TEST_LINK)
TESTS += %D%/t_analysis %D%/t_text
