# SPDX-License-Identifier: Apache-2.0
# Engine "cuda". Without a toolkit its device says so.
noinst_LIBRARIES += libcudaengine.a
libcudaengine_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
CUDA_ENGINE_FILES = %D%/cuda.h %D%/device.c %D%/driver.c %D%/driver.h %D%/driver.inc %D%/engine.c %D%/forward.c %D%/graph.c %D%/hold.c \
	%D%/kernels/args.h %D%/kernels/kernels.inc %D%/lt.c %D%/lt.h %D%/lt.inc %D%/lt_names.c %D%/lt_tune.c \
	%D%/op.c %D%/op.h %D%/op_ceiling.c %D%/op_gemm.c %D%/product.c %D%/product.h %D%/session.c %D%/session.h %D%/step.c \
	%D%/kernels/image.c $(CUDA_KERNELS_H) %D%/upload.c %D%/upload.h %D%/weights.c %D%/weights.h %D%/work.c
if HAVE_CUDA
libcudaengine_a_SOURCES = $(CUDA_ENGINE_FILES)
nodist_libcudaengine_a_SOURCES = %D%/lt_parts.inc
else
libcudaengine_a_SOURCES = %D%/absent.c
endif
EXTRA_DIST += build-aux/lt-parts.awk

# Names of cuBLASLt's tiles, stages and clusters, as its header has them.
if HAVE_CUDA
BUILT_SOURCES += %D%/lt_parts.inc
endif
%D%/lt_parts.inc: build-aux/lt-parts.awk
	$(AM_V_GEN)$(MKDIR_P) %D%
	$(AM_V_at)echo '#include <cublasLt.h>' | $(CC) $(CUDA_CPPFLAGS) -E -x c - > $@.i
	$(AM_V_at)$(AWK) -f $(top_srcdir)/build-aux/lt-parts.awk $@.i > $@.tmp && rm -f $@.i && mv $@.tmp $@
CLEANFILES += %D%/lt_parts.inc %D%/lt_parts.inc.i %D%/lt_parts.inc.tmp

# The kernels: one unit of CUDA, its binary for the architectures of the build, and that in an object. What ptxas says of
# registers and spills stays beside it, for tests/gpu/ptxas.test.
CUDA_KERNELS_CU = %D%/kernels/kernels.cu %D%/kernels/gather.cu %D%/kernels/norm.cu %D%/kernels/rope.cu \
	%D%/kernels/attend.cu %D%/kernels/prefill.cu %D%/kernels/act.cu %D%/kernels/cast.cu %D%/kernels/gemv.cu \
	%D%/kernels/argmax.cu %D%/kernels/ceiling.cu %D%/kernels/hold.cu
CUDA_KERNELS_H = %D%/kernels/portable.h %D%/kernels/on_device.h %D%/kernels/on_host.h %D%/kernels/image.h
EXTRA_DIST += $(CUDA_KERNELS_CU)
CLEANFILES += %D%/kernels/kernels.fatbin %D%/kernels/kernels.log
if HAVE_CUDA
# -fmad=false: kernels say their multiply-adds themselves, as on the CPU. --threads: an architecture each.
CUDA_FLAGS = -std=c++17 -O3 -fmad=false -Werror all-warnings -Xptxas -v --threads 4
%D%/kernels/kernels.fatbin: $(CUDA_KERNELS_CU) $(CUDA_KERNELS_H) %D%/kernels/args.h %D%/kernels/kernels.inc
	$(AM_V_GEN)$(MKDIR_P) %D%/kernels && \
	{ $(NVCC) $(CUDA_FLAGS) $(CUDA_GENCODE) -I'$(srcdir)' -fatbin -o $@ '$(srcdir)/%D%/kernels/kernels.cu' \
	> %D%/kernels/kernels.log 2>&1 || { cat %D%/kernels/kernels.log; rm -f $@; exit 1; }; }
%D%/kernels/libcudaengine_a-image.$(OBJEXT): %D%/kernels/kernels.fatbin
endif
