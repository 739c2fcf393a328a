# SPDX-License-Identifier: Apache-2.0
# The kernels above avx2 and their tests again, with the 512-bit intrinsics emulated (avx512.h), so that
# they run wherever avx2 does. The sources are the same; only the libraries and cpuid.c are others.
noinst_HEADERS += %D%/avx512.h
EMULATED_LIBS =
if HAVE_ISA_AVX2
EMULATED_CFLAGS = $(AM_CFLAGS) $(ISA_AVX2_CFLAGS) -include %D%/avx512.h
if HAVE_ISA_BF16
check_LIBRARIES += libk_bf16_emulated.a
libk_bf16_emulated_a_CFLAGS = $(EMULATED_CFLAGS)
libk_bf16_emulated_a_SOURCES = engines/kernels/bf16/gemm_bf16.c engines/kernels/bf16/pack.c
EMULATED_LIBS += libk_bf16_emulated.a
endif
if HAVE_ISA_AVX512
check_LIBRARIES += libk_avx512_emulated.a
libk_avx512_emulated_a_CFLAGS = $(EMULATED_CFLAGS)
libk_avx512_emulated_a_SOURCES = \
	engines/kernels/avx512/vector.c engines/kernels/avx512/narrow.c \
	engines/kernels/avx512/attention_f32.c engines/kernels/avx512/attention_f16.c \
	engines/kernels/avx512/attention_bf16.c engines/kernels/avx512/attention_q8_0.c \
	engines/kernels/avx512/gemm_f32.c engines/kernels/avx512/gemm_f16.c engines/kernels/avx512/gemm_q8_0.c \
	engines/kernels/avx512/gemm_bf16.c engines/kernels/avx512/gemm_q4_0.c engines/kernels/avx512/gemm_wi8ai8.c \
	engines/kernels/avx512/stream.c
EMULATED_LIBS += libk_avx512_emulated.a
endif
if HAVE_ISA_VNNI
check_LIBRARIES += libk_vnni_emulated.a
libk_vnni_emulated_a_CFLAGS = $(EMULATED_CFLAGS)
libk_vnni_emulated_a_SOURCES = engines/kernels/vnni/gemm_q8_0.c engines/kernels/vnni/gemm_q4_0.c \
	engines/kernels/vnni/gemm_wi8ai8.c
EMULATED_LIBS += libk_vnni_emulated.a
endif

# Without the real libraries: a kernel that is not emulated does not link.
EMULATED_KERNEL_LIBS = libk_table.a libk_avx2.a $(EMULATED_LIBS) libk_ref.a
EMULATED_TESTS = %D%/t_vector %D%/t_attention %D%/t_stream %D%/t_gemm %D%/t_gemm_run %D%/t_engine %D%/t_engine_rules %D%/t_ask %D%/t_models
check_PROGRAMS += $(EMULATED_TESTS)
TESTS += $(EMULATED_TESTS)
%C%_t_vector_SOURCES = tests/kernels/t_vector.c %D%/cpuid.c
%C%_t_vector_CFLAGS = $(AM_CFLAGS)
%C%_t_vector_LDADD = $(EMULATED_KERNEL_LIBS) libtensor.a libbase.a
%C%_t_attention_SOURCES = tests/kernels/t_attention.c %D%/cpuid.c
%C%_t_attention_CFLAGS = $(AM_CFLAGS)
%C%_t_attention_LDADD = $(EMULATED_KERNEL_LIBS) libtensor.a libbase.a
%C%_t_stream_SOURCES = tests/kernels/t_stream.c %D%/cpuid.c
%C%_t_stream_CFLAGS = $(AM_CFLAGS)
%C%_t_stream_LDADD = $(EMULATED_KERNEL_LIBS) libtensor.a libbase.a
%C%_t_gemm_SOURCES = tests/kernels/t_gemm.c %D%/cpuid.c
%C%_t_gemm_CFLAGS = $(AM_CFLAGS) -DSUBSAMPLE=24
%C%_t_gemm_LDADD = libengines.a libjob.a $(EMULATED_KERNEL_LIBS) libtensor.a libbase.a $(JANSSON_LIBS)
%C%_t_gemm_run_SOURCES = tests/unit/t_gemm_run.c %D%/cpuid.c
%C%_t_gemm_run_CFLAGS = $(AM_CFLAGS)
%C%_t_gemm_run_LDADD = libengines.a libjob.a $(EMULATED_KERNEL_LIBS) libtensor.a libbase.a $(JANSSON_LIBS)
# A whole engine names the ceilings too: those are the real ones, and these tests run none of them.
EMULATED_ENGINE_LINK = libworkloads.a libengines.a libcudaengine.a libjob.a libmodel.a $(EMULATED_KERNEL_LIBS) $(KERNEL_LIBS) libtensor.a libbase.a \
	$(PCRE2_LIBS) $(XXHASH_LIBS) $(JANSSON_LIBS)
%C%_t_engine_SOURCES = tests/unit/t_engine.c %D%/cpuid.c
%C%_t_engine_CFLAGS = $(AM_CFLAGS)
%C%_t_engine_LDADD = $(EMULATED_ENGINE_LINK)
%C%_t_engine_rules_SOURCES = tests/unit/t_engine_rules.c %D%/cpuid.c
%C%_t_engine_rules_CFLAGS = $(AM_CFLAGS)
%C%_t_engine_rules_LDADD = $(EMULATED_ENGINE_LINK)
%C%_t_ask_SOURCES = tests/unit/t_ask.c %D%/cpuid.c
%C%_t_ask_CFLAGS = $(AM_CFLAGS)
%C%_t_ask_LDADD = $(EMULATED_ENGINE_LINK)
%C%_t_models_SOURCES = tests/golden/t_models.c %D%/cpuid.c
%C%_t_models_CFLAGS = $(AM_CFLAGS) -DTINY_ALONE
%C%_t_models_LDADD = $(EMULATED_ENGINE_LINK)
endif
