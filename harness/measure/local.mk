# SPDX-License-Identifier: Apache-2.0
# The worker: its program is main.c, the rest is a library, so that tests can have it.
noinst_LIBRARIES += libmeasure.a
libmeasure_a_CFLAGS = $(AM_CFLAGS) $(PAPI_CFLAGS)
libmeasure_a_SOURCES = \
	%D%/server.c %D%/server.h \
	%D%/devices.c %D%/devices.h %D%/state.c %D%/state.h \
	%D%/hello.c %D%/prepare.c %D%/run.c %D%/ask.c %D%/ask_private.h %D%/ask_generate.c %D%/ask_tokens.c %D%/stop.c %D%/stop.h \
	%D%/ask_convert.c %D%/ask_convert.h \
	%D%/text.c %D%/text.h \
	%D%/window.c %D%/window.h %D%/step_cost.c %D%/step_cost.h \
	%D%/manner.c %D%/manner.h %D%/inject.c %D%/inject.h %D%/settle.c %D%/settle.h \
	%D%/counter/registry.c %D%/counter/counter.h \
	%D%/counter/reading.c %D%/counter/clock.c %D%/counter/rusage.c \
	%D%/counter/perf.c %D%/counter/perf_probe.c %D%/counter/perf_event.h %D%/counter/pmu.c %D%/counter/pmu.h \
	%D%/counter/papi.c %D%/counter/loops.c %D%/counter/loops.h %D%/counter/pack.c %D%/counter/pack.h \
	%D%/counter/nvml.c %D%/counter/nvml_lib.c %D%/counter/nvml_lib.h %D%/counter/nvml_lib.inc \
	%D%/counter/nvml_card.c %D%/counter/nvml_card.h %D%/counter/nvml_watch.c %D%/counter/nvml_watch.h \
	%D%/counter/nvml_energy.c %D%/counter/nvml_energy.h %D%/counter/nvml_state.c %D%/counter/nvml_state.h %D%/throttle.c %D%/throttle.h \
	%D%/device_time.c %D%/device_time.h \
	%D%/counter/papi_lib.h %D%/counter/papi_set.h %D%/counter/papi_plan.h
if HAVE_PAPI
libmeasure_a_SOURCES += %D%/counter/papi_lib.c %D%/counter/papi_set.c %D%/counter/papi_plan.c
endif
# Counters of GPUs. What needs CUPTI's headers is apart: one of them asks for a C++ header, and counter/compat has an empty one.
libmeasure_a_SOURCES += %D%/counter/cupti_metric.c %D%/counter/cupti_metric.h \
	%D%/counter/trace.c %D%/counter/trace.h %D%/counter/trace_sum.c %D%/counter/trace_chrome.c \
	%D%/counter/trace_nodes.c %D%/counter/trace_nodes.h
CUPTI_SOURCES = %D%/counter/cupti.c %D%/counter/cupti_lib.c %D%/counter/cupti_lib.h %D%/counter/cupti_lib.inc \
	%D%/counter/cupti_why.c %D%/counter/cupti_why.h %D%/counter/cupti_host.c %D%/counter/cupti_host.h \
	%D%/counter/cupti_plan.c %D%/counter/cupti_plan.h %D%/counter/cupti_range.c %D%/counter/cupti_range.h \
	%D%/counter/cupti_trace.c %D%/counter/trace_feed.c %D%/counter/trace_feed.h \
	%D%/counter/trace_records.c %D%/counter/trace_records.h
CUPTI_FLAGS = -isystem $(srcdir)/%D%/counter/compat $(CUPTI_CPPFLAGS)
EXTRA_DIST += %D%/counter/compat/string
if HAVE_CUPTI
noinst_LIBRARIES += libcupticounter.a
libcupticounter_a_CFLAGS = $(AM_CFLAGS)
libcupticounter_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUPTI_FLAGS)
libcupticounter_a_SOURCES = $(CUPTI_SOURCES)
libmeasure_a_LIBADD = $(libcupticounter_a_OBJECTS)
EXTRA_DIST += %D%/counter/cupti_absent.c
else
libmeasure_a_SOURCES += %D%/counter/cupti_absent.c
EXTRA_DIST += $(CUPTI_SOURCES)
endif
%D%/libmeasure_a-hello.$(OBJEXT): build_id.h

pkglibexec_PROGRAMS += inferometer-worker
inferometer_worker_CFLAGS = $(AM_CFLAGS)
inferometer_worker_SOURCES = %D%/main.c
inferometer_worker_LDADD = $(WORKER_LINK)
dist_pkgdata_SCRIPTS += %D%/example-worker.py
