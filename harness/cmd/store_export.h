/* SPDX-License-Identifier: Apache-2.0 */
/* Raw samples as lines of text, one series after the other. */
#ifndef IFM_CMD_STORE_EXPORT_H
#define IFM_CMD_STORE_EXPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/store/upkeep.h"

/* CSV with a head, a line a sample; or JSON lines, one a series. run 0: of all runs. */
MUST_CHECK int store_export_write(struct store *s, int64_t run, bool jsonl, FILE *out, struct diag *d);

#endif
