# SPDX-License-Identifier: Apache-2.0
# What is known of the machine.
noinst_LIBRARIES += libhost.a
libhost_a_CFLAGS = $(AM_CFLAGS)
libhost_a_SOURCES = %D%/host.h \
	%D%/machine.c %D%/identity.c %D%/environment.c %D%/moment.c \
	%D%/processor.c %D%/memory.c %D%/smbios.c %D%/clocks.c %D%/gpu.c %D%/container.c %D%/firmware.c \
	%D%/circumstances.c %D%/build.c \
	%D%/doctor.c %D%/doctor_clocks.c %D%/doctor_cpus.c %D%/doctor_load.c %D%/doctor_memory.c \
	%D%/doctor_system.c %D%/doctor.h %D%/doctor_check.h \
	%D%/places.c %D%/topology.c %D%/captured.c %D%/topology.h \
	%D%/sysfs.c %D%/sysfs_topology.c %D%/sysfs.h \
	%D%/names.c %D%/names.h %D%/salt.c %D%/salt.h \
	%D%/sha256.c %D%/sha256.h %D%/elf_note.c %D%/elf_note.h \
	%D%/facts.c %D%/cgroup.c %D%/facts.h \
	%D%/files.c %D%/files.h
