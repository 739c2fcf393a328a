# SPDX-License-Identifier: Apache-2.0
# Engine "cuda". Without a toolkit its device says so.
noinst_LIBRARIES += libcudaengine.a
libcudaengine_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
libcudaengine_a_SOURCES = %D%/driver.h %D%/driver.inc %D%/kernels/args.h %D%/kernels/kernels.inc
libcudaengine_a_SOURCES += %D%/absent.c
if HAVE_CUDA
libcudaengine_a_SOURCES += %D%/driver.c
else
EXTRA_DIST += %D%/driver.c
endif

# The kernels: one unit of CUDA, its binary for the architectures of the build, and that in an object. What ptxas says of
# registers and spills stays beside it, for tests/gpu/ptxas.test.
CUDA_KERNELS_CU = %D%/kernels/kernels.cu %D%/kernels/gather.cu %D%/kernels/norm.cu %D%/kernels/rope.cu \
	%D%/kernels/attend.cu %D%/kernels/prefill.cu %D%/kernels/act.cu %D%/kernels/cast.cu %D%/kernels/gemv.cu \
	%D%/kernels/argmax.cu %D%/kernels/ceiling.cu
CUDA_KERNELS_H = %D%/kernels/portable.h %D%/kernels/on_device.h %D%/kernels/on_host.h %D%/kernels/image.h
EXTRA_DIST += $(CUDA_KERNELS_CU)
libcudaengine_a_SOURCES += $(CUDA_KERNELS_H)
CLEANFILES += %D%/kernels/kernels.fatbin %D%/kernels/kernels.log
if HAVE_CUDA
libcudaengine_a_SOURCES += %D%/kernels/image.c
# -fmad=false: kernels say their multiply-adds themselves, as on the CPU.
CUDA_FLAGS = -std=c++17 -O3 -fmad=false -Werror all-warnings -Xptxas -v
%D%/kernels/kernels.fatbin: $(CUDA_KERNELS_CU) $(CUDA_KERNELS_H) %D%/kernels/args.h %D%/kernels/kernels.inc
	$(AM_V_GEN)$(MKDIR_P) %D%/kernels && \
	{ $(NVCC) $(CUDA_FLAGS) $(CUDA_GENCODE) -I'$(srcdir)' -fatbin -o $@ '$(srcdir)/%D%/kernels/kernels.cu' \
	> %D%/kernels/kernels.log 2>&1 || { cat %D%/kernels/kernels.log; rm -f $@; exit 1; }; }
%D%/kernels/libcudaengine_a-image.$(OBJEXT): %D%/kernels/kernels.fatbin
else
EXTRA_DIST += %D%/kernels/image.c
endif
