# SPDX-License-Identifier: Apache-2.0
# Command line tests.
CLI_TESTS = \
	%D%/readme.test \
	%D%/docs.test \
	%D%/completion.test \
	%D%/help.test \
	%D%/usage.test \
	%D%/ask.test \
	%D%/convert.test \
	%D%/cache.test \
	%D%/run.test \
	%D%/worker.test \
	%D%/devices.test %D%/cuda.test \
	%D%/machine.test \
	%D%/names.test \
	%D%/limits.test \
	%D%/providers.test \
	%D%/manner.test \
	%D%/counters.test \
	%D%/plan.test \
	%D%/store.test \
	%D%/terminal.test \
	%D%/commands.test \
	%D%/selftest.test \
	%D%/doctor.test \
	%D%/mistakes.test \
	%D%/open.test \
	%D%/verdict_page.test \
	%D%/bench.test \
	%D%/runs.test \
	%D%/verdicts.test
EXTRA_DIST += $(CLI_TESTS) %D%/llama_bench.sh %D%/llama_bench.keys %D%/complete.zsh
TESTS += $(CLI_TESTS)
# What runs a command on a terminal.
check_PROGRAMS += %D%/pty
%C%_pty_SOURCES = %D%/pty.c
%C%_pty_CFLAGS = $(AM_CFLAGS)
# A worker whose times are computed.
check_PROGRAMS += %D%/clockwork
%C%_clockwork_SOURCES = %D%/clockwork.c
%C%_clockwork_CFLAGS = $(AM_CFLAGS)
%C%_clockwork_LDADD = libwire.a libbase.a $(XXHASH_LIBS) $(JANSSON_LIBS)
