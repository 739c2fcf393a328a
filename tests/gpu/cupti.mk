# SPDX-License-Identifier: Apache-2.0
# Counters and traces of GPUs: by CUPTI's host half, by a library that stands for CUPTI, on records that are made.
CUPTI_TEST_FILES = %D%/t_cupti_host.c %D%/t_cupti.c %D%/t_cupti_trace.c %D%/t_trace_records.c %D%/fake_cupti.c \
	%D%/fake_cupti.h %D%/activity_example.h %D%/fake_records.c %D%/fake_records.h
check_PROGRAMS += %D%/t_trace
%C%_t_trace_SOURCES = %D%/t_trace.c
%C%_t_trace_CFLAGS = $(AM_CFLAGS)
%C%_t_trace_LDADD = libmeasure.a $(WIRE_TEST_LINK)
TESTS += %D%/t_trace
check_PROGRAMS += %D%/t_trace_nodes
%C%_t_trace_nodes_SOURCES = %D%/t_trace_nodes.c
%C%_t_trace_nodes_CFLAGS = $(AM_CFLAGS)
%C%_t_trace_nodes_LDADD = libmeasure.a $(WIRE_TEST_LINK)
TESTS += %D%/t_trace_nodes
if HAVE_CUPTI
check_PROGRAMS += %D%/t_cupti_host %D%/t_cupti %D%/t_cupti_trace %D%/t_trace_records
TESTS += %D%/t_cupti_host %D%/t_cupti %D%/t_cupti_trace %D%/t_trace_records
CUPTI_TEST_CPPFLAGS = $(AM_CPPFLAGS) $(CUPTI_FLAGS)
CUPTI_TEST_LINK = libmeasure.a $(WIRE_TEST_LINK)
%C%_t_cupti_host_SOURCES = %D%/t_cupti_host.c %D%/activity_example.h
%C%_t_cupti_host_CFLAGS = $(AM_CFLAGS)
%C%_t_cupti_host_CPPFLAGS = $(CUPTI_TEST_CPPFLAGS)
%C%_t_cupti_host_LDADD = $(CUPTI_TEST_LINK)
%C%_t_cupti_SOURCES = %D%/t_cupti.c %D%/fake_cupti.h
%C%_t_cupti_CFLAGS = $(AM_CFLAGS)
%C%_t_cupti_CPPFLAGS = $(CUPTI_TEST_CPPFLAGS)
%C%_t_cupti_LDADD = $(CUPTI_TEST_LINK)
%C%_t_cupti_trace_SOURCES = %D%/t_cupti_trace.c %D%/fake_cupti.h tests/unit/temp_folder.h
%C%_t_cupti_trace_CFLAGS = $(AM_CFLAGS)
%C%_t_cupti_trace_CPPFLAGS = $(CUPTI_TEST_CPPFLAGS)
%C%_t_cupti_trace_LDADD = $(CUPTI_TEST_LINK)
%C%_t_trace_records_SOURCES = %D%/t_trace_records.c %D%/activity_example.h
%C%_t_trace_records_CFLAGS = $(AM_CFLAGS)
%C%_t_trace_records_CPPFLAGS = $(CUPTI_TEST_CPPFLAGS)
%C%_t_trace_records_LDADD = $(CUPTI_TEST_LINK)
# Without the build's flags: a sanitizer belongs to the program that loads it.
FAKE_CUPTI = %D%/fake_cupti.so
%D%/fake_cupti.so: %D%/fake_cupti.c %D%/fake_records.c %D%/fake_records.h %D%/activity_example.h %D%/fake/watch.h
	$(AM_V_CC)$(MKDIR_P) %D% && $(CC) -std=c11 -O1 -g -Wall -shared -fPIC -fvisibility=default -I$(srcdir) $(CUPTI_FLAGS) \
		-o $@ $(srcdir)/%D%/fake_cupti.c $(srcdir)/%D%/fake_records.c
%D%/t_cupti.log %D%/t_cupti_trace.log: $(FAKE_CUPTI)
check_DATA += $(FAKE_CUPTI)
CLEANFILES += $(FAKE_CUPTI)
EXTRA_DIST += %D%/fake_cupti.c %D%/fake_records.c %D%/fake_records.h
else
EXTRA_DIST += $(CUPTI_TEST_FILES)
endif
