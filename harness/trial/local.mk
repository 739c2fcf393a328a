# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libtrial.a
libtrial_a_CFLAGS = $(AM_CFLAGS)
libtrial_a_SOURCES = \
	%D%/trial.h \
	%D%/private.h \
	%D%/plan.c \
	%D%/cells.c \
	%D%/differ.c \
	%D%/execute.c \
	%D%/visits.c \
	%D%/pilot.c \
	%D%/rounds.c \
	%D%/copy.c \
	%D%/revision.c \
	%D%/revision.h
