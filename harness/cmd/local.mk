# SPDX-License-Identifier: Apache-2.0
bin_PROGRAMS += inferometer
inferometer_CFLAGS = $(AM_CFLAGS)
inferometer_SOURCES = %D%/main.c
inferometer_LDADD = $(FRONT_LINK)
