/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a calibration: false alarms of equal things, and slowdowns that were put in and found. */
#ifndef IFM_REPORTS_CAMPAIGN_H
#define IFM_REPORTS_CAMPAIGN_H

#include <stdio.h>

#include "reports/analysis/campaign.h"

bool campaigns_has_format(const char *name);
/* The first is the A/A campaign, the others have trial.injected. format: "terminal", "md", "csv" or "json". */
MUST_CHECK int campaigns_emit(FILE *out, const struct campaign *campaigns, int n, const char *format,
			      struct diag *d);

#endif
