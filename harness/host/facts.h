/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the machine's and the environment's facts, for harness/host only. New references. */
#ifndef IFM_HOST_FACTS_H
#define IFM_HOST_FACTS_H

#include <jansson.h>

/* A row of /proc/meminfo ("MemTotal") in bytes. */
json_t *fact_memory(const char *root, const char *row);

/* Hashes of the machine's facts, and the fact "identity": what id rests on. */
void identity(const char *root, json_t *machine, char id[33], char class_[33]);

/* {version, cpu_limit, memory_limit_bytes}: the tightest limit of the control groups this process is in. */
json_t *fact_control_group(const char *root);

/* "mitigated: a, b; vulnerable: c; not affected: 12" */
json_t *fact_mitigations(const char *root);

#endif
