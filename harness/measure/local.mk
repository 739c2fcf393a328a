# SPDX-License-Identifier: Apache-2.0
# The worker: its program is main.c, the rest is a library, so that tests can have it.
noinst_LIBRARIES += libmeasure.a
libmeasure_a_CFLAGS = $(AM_CFLAGS)
libmeasure_a_SOURCES = \
	%D%/server.c %D%/server.h \
	%D%/state.c %D%/state.h \
	%D%/hello.c %D%/prepare.c %D%/run.c %D%/ask.c %D%/ask_private.h %D%/ask_generate.c %D%/ask_tokens.c %D%/stop.c %D%/stop.h \
	%D%/ask_convert.c %D%/ask_convert.h \
	%D%/text.c %D%/text.h \
	%D%/window.c %D%/window.h %D%/step_cost.c %D%/step_cost.h \
	%D%/manner.c %D%/manner.h %D%/settle.c %D%/settle.h \
	%D%/counter/registry.c %D%/counter/counter.h \
	%D%/counter/clock.c %D%/counter/rusage.c
%D%/libmeasure_a-hello.$(OBJEXT): build_id.h

pkglibexec_PROGRAMS += inferometer-worker
inferometer_worker_CFLAGS = $(AM_CFLAGS)
inferometer_worker_SOURCES = %D%/main.c
inferometer_worker_LDADD = $(WORKER_LINK)
EXTRA_DIST += %D%/README.md %D%/example-worker.py
