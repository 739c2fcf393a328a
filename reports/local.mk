# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libreports.a
libreports_a_CFLAGS = $(AM_CFLAGS)
libreports_a_SOURCES = %D%/analysis/analysis.h %D%/report.h
