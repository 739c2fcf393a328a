# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libspec.a
libspec_a_CFLAGS = $(AM_CFLAGS)
libspec_a_SOURCES = \
	%D%/spec.c %D%/spec.h \
	%D%/parse.c %D%/parser.h %D%/axes.c %D%/set.c %D%/rules.c %D%/words.c \
	%D%/render.c %D%/named.c \
	%D%/option.c %D%/option.h \
	%D%/value.c %D%/value.h \
	%D%/yaml.c %D%/yaml.h
nodist_libspec_a_SOURCES = %D%/sweep_files.c

# The shipped sweeps, embedded and installed.
SWEEP_FILES = workloads/sweeps/demo.yaml workloads/sweeps/limits.yaml workloads/sweeps/quick.yaml \
	workloads/sweeps/precision.yaml workloads/sweeps/blocking.yaml workloads/sweeps/scaling.yaml \
	workloads/sweeps/nightly.yaml workloads/sweeps/procurement.yaml workloads/sweeps/calibrate.yaml workloads/sweeps/gpu.yaml
nobase_dist_pkgdata_DATA += $(SWEEP_FILES)
%D%/sweep_files.c: $(SWEEP_FILES) build-aux/embed.sh
	$(AM_V_GEN)$(MKDIR_P) %D% && $(EMBED) sweep_files '$(srcdir)' $(SWEEP_FILES) > $@.tmp && mv $@.tmp $@
CLEANFILES += %D%/sweep_files.c %D%/sweep_files.c.tmp
