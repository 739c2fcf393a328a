/* SPDX-License-Identifier: Apache-2.0 */
/* The verdicts of a trial as one self-contained page with pictures. Works without scripts and without gnuplot. */
#ifndef IFM_VERDICTS_HTML_H
#define IFM_VERDICTS_HTML_H

#include <stdio.h>

#include "reports/analysis/verdicts.h"
#include "reports/report.h"

/* The page alone; o->directory as of the other pages. ERR_IO. */
MUST_CHECK int verdicts_html(FILE *out, const struct verdicts *v, const struct report_options *o,
			     struct diag *d);

/* DIRECTORY/compare.html with its pictures inside, and the .dat, .gp and .svg of them under DIRECTORY/plots. */
MUST_CHECK int verdicts_write_html(const char *directory, const struct verdicts *v, struct diag *d);

#endif
