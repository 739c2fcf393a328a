# SPDX-License-Identifier: Apache-2.0
# One SQLite file.
noinst_LIBRARIES += libstore.a
libstore_a_CFLAGS = $(AM_CFLAGS)
libstore_a_SOURCES = %D%/store.h \
	%D%/store.c %D%/names.c %D%/names.h \
	%D%/lock.c %D%/lock.h %D%/journal.c %D%/journal.h %D%/schema.c %D%/schema.h \
	%D%/db.c %D%/db.h %D%/content.c %D%/content.h \
	%D%/write.c %D%/visit.c %D%/build.c %D%/build.h \
	%D%/planned.c %D%/progress.c %D%/history.c %D%/history.h \
	%D%/upkeep.h %D%/merge.c %D%/check.c %D%/prune.c %D%/export.c %D%/parts.c %D%/parts.h \
	%D%/trial.c %D%/trial.h %D%/trial_format.c %D%/trial_parse.c %D%/trial_text.h \
	%D%/decision.c %D%/decision.h \
	%D%/runs.h %D%/find.c %D%/labels.c %D%/listing.c \
	%D%/read.c %D%/load.c %D%/load.h %D%/columns.c %D%/columns.h %D%/free.c
nodist_libstore_a_SOURCES = %D%/schema_file.c
STORE_SCHEMAS = %D%/schema.sql %D%/schema_2.sql
%D%/schema_file.c: $(STORE_SCHEMAS) build-aux/embed.sh
	$(AM_V_GEN)$(MKDIR_P) %D% && $(EMBED) store_schema_file '$(srcdir)' $(STORE_SCHEMAS) > $@.tmp && mv $@.tmp $@
BUILT_SOURCES += %D%/schema_file.c
CLEANFILES += %D%/schema_file.c %D%/schema_file.c.tmp
EXTRA_DIST += $(STORE_SCHEMAS)
