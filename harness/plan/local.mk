# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libplan.a
libplan_a_CFLAGS = $(AM_CFLAGS)
libplan_a_SOURCES = \
	%D%/plan.h %D%/private.h %D%/estimate.c %D%/estimate.h %D%/counting.c %D%/counting.h \
	%D%/points.c %D%/values.c %D%/devices.c %D%/resolve.c %D%/expand.c %D%/exclude.c \
	%D%/worker.c %D%/admit.c %D%/ceilings.c %D%/order.c
