# SPDX-License-Identifier: Apache-2.0
# Machines that are not here, as trees of /proc and /sys.
check_PROGRAMS += %D%/t_machines %D%/t_doctor
%C%_t_machines_SOURCES = %D%/t_machines.c tests/unit/temp_folder.h
%C%_t_machines_CFLAGS = $(AM_CFLAGS)
%C%_t_machines_LDADD = $(HOST_TEST_LINK)
%C%_t_doctor_SOURCES = %D%/t_doctor.c tests/unit/temp_folder.h
%C%_t_doctor_CFLAGS = $(AM_CFLAGS)
%C%_t_doctor_LDADD = $(HOST_TEST_LINK)
TESTS += %D%/t_machines %D%/t_doctor
EXTRA_DIST += %D%/make.sh %D%/tree.sh %D%/intel.sh %D%/amd.sh %D%/arm-biglittle.sh %D%/arm-server.sh \
	%D%/container.sh %D%/pod.sh %D%/denied.sh %D%/empty.sh
