# SPDX-License-Identifier: Apache-2.0
# Workers that die, hang and lie: fake_worker does what it is told, the tests watch the harness.
check_PROGRAMS += %D%/fake_worker %D%/store_sql %D%/t_client %D%/t_run %D%/t_run_stops %D%/t_checks %D%/t_machine
%C%_fake_worker_SOURCES = %D%/fake_worker.c %D%/fake_hello.h
%C%_fake_worker_CFLAGS = $(AM_CFLAGS)
%C%_fake_worker_LDADD = libwire.a libbase.a $(XXHASH_LIBS) $(JANSSON_LIBS)
%C%_t_client_SOURCES = %D%/t_client.c %D%/faults.h
%C%_t_client_CFLAGS = $(AM_CFLAGS)
%C%_t_client_LDADD = librun.a libwire.a libbase.a $(XXHASH_LIBS) $(JANSSON_LIBS)
%C%_t_run_SOURCES = %D%/t_run.c %D%/ran.h %D%/faults.h
%C%_t_run_CFLAGS = $(AM_CFLAGS)
%C%_t_run_LDADD = librun.a libplan.a libspec.a libstore.a libhost.a libstat.a libwire.a libbase.a \
	$(SQLITE_LIBS) $(FYAML_LIBS) $(HWLOC_LIBS) $(XXHASH_LIBS) $(JANSSON_LIBS)
%C%_t_checks_SOURCES = %D%/t_checks.c %D%/faults.h
%C%_t_checks_CFLAGS = $(AM_CFLAGS)
%C%_t_checks_LDADD = $(%C%_t_run_LDADD)
%C%_t_run_stops_SOURCES = %D%/t_run_stops.c %D%/ran.h %D%/faults.h
%C%_t_run_stops_CFLAGS = $(AM_CFLAGS)
%C%_t_run_stops_LDADD = $(%C%_t_run_LDADD)
%C%_t_machine_SOURCES = %D%/t_machine.c %D%/faults.h
%C%_t_machine_CFLAGS = $(AM_CFLAGS)
%C%_t_machine_LDADD = $(%C%_t_run_LDADD)
%C%_store_sql_SOURCES = %D%/store_sql.c
%C%_store_sql_CFLAGS = $(AM_CFLAGS)
%C%_store_sql_LDADD = $(SQLITE_LIBS)
FAULT_TESTS = %D%/six.test %D%/orphans.test %D%/resume.test %D%/store.test %D%/kill9.test
EXTRA_DIST += $(FAULT_TESTS)
TESTS += %D%/t_client %D%/t_run %D%/t_run_stops %D%/t_checks %D%/t_machine $(FAULT_TESTS)
