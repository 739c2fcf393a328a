# SPDX-License-Identifier: Apache-2.0
# The engines and their table.
noinst_LIBRARIES += libengines.a
libengines_a_CFLAGS = $(AM_CFLAGS) $(OPENBLAS_CFLAGS)
libengines_a_SOURCES = %D%/engine.h %D%/registry.c %D%/cpu/gemm.h \
	%D%/cpu/op.h %D%/cpu/engine.c %D%/cpu/cpu.h %D%/cpu/kernel_set.c %D%/cpu/kernel_set.h \
	%D%/cpu/plan.c %D%/cpu/plan.h \
	%D%/cpu/weights.c %D%/cpu/weights_load.c %D%/cpu/weights.h \
	%D%/cpu/packed_cache.c %D%/cpu/packed_cache.h %D%/cpu/scratch.c %D%/cpu/scratch.h \
	%D%/cpu/session.c %D%/cpu/session.h %D%/cpu/step.c %D%/cpu/block.c %D%/cpu/block.h \
	%D%/cpu/forward.c \
	%D%/cpu/options.c %D%/cpu/options.h %D%/cpu/placement.c %D%/cpu/placement.h %D%/cpu/flush.c %D%/cpu/flush.h \
	%D%/null/engine.c
EXTRA_DIST += %D%/README.md

# Matrix products and single operations. generic.blk is the last: it fits every processor.
BLOCKING_FILES = %D%/kernels/blocking/zen5.blk %D%/kernels/blocking/generic.blk
libengines_a_SOURCES += \
	%D%/cpu/gemm.c %D%/cpu/gemm_own.c %D%/cpu/gemm_pack.c %D%/cpu/provider.c %D%/cpu/provider.h %D%/cpu/provider_openblas.c \
	%D%/cpu/provider_onednn.c %D%/cpu/provider_blis.c %D%/cpu/gemm_private.h \
	%D%/cpu/gemm_blocking.c %D%/cpu/gemm_blocking.h %D%/cpu/op.c \
	%D%/cpu/op_plan.c %D%/cpu/op_plan.h %D%/cpu/op_memory.c %D%/cpu/op_memory.h %D%/cpu/op_calls.c %D%/cpu/op_calls.h \
	%D%/cpu/level.c %D%/cpu/level.h
nodist_libengines_a_SOURCES = %D%/cpu/blocking_files.c
%D%/cpu/blocking_files.c: $(BLOCKING_FILES) build-aux/embed.sh
	$(AM_V_GEN)$(MKDIR_P) %D%/cpu && $(EMBED) gemm_blocking_files '$(srcdir)' $(BLOCKING_FILES) > $@.tmp && mv $@.tmp $@
BUILT_SOURCES += %D%/cpu/blocking_files.c
CLEANFILES += %D%/cpu/blocking_files.c %D%/cpu/blocking_files.c.tmp
EXTRA_DIST += $(BLOCKING_FILES)
