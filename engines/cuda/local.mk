# SPDX-License-Identifier: Apache-2.0
# Engine "cuda". Without a toolkit its device says so.
noinst_LIBRARIES += libcudaengine.a
libcudaengine_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
CUDA_ENGINE_SOURCES = %D%/cuda.h %D%/device.c %D%/driver.c %D%/driver.h %D%/driver.inc %D%/engine.c %D%/forward.c %D%/graph.c \
	%D%/kernels/args.h %D%/kernels/kernels.inc %D%/lt.c %D%/lt.h %D%/lt.inc %D%/lt_names.c %D%/lt_tune.c \
	%D%/op.c %D%/op.h %D%/op_ceiling.c %D%/op_gemm.c %D%/product.c %D%/product.h %D%/session.c %D%/session.h %D%/step.c \
	%D%/upload.c %D%/upload.h %D%/weights.c %D%/weights.h %D%/work.c
if HAVE_CUDA
libcudaengine_a_SOURCES = $(CUDA_ENGINE_SOURCES)
nodist_libcudaengine_a_SOURCES = %D%/lt_parts.inc
else
libcudaengine_a_SOURCES = %D%/absent.c
endif
EXTRA_DIST += $(CUDA_ENGINE_SOURCES) %D%/absent.c build-aux/lt-parts.awk

# Names of cuBLASLt's tiles, stages and clusters, as its header has them.
if HAVE_CUDA
BUILT_SOURCES += %D%/lt_parts.inc
endif
%D%/lt_parts.inc: build-aux/lt-parts.awk
	$(AM_V_GEN)$(MKDIR_P) %D%
	$(AM_V_at)echo '#include <cublasLt.h>' | $(CC) $(CUDA_CPPFLAGS) -E -x c - > $@.i
	$(AM_V_at)$(AWK) -f $(top_srcdir)/build-aux/lt-parts.awk $@.i > $@.tmp && rm -f $@.i && mv $@.tmp $@
CLEANFILES += %D%/lt_parts.inc %D%/lt_parts.inc.i %D%/lt_parts.inc.tmp
