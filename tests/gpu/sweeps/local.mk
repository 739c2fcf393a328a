# SPDX-License-Identifier: Apache-2.0
# What needs a GPU: tests/gpu/run.sh, by hand. In `make check`: that it says so without one, that its sweeps are good, and that
# the bundle runs.
GPU_SWEEPS = %D%/right.yaml %D%/ceilings.yaml %D%/decode.yaml %D%/prefill.yaml %D%/gemm.yaml %D%/large.yaml %D%/counters.yaml \
	%D%/energy.yaml %D%/small.yaml
check_PROGRAMS += tests/gpu/agree
tests_gpu_agree_SOURCES = tests/gpu/agree.c
tests_gpu_agree_CFLAGS = $(AM_CFLAGS)
tests_gpu_agree_LDADD = libworkloads.a libwire.a libengines.a libcudaengine.a libjob.a libmodel.a $(KERNEL_LIBS) libtensor.a \
	libstat.a libbase.a $(PCRE2_LIBS) $(XXHASH_LIBS) $(JANSSON_LIBS)
EXTRA_DIST += tests/gpu/run.sh tests/gpu/run.test tests/gpu/bundle.sh $(GPU_SWEEPS)
TESTS += tests/gpu/run.test

# All of it for a machine that has a driver and nothing else, in the folder gpu-bundle of the sources.
gpu-bundle: inferometer$(EXEEXT) inferometer-worker$(EXEEXT) tests/gpu/agree$(EXEEXT)
	$(AM_V_GEN)$(SHELL) $(top_srcdir)/tests/gpu/bundle.sh '$(abs_top_srcdir)' '$(abs_top_builddir)' '$(abs_top_srcdir)/gpu-bundle'
.PHONY: gpu-bundle
