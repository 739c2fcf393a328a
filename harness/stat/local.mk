# SPDX-License-Identifier: Apache-2.0
# Pure maths: includes nothing of ours.
noinst_LIBRARIES += libstat.a
libstat_a_CFLAGS = $(AM_CFLAGS)
libstat_a_SOURCES = \
	%D%/stat.c %D%/quantile.c %D%/bootstrap.c %D%/amdahl.c %D%/stat.h \
	%D%/select.c %D%/median.c %D%/select.h %D%/draw.c %D%/draw.h \
	%D%/normal.c %D%/beta.c %D%/distribution.h %D%/signed_rank.c %D%/signed_rank.h \
	%D%/pairs.c %D%/flips.c %D%/groups.c %D%/pairs.h %D%/unpaired.c %D%/unpaired.h \
	%D%/size.c %D%/size.h %D%/stopping.c %D%/stopping.h %D%/order.c %D%/order.h \
	%D%/warmup.c %D%/warmup.h %D%/fdr.c %D%/family.c %D%/fdr.h \
	%D%/estimator.c %D%/estimator.h %D%/verdict.c %D%/verdict.h %D%/calibration.c %D%/calibration.h \
	%D%/selftest/selftest.c %D%/selftest/selftest.h %D%/selftest/rig.h \
	%D%/selftest/noise.c %D%/selftest/schedule.c %D%/selftest/plan.c %D%/selftest/exact.c
