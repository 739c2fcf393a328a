# SPDX-License-Identifier: Apache-2.0
# Tests speak TAP (tests/tap.h, tests/tap.sh). Each sub-folder lists its own.
TEST_EXTENSIONS = .test
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
TEST_LOG_DRIVER = $(LOG_DRIVER)
AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir; \
	IFM='$(abs_top_builddir)/inferometer'; export IFM; \
	INFEROMETER_WORKER='$(abs_top_builddir)/inferometer-worker'; export INFEROMETER_WORKER; \
	INFEROMETER_CACHE=off; export INFEROMETER_CACHE; \
	FAKE_CUDA='$(abs_top_builddir)/tests/gpu/fake/libfakecuda.so'; export FAKE_CUDA; \
	XDG_CONFIG_HOME='$(abs_top_builddir)/tests/config'; export XDG_CONFIG_HOME;
# The salt of names of whoever runs the tests stays his own.
CLEANFILES += %D%/config/inferometer/salt
noinst_HEADERS += %D%/tap.h %D%/leaks.h %D%/naive_llama.h
ENGINE_TEST_LINK = libworkloads.a libengines.a libcudaengine.a libjob.a libmodel.a $(KERNEL_LIBS) libtensor.a libbase.a \
	$(PCRE2_LIBS) $(XXHASH_LIBS) $(JANSSON_LIBS)
EXTRA_DIST += %D%/tap.sh %D%/layers.test
TESTS += %D%/layers.test

include tests/unit/local.mk
include tests/machines/local.mk
include tests/kernels/local.mk
include tests/gpu/local.mk
include tests/golden/local.mk
include tests/cli/local.mk
include tests/faults/local.mk
include tests/fuzz/local.mk
include tests/bench/local.mk
include tests/fakes/local.mk
include tests/gpu/cupti.mk
include tests/rigs/local.mk
include tests/look/local.mk
include tests/peers/local.mk
include tests/gpu/sweeps/local.mk
