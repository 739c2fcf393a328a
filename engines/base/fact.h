/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of facts about machines and runs: words joined by dots. */
#ifndef IFM_BASE_FACT_H
#define IFM_BASE_FACT_H

#include <stdbool.h>

/* A word of the key, alone or before an underscore, names what varies from minute to minute: a load, a temperature, all
 * of "run.start_*". Such a fact is in no fingerprint and is no difference between runs. */
bool fact_is_volatile(const char *key);

#endif
