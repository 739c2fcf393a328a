# SPDX-License-Identifier: Apache-2.0
# What needs a GPU: tests/gpu/run.sh, by hand. Here: that it says so without one, and that its sweeps are good.
GPU_SWEEPS = %D%/sweeps/right.yaml %D%/sweeps/ceilings.yaml %D%/sweeps/decode.yaml %D%/sweeps/prefill.yaml %D%/sweeps/gemm.yaml \
	%D%/sweeps/large.yaml %D%/sweeps/counters.yaml %D%/sweeps/energy.yaml %D%/sweeps/small.yaml
check_PROGRAMS += %D%/agree
%C%_agree_SOURCES = %D%/agree.c
%C%_agree_CFLAGS = $(AM_CFLAGS)
%C%_agree_LDADD = libworkloads.a libwire.a libengines.a libcudaengine.a libjob.a libmodel.a $(KERNEL_LIBS) libtensor.a libstat.a \
	libbase.a $(PCRE2_LIBS) $(XXHASH_LIBS) $(JANSSON_LIBS)
EXTRA_DIST += %D%/run.sh %D%/run.test %D%/bundle.sh $(GPU_SWEEPS)
TESTS += %D%/run.test

# All of it for a machine that has a driver and nothing else, in the folder gpu-bundle of the sources.
GPU_BUNDLE = $(abs_top_srcdir)/gpu-bundle
gpu-bundle: inferometer$(EXEEXT) inferometer-worker$(EXEEXT) %D%/agree$(EXEEXT)
	$(SHELL) $(srcdir)/%D%/bundle.sh '$(abs_top_srcdir)' '$(abs_top_builddir)' '$(GPU_BUNDLE)'
.PHONY: gpu-bundle
