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
