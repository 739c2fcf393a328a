# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += librun.a
librun_a_CFLAGS = $(AM_CFLAGS)
librun_a_SOURCES = \
	%D%/client.c %D%/client.h %D%/find.c \
	%D%/spawn.c %D%/spawn.h \
	%D%/tail.c %D%/tail.h \
	%D%/run.c %D%/run.h %D%/sweep.h %D%/points.c \
	%D%/outcome.c %D%/outcome.h %D%/resume.c %D%/resume.h %D%/same.c %D%/same.h \
	%D%/survey.c %D%/survey.h %D%/beside.c %D%/checks.c %D%/pilot.c %D%/pilot.h %D%/visit.c %D%/verify.c %D%/facts.c \
	%D%/outputs.c %D%/outputs.h \
	%D%/process.c %D%/process.h %D%/watch.c %D%/watch.h \
	%D%/gate.c %D%/gate.h %D%/keeper.c %D%/keeper.h %D%/jump.c %D%/jump.h \
	%D%/lies.c %D%/lies.h \
	%D%/interrupt.c %D%/interrupt.h \
	%D%/brief.c %D%/brief.h %D%/eta.c %D%/eta.h %D%/listen.c %D%/listen.h \
	%D%/progress.c %D%/progress.h
