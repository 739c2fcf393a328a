/* SPDX-License-Identifier: Apache-2.0 */
/* From an analysis to what people and programs read. One file a format; the table is in registry.c. */
#ifndef IFM_REPORTS_REPORT_H
#define IFM_REPORTS_REPORT_H

#include <stdio.h>

#include "engines/base/err.h"
#include "reports/analysis/analysis.h"

struct report_options {
	int width; /* columns of a terminal table */
	bool colour;
	const char *directory; /* html: where pictures, .dat and .gp go */
};

struct emitter_ops {
	const char *name;      /* "terminal", "md", "csv", "json", "html" */
	const char *extension; /* "txt", "md", ... */
	const char *help;
	/* Writes the whole report. Everything from models, specs and hosts is escaped for the format. */
	int (*emit)(FILE *out, const struct analysis *a, const struct report_options *options,
		    struct diag *d);
};
extern const struct emitter_ops *const emitter_registry[]; /* NULL-terminated */
const struct emitter_ops *emitter_find(const char *name);

/*
 * The HTML report as a folder: DIR/report.html with its pictures inside, and the .dat, .gp and
 * .svg of each under DIR/plots. Pictures are left out with a note when there is no gnuplot. Nothing half-written is
 * left: files appear under their names when complete.
 */
MUST_CHECK int report_write_html(const char *directory, const struct analysis *a, struct diag *d);

#endif
