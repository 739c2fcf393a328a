# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libreports.a
libreports_a_CFLAGS = $(AM_CFLAGS)
libreports_a_SOURCES = \
	%D%/analysis/analysis.c %D%/analysis/analysis.h \
	%D%/analysis/rows.c %D%/analysis/rows.h \
	%D%/analysis/residual.c %D%/analysis/client.c \
	%D%/analysis/ceilings.c \
	%D%/analysis/counted.c %D%/analysis/counted.h %D%/analysis/energy.c %D%/analysis/counters.c %D%/analysis/counters.h \
	%D%/analysis/facts.c %D%/analysis/facts.h %D%/analysis/differences.c \
	%D%/analysis/compare.c %D%/analysis/compare.h %D%/analysis/follow.c %D%/analysis/ratio.c \
	%D%/analysis/verdicts.h \
	%D%/analysis/verdicts.c \
	%D%/analysis/verdict_steps.h \
	%D%/analysis/verdict_cells.c \
	%D%/analysis/verdict_families.c \
	%D%/analysis/verdict_pairs.c \
	%D%/analysis/verdict_pairs.h \
	%D%/verdicts/verdicts.h \
	%D%/verdicts/registry.c \
	%D%/verdicts/words.c \
	%D%/verdicts/heading.c \
	%D%/verdicts/notes.c \
	%D%/verdicts/csv.c \
	%D%/verdicts/terminal.c \
	%D%/verdicts/md.c \
	%D%/verdicts/json.c \
	%D%/json.c %D%/json.h \
	%D%/verdicts/junit.c \
	%D%/analysis/campaign.c \
	%D%/analysis/campaign.h \
	%D%/campaign.c \
	%D%/campaign.h \
	%D%/files.h \
	%D%/analysis/pareto.c %D%/analysis/pareto.h %D%/analysis/latency.c %D%/analysis/latency.h \
	%D%/analysis/scaling.c %D%/analysis/scaling.h %D%/analysis/timeline.c %D%/analysis/timeline.h \
	%D%/analysis/roofline.c %D%/analysis/roofline.h \
	%D%/report.h %D%/registry.c \
	%D%/text.c %D%/text.h %D%/csv.c %D%/csv.h \
	%D%/number.c %D%/number.h \
	%D%/view.c %D%/command.c %D%/subject.c %D%/view.h %D%/facts.c \
	%D%/columns.c %D%/columns.h \
	%D%/counters.c %D%/counters.h %D%/html/counters.c \
	%D%/layout.c %D%/layout.h \
	%D%/terminal.c %D%/terminal.h %D%/limits.c %D%/limits.h \
	%D%/emit_terminal.c %D%/emit_md.c %D%/emit_csv.c %D%/emit_json.c %D%/emit_html.c \
	%D%/html/html.h %D%/html/page.c %D%/html/finding.c %D%/html/summary.c \
	%D%/html/write.c %D%/label.c \
	%D%/html/pictures.c %D%/html/percentiles.c %D%/html/tables.c %D%/html/machine.c \
	%D%/plots/plots.h %D%/plots/plots.c %D%/plots/files.c %D%/plots/gnuplot.c \
	%D%/plots/palette.c %D%/plots/groups.c %D%/plots/svg.c %D%/plots/sound.c \
	%D%/compare/compare.h %D%/compare/words.c %D%/compare/registry.c %D%/compare/terminal.c %D%/compare/sheet.c %D%/compare/sheet.h \
	%D%/compare/md.c %D%/compare/csv.c %D%/compare/json.c %D%/compare/html.c %D%/compare/picture.c \
	%D%/plots/axes.c %D%/plots/labels.c %D%/plots/latency.c %D%/plots/heat.c \
	%D%/plots/roofline.c %D%/plots/roofline/roofline.h %D%/plots/roofline/place.c %D%/plots/roofline/draw.c \
	%D%/plots/timeline.c \
	%D%/verdicts/html.c %D%/verdicts/html.h \
	%D%/verdicts/page/page.h %D%/verdicts/page/make.c %D%/verdicts/page/words.c %D%/verdicts/page/summary.c \
	%D%/verdicts/page/tables.c %D%/verdicts/page/trust.c %D%/verdicts/page/forest.c \
	%D%/verdicts/page/pairs.c %D%/verdicts/page/aa.c %D%/verdicts/page/order.c \
	%D%/plots/throughput.c %D%/plots/quality.c %D%/plots/blocking.c %D%/plots/scaling.c
nodist_libreports_a_SOURCES = %D%/files.c

REPORT_FILES = \
	%D%/plots/forest.gp %D%/plots/pairs.gp %D%/plots/aa.gp %D%/plots/order.gp \
	%D%/html/page.css %D%/html/page.js \
	%D%/plots/style.gp %D%/plots/throughput.gp %D%/plots/quality.gp \
	%D%/plots/blocking.gp %D%/plots/scaling.gp %D%/plots/ratios.gp %D%/plots/latency.gp \
	%D%/plots/roofline.gp %D%/plots/heat.gp %D%/plots/timeline.gp
EXTRA_DIST += $(REPORT_FILES)
%D%/files.c: $(REPORT_FILES) build-aux/embed.sh
	$(AM_V_GEN)$(MKDIR_P) %D% && $(EMBED) report_files '$(srcdir)' $(REPORT_FILES) > $@.tmp && mv $@.tmp $@
CLEANFILES += %D%/files.c %D%/files.c.tmp
