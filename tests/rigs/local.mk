# SPDX-License-Identifier: Apache-2.0
# Machines that are not there: `make bigcheck` runs what their tools allow.
EXTRA_DIST += %D%/pmu-guest.sh %D%/pmu.sh %D%/pmu.c %D%/nine.grp
