# SPDX-License-Identifier: Apache-2.0
# What people type.
bin_PROGRAMS += inferometer
inferometer_CFLAGS = $(AM_CFLAGS)
inferometer_SOURCES = \
	%D%/main.c %D%/cmd.h %D%/help.c %D%/help.h %D%/page.c %D%/page.h \
	%D%/cmd_run.c %D%/cmd_plan.c %D%/cmd_limits.c %D%/cmd_report.c %D%/cmd_ls.c %D%/cmd_show.c \
	%D%/cmd_generate.c %D%/cmd_logits.c %D%/cmd_perplexity.c %D%/cmd_tokenize.c %D%/cmd_convert.c \
	%D%/cmd_cache.c %D%/cmd_machine.c %D%/cmd_list.c %D%/cmd_store.c %D%/cmd_selftest.c \
	%D%/cmd_doctor.c %D%/doctor_worker.c %D%/doctor_gpu.c %D%/doctor_noise.c %D%/doctor_store.c %D%/doctor_asks.h \
	%D%/nothing.c %D%/nothing.h %D%/mistake.c %D%/mistake_options.c %D%/mistake.h \
	%D%/cmd_bench.c %D%/bench.h %D%/bench_spec.c %D%/bench_neutral.c %D%/bench_output.c \
	%D%/bench_run.c %D%/bench_run.h %D%/cmd_import.c \
	%D%/spec_options.c %D%/spec_options.h \
	%D%/labels.c %D%/labels.h %D%/output.c %D%/output.h %D%/open.c %D%/open.h %D%/measuring.c %D%/measuring.h \
	%D%/terminal.c %D%/terminal.h \
	%D%/plan_text.c %D%/plan_json.c %D%/plan_print.h \
	%D%/store_export.c %D%/store_export.h \
	%D%/cmd_compare.c %D%/cmd_note.c %D%/cmd_rm.c \
	%D%/run_named.c %D%/run_named.h %D%/point_named.c %D%/point_named.h %D%/runs_print.c %D%/runs_print.h \
	%D%/trial_print.c %D%/trial_print.h \
	%D%/compare_runs.c %D%/compare_runs.h \
	%D%/compare_fresh.c \
	%D%/compare_fresh.h \
	%D%/cmd_calibrate.c \
	%D%/cmd_gate.c \
	%D%/fresh.c \
	%D%/fresh.h \
	%D%/calibration.c \
	%D%/calibration.h \
	%D%/verdicts_output.c \
	%D%/verdicts_output.h \
	%D%/ask.c %D%/ask.h \
	%D%/npy.c %D%/npy.h
# The doctor tells whether the worker is of this build.
%D%/inferometer-doctor_worker.$(OBJEXT): build_id.h
inferometer_LDADD = $(FRONT_LINK)
nodist_inferometer_SOURCES = %D%/doc_files.c
%D%/doc_files.c: $(DOC_FILES) build-aux/embed.sh
	$(AM_V_GEN)$(MKDIR_P) %D% && $(EMBED) doc_files '$(srcdir)' $(DOC_FILES) > $@.tmp && mv $@.tmp $@
CLEANFILES += %D%/doc_files.c %D%/doc_files.c.tmp

# Completion asks the installed program what its options are.
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = %D%/completion/inferometer
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = %D%/completion/_inferometer
dist_man_MANS += %D%/inferometer.1
