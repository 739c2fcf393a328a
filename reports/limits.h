/* SPDX-License-Identifier: Apache-2.0 */
/* The probes of a run as three small tables for a terminal: memory, arithmetic, overheads. Other rows are left out. */
#ifndef IFM_REPORTS_LIMITS_H
#define IFM_REPORTS_LIMITS_H

#include "reports/report.h"

MUST_CHECK int limits_emit(FILE *out, const struct analysis *a, const struct report_options *options,
			   struct diag *d);

#endif
