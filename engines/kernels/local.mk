# SPDX-License-Identifier: Apache-2.0
# One library a level, built with that level's flags. ref is the definition: no
# vectorising, no contraction, whatever the user's CFLAGS are.
KERNEL_LIBS += libk_table.a
noinst_LIBRARIES += libk_ref.a
libk_ref_a_CFLAGS = $(AM_CFLAGS) -fno-tree-vectorize
libk_ref_a_SOURCES = \
	%D%/vector.h %D%/vector.inc %D%/attention.h %D%/attention.inc %D%/attention_tiles.h \
	%D%/ref/vector.c %D%/ref/narrow.c %D%/ref/attention_f32.c %D%/ref/attention_f16.c \
	%D%/ref/attention_bf16.c %D%/ref/attention_q8_0.c %D%/ref/attention.h %D%/ref/math.h

if HAVE_ISA_AVX2
noinst_LIBRARIES += libk_avx2.a
libk_avx2_a_CFLAGS = $(AM_CFLAGS) $(ISA_AVX2_CFLAGS)
libk_avx2_a_SOURCES = \
	%D%/avx2/vector.c %D%/avx2/narrow.c %D%/avx2/attention_f32.c %D%/avx2/attention_f16.c \
	%D%/avx2/attention_bf16.c %D%/avx2/attention_q8_0.c %D%/avx2/attention.h %D%/avx2/math.h %D%/avx2/quantise.h
KERNEL_LIBS += libk_avx2.a
endif

# Before avx512: it rounds with that one's kernels.
if HAVE_ISA_BF16
noinst_LIBRARIES += libk_bf16.a
libk_bf16_a_CFLAGS = $(AM_CFLAGS) $(ISA_BF16_CFLAGS)
libk_bf16_a_SOURCES = %D%/bf16/gemm_bf16.c %D%/bf16/pack.c %D%/bf16/peak.c
KERNEL_LIBS += libk_bf16.a
endif

if HAVE_ISA_AVX512
noinst_LIBRARIES += libk_avx512.a
libk_avx512_a_CFLAGS = $(AM_CFLAGS) $(ISA_AVX512_CFLAGS)
libk_avx512_a_SOURCES = \
	%D%/avx512/vector.c %D%/avx512/narrow.c %D%/avx512/attention_f32.c %D%/avx512/attention_f16.c \
	%D%/avx512/attention_bf16.c %D%/avx512/attention_q8_0.c %D%/avx512/attention.h %D%/avx512/math.h %D%/avx512/tile.h
KERNEL_LIBS += libk_avx512.a
endif

if HAVE_ISA_VNNI
noinst_LIBRARIES += libk_vnni.a
libk_vnni_a_CFLAGS = $(AM_CFLAGS) $(ISA_VNNI_CFLAGS)
libk_vnni_a_SOURCES =
KERNEL_LIBS += libk_vnni.a
endif

if HAVE_ISA_NEON
noinst_LIBRARIES += libk_neon.a
libk_neon_a_CFLAGS = $(AM_CFLAGS) $(ISA_NEON_CFLAGS)
libk_neon_a_SOURCES = \
	%D%/neon/gemm_f32.c %D%/neon/gemm_f16.c %D%/neon/gemm_bf16.c %D%/neon/gemm_q8_0.c %D%/neon/gemm_q4_0.c \
	%D%/neon/gemm_wi8ai8.c %D%/neon/tile.h %D%/neon/dot.h \
	%D%/neon/vector.c %D%/neon/narrow.c %D%/neon/math.h \
	%D%/neon/attention_f32.c %D%/neon/attention_f16.c %D%/neon/attention_bf16.c %D%/neon/attention_q8_0.c \
	%D%/neon/attention.h %D%/neon/peak.c %D%/neon/stream.c
KERNEL_LIBS += libk_neon.a
endif

KERNEL_LIBS += libk_ref.a

# Matrix products and ceilings. The tables name the kernels of every level, so they stand
# before them; the kernels use nothing of the tables.
noinst_LIBRARIES += libk_table.a
libk_table_a_CFLAGS = $(AM_CFLAGS)
libk_table_a_SOURCES = %D%/gemm.c %D%/gemm.h %D%/gemm.inc %D%/peak.c %D%/peak.h %D%/peak.inc \
	%D%/stream.c %D%/stream.h %D%/stream.inc %D%/stream_loops.h
libk_ref_a_SOURCES += %D%/ref/gemm_f32.c %D%/ref/gemm_f16.c %D%/ref/gemm_q8_0.c \
	%D%/ref/gemm_bf16.c %D%/ref/gemm_q4_0.c %D%/ref/gemm_wi8ai8.c %D%/ref/peak.c %D%/ref/stream.c
if HAVE_ISA_AVX2
libk_avx2_a_SOURCES += %D%/avx2/gemm_f32.c %D%/avx2/gemm_f16.c %D%/avx2/gemm_q8_0.c \
	%D%/avx2/gemm_bf16.c %D%/avx2/gemm_q4_0.c %D%/avx2/gemm_wi8ai8.c %D%/avx2/pack.c %D%/avx2/peak.c %D%/avx2/stream.c
endif
if HAVE_ISA_AVX512
libk_avx512_a_SOURCES += %D%/avx512/gemm_f32.c %D%/avx512/gemm_f16.c %D%/avx512/gemm_q8_0.c \
	%D%/avx512/gemm_bf16.c %D%/avx512/gemm_q4_0.c %D%/avx512/gemm_wi8ai8.c %D%/avx512/peak.c %D%/avx512/stream.c
endif
if HAVE_ISA_VNNI
libk_vnni_a_SOURCES += %D%/vnni/gemm_q8_0.c %D%/vnni/gemm_q4_0.c %D%/vnni/gemm_wi8ai8.c %D%/vnni/peak.c
endif
