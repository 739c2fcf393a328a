# SPDX-License-Identifier: Apache-2.0
# The protocol: the only room both programs share with engines/base.
noinst_LIBRARIES += libwire.a
libwire_a_CFLAGS = $(AM_CFLAGS)
libwire_a_SOURCES = \
	%D%/wire.c %D%/wire.h \
	%D%/point.c %D%/label.c %D%/point.h %D%/keys.inc \
	%D%/codec.c %D%/codec.h \
	%D%/hello.c %D%/choice.c %D%/messages.c %D%/result.c \
	%D%/formula.c %D%/formula.h %D%/group.c %D%/group.h \
	%D%/base64.c
nodist_libwire_a_SOURCES = %D%/group_files.c

# Groups of hardware counters, embedded and installed: both programs read them.
GROUP_DIR = harness/measure/counter/groups
CUPTI_GROUP_DIR = harness/measure/counter/cupti
GROUP_FILES = $(GROUP_DIR)/anchors.grp $(GROUP_DIR)/base.grp $(GROUP_DIR)/cache.grp $(GROUP_DIR)/tlb.grp \
	$(GROUP_DIR)/branch.grp $(GROUP_DIR)/flops_intel.grp $(GROUP_DIR)/flops_amd.grp $(GROUP_DIR)/fills_amd.grp \
	$(CUPTI_GROUP_DIR)/anchors.grp $(CUPTI_GROUP_DIR)/core.grp $(CUPTI_GROUP_DIR)/l2.grp $(CUPTI_GROUP_DIR)/tensor.grp \
	$(CUPTI_GROUP_DIR)/ops.grp $(CUPTI_GROUP_DIR)/stalls.grp $(CUPTI_GROUP_DIR)/memory.grp
EXTRA_DIST += $(GROUP_FILES)
%D%/group_files.c: $(GROUP_FILES) build-aux/embed.sh
	$(AM_V_GEN)$(MKDIR_P) %D% && $(EMBED) counter_group_files '$(srcdir)' $(GROUP_FILES) > $@.tmp && mv $@.tmp $@
BUILT_SOURCES += %D%/group_files.c
CLEANFILES += %D%/group_files.c %D%/group_files.c.tmp
