# SPDX-License-Identifier: Apache-2.0
# What people type.
bin_PROGRAMS += inferometer
inferometer_CFLAGS = $(AM_CFLAGS)
inferometer_SOURCES = \
	%D%/main.c %D%/cmd.h %D%/help.c %D%/help.h %D%/page.c %D%/page.h \
	%D%/cmd_run.c %D%/cmd_plan.c %D%/cmd_limits.c %D%/cmd_report.c %D%/cmd_ls.c %D%/cmd_show.c \
	%D%/cmd_generate.c %D%/cmd_logits.c %D%/cmd_perplexity.c %D%/cmd_tokenize.c %D%/cmd_convert.c \
	%D%/cmd_cache.c %D%/cmd_machine.c %D%/cmd_list.c %D%/cmd_store.c \
	%D%/spec_options.c %D%/spec_options.h \
	%D%/output.c %D%/output.h %D%/measuring.c %D%/measuring.h \
	%D%/plan_text.c %D%/plan_json.c %D%/plan_print.h \
	%D%/store_export.c %D%/store_export.h \
	%D%/compare_runs.c %D%/compare_runs.h \
	%D%/ask.c %D%/ask.h \
	%D%/npy.c %D%/npy.h
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
