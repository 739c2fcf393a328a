# SPDX-License-Identifier: Apache-2.0
# What is known of the machine.
noinst_LIBRARIES += libhost.a
libhost_a_CFLAGS = $(AM_CFLAGS)
libhost_a_SOURCES = %D%/host.h \
	%D%/machine.c %D%/identity.c %D%/environment.c %D%/moment.c \
	%D%/facts.c %D%/cgroup.c %D%/facts.h \
	%D%/files.c %D%/files.h
