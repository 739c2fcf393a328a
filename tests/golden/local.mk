# SPDX-License-Identifier: Apache-2.0
# The texts of the reports; IFM_GOLDEN_UPDATE=1 rewrites them.
check_PROGRAMS += %D%/t_reports %D%/t_plots %D%/t_models %D%/t_comparisons
%C%_t_reports_SOURCES = %D%/t_reports.c %D%/golden.h %D%/example_run.h %D%/stored_run.h
%C%_t_reports_CFLAGS = $(AM_CFLAGS)
%C%_t_reports_LDADD = $(REPORT_TEST_LINK)
%C%_t_plots_SOURCES = %D%/t_plots.c %D%/golden.h %D%/example_run.h %D%/stored_run.h
%C%_t_plots_CFLAGS = $(AM_CFLAGS)
%C%_t_plots_LDADD = $(REPORT_TEST_LINK)
%C%_t_comparisons_SOURCES = %D%/t_comparisons.c %D%/golden.h %D%/example_run.h %D%/stored_run.h
%C%_t_comparisons_CFLAGS = $(AM_CFLAGS)
%C%_t_comparisons_LDADD = $(REPORT_TEST_LINK)
check_PROGRAMS += %D%/t_devices
%C%_t_devices_SOURCES = %D%/t_devices.c %D%/golden.h %D%/stored_run.h
%C%_t_devices_CFLAGS = $(AM_CFLAGS)
%C%_t_devices_LDADD = $(REPORT_TEST_LINK)
TESTS += %D%/t_devices
EXTRA_DIST += %D%/reports/devices.txt %D%/reports/devices-by-device.txt %D%/reports/devices-by-engine.txt \
	%D%/reports/devices-of-two-runs.txt
check_PROGRAMS += %D%/t_verdict_page
%C%_t_verdict_page_SOURCES = %D%/t_verdict_page.c %D%/golden.h %D%/example_verdicts.h %D%/example_run.h %D%/stored_run.h
%C%_t_verdict_page_CFLAGS = $(AM_CFLAGS)
%C%_t_verdict_page_LDADD = $(REPORT_TEST_LINK)
TESTS += %D%/t_verdict_page
EXTRA_DIST += %D%/reports/verdicts-body.html %D%/reports/verdicts-plots.txt
check_PROGRAMS += %D%/t_verdicts
%C%_t_verdicts_SOURCES = %D%/t_verdicts.c %D%/golden.h %D%/example_run.h %D%/stored_trial.h %D%/stored_run.h
%C%_t_verdicts_CFLAGS = $(AM_CFLAGS)
%C%_t_verdicts_LDADD = $(REPORT_TEST_LINK)
TESTS += %D%/t_verdicts
EXTRA_DIST += %D%/reports/verdicts.txt %D%/reports/verdicts.md %D%/reports/verdicts.csv %D%/reports/verdicts.json \
	%D%/reports/verdicts.xml %D%/reports/verdicts-replicates.csv %D%/reports/verdicts-gate.txt \
	%D%/reports/verdicts-void.txt
TESTS += %D%/t_reports %D%/t_plots %D%/t_models %D%/t_comparisons
EXTRA_DIST += %D%/reports/terminal.txt %D%/reports/terminal-60.txt %D%/reports/terminal-80.txt %D%/reports/terminal-200.txt %D%/reports/report.md \
	%D%/reports/report.csv %D%/reports/report.json %D%/reports/body.html \
	%D%/reports/compare-precision.txt %D%/reports/compare-apart.txt %D%/reports/compare-machine.txt \
	%D%/reports/compare.md %D%/reports/compare.csv %D%/reports/compare.json %D%/reports/compare-body.html \
	%D%/reports/refusal.txt %D%/reports/plots.txt \
	%D%/reports/energy.txt %D%/reports/energy.md %D%/reports/energy.csv %D%/reports/energy.json

# Whole models against other implementations.
%C%_t_models_SOURCES = %D%/t_models.c %D%/prompts.h tests/tiny_models.h tests/gguf_writer.h
%C%_t_models_CFLAGS = $(AM_CFLAGS)
%C%_t_models_LDADD = $(ENGINE_TEST_LINK)
check_PROGRAMS += %D%/t_families
%C%_t_families_SOURCES = %D%/t_families.c %D%/prompts.h %D%/npz.h %D%/hf_gpt2.h tests/gguf_writer.h
%C%_t_families_CFLAGS = $(AM_CFLAGS)
%C%_t_families_LDADD = $(ENGINE_TEST_LINK)
TESTS += %D%/t_families
EXTRA_DIST += %D%/models/default.txt %D%/models/tiny.py %D%/models/tiny-gpt2.txt %D%/models/tiny-llama.txt

# The plans of the shipped sweeps, for tests/unit/t_plan.
EXTRA_DIST += %D%/plan/demo.txt %D%/plan/quick.txt %D%/plan/precision.txt %D%/plan/blocking.txt \
	%D%/plan/scaling.txt %D%/plan/nightly.txt %D%/plan/procurement.txt %D%/plan/limits.txt %D%/plan/calibrate.txt
