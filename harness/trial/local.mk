# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libtrial.a
libtrial_a_CFLAGS = $(AM_CFLAGS)
libtrial_a_SOURCES = \
	%D%/built.c \
	%D%/built.h \
	%D%/cells.c \
	%D%/checkout.c \
	%D%/command.c \
	%D%/command.h \
	%D%/copy.c \
	%D%/differ.c \
	%D%/execute.c \
	%D%/git.c \
	%D%/git.h \
	%D%/pilot.c \
	%D%/plan.c \
	%D%/private.h \
	%D%/repository.c \
	%D%/repository.h \
	%D%/revision.c \
	%D%/revision.h \
	%D%/rounds.c \
	%D%/tree.c \
	%D%/tree.h \
	%D%/trial.h \
	%D%/visits.c
