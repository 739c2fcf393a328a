# SPDX-License-Identifier: Apache-2.0
# Shared libraries under the names of real ones, for what a machine has only when it is ill. Without the build's flags: a
# sanitizer belongs to the program that loads them.
FAKE_DNNL = %D%/whole/libdnnl.so.3 %D%/part/libdnnl.so.3
%D%/whole/libdnnl.so.3: %D%/dnnl.c
	$(AM_V_CC)$(MKDIR_P) %D%/whole && $(CC) -shared -fPIC -Wl,-soname,libdnnl.so.3 -o $@ $(srcdir)/%D%/dnnl.c
%D%/part/libdnnl.so.3: %D%/dnnl.c
	$(AM_V_CC)$(MKDIR_P) %D%/part && $(CC) -shared -fPIC -DWITHOUT_SGEMM -Wl,-soname,libdnnl.so.3 -o $@ $(srcdir)/%D%/dnnl.c
tests/cli/providers.log: $(FAKE_DNNL)
CLEANFILES += $(FAKE_DNNL)
EXTRA_DIST += %D%/dnnl.c
FAKE_NVML = %D%/whole/libnvidia-ml.so.1 %D%/part/libnvidia-ml.so.1 %D%/bare/libnvidia-ml.so.1
FAKE_NVML_CC = $(CC) -shared -fPIC -pthread -Wl,-soname,libnvidia-ml.so.1
%D%/whole/libnvidia-ml.so.1: %D%/nvml.c
	$(AM_V_CC)$(MKDIR_P) %D%/whole && $(FAKE_NVML_CC) -o $@ $(srcdir)/%D%/nvml.c
%D%/part/libnvidia-ml.so.1: %D%/nvml.c
	$(AM_V_CC)$(MKDIR_P) %D%/part && $(FAKE_NVML_CC) -DPART -o $@ $(srcdir)/%D%/nvml.c
%D%/bare/libnvidia-ml.so.1: %D%/nvml.c
	$(AM_V_CC)$(MKDIR_P) %D%/bare && $(FAKE_NVML_CC) -DBARE -o $@ $(srcdir)/%D%/nvml.c
tests/unit/t_nvml.log tests/cli/counters.log tests/cli/cuda.log: $(FAKE_NVML)
CLEANFILES += $(FAKE_NVML)
EXTRA_DIST += %D%/nvml.c
