/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of the machine's and the environment's facts, for harness/host only. fact_* give new references, put_* add
 * facts to an object under their full names ("cpu.model"). clear: names of the machine are not hashed.
 */
#ifndef IFM_HOST_FACTS_H
#define IFM_HOST_FACTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* A row of /proc/meminfo ("MemTotal") in bytes. */
json_t *fact_memory(const char *root, const char *row);
/* A row "key: 12 kB" of such a file in bytes. */
json_t *fact_row_bytes(const char *root, const char *path, const char *row);
/* What stands behind "key:" in the file. */
json_t *fact_keyed(const char *root, const char *path, const char *key);

/* The facts that the machine's id and class rest on, without fact "identity". */
json_t *stable_facts(const char *root);
/* Hashes of the machine's facts, and the fact "identity": what id rests on. */
void identity(const char *root, json_t *machine, char id[33], char class_[33]);

/* "mitigated: a, b; vulnerable: c; not affected: 12" */
json_t *fact_mitigations(const char *root);

/* The different values of cpuN/NAME over the CPUs online: a number or texts joined by commas. */
json_t *fact_over_cpus(const char *root, const char *name);

void put_processor_facts(json_t *o, const char *root); /* cpu.* but topology */
void put_topology_facts(json_t *o, const char *root);  /* cpu.*, memory.*: sockets, caches, nodes */
void put_memory_facts(json_t *o, const char *root);    /* memory.* */
void put_memory_modules(json_t *o, const char *root);  /* memory.*: what the firmware tells */
void put_clock_facts(json_t *o, const char *root, bool clear);
void put_gpu_facts(json_t *o, const char *root, bool clear);
void put_control_group(json_t *o, const char *root);	     /* host.*: limits */
void put_container(json_t *o, const char *root);	     /* host.hypervisor, host.container* */
void put_firmware(json_t *o, const char *root, bool clear);  /* host.*: maker, product, BIOS, serials */
void put_run_facts(json_t *o, const char *root, bool clear); /* run.* that stay, and ceilings.* */
/* A moment under "run.start_" or "run.stop_". */
void put_run_moment(json_t *o, const char *root, const char *prefix);

/* An array of SMBIOS structures as memory.* facts; for put_memory_modules() and its fuzzer. */
void put_smbios(json_t *o, const unsigned char *table, size_t n);

#endif
