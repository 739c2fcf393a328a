/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of this machine: stable facts, the environment of a run, and
 * how busy it is now. Read from /proc and /sys behind a root prefix, so that
 * captured trees can be tested. A fact that cannot be had is the string
 * "unknown: why", one that machines of this kind do not have "absent: why". Names of the machine never leave this
 * module unsalted, unless they are asked for in clear.
 */
#ifndef IFM_HOST_HOST_H
#define IFM_HOST_HOST_H

#include <jansson.h>
#include <stdbool.h>

/* How the names of facts begin that are of a moment: no two runs have them equal. */
#define HOST_START "run.start_"
#define HOST_STOP  "run.stop_"

/* root: "" for the real machine. All return new references to objects of plain values. */

/* Processor brand, cores, caches, memory, NUMA nodes, hypervisor. id (33 chars with NUL): hash of the
 * stable facts and a salted machine-id; class: hash of the facts alone (equal machines are equal). Both are
 * XXH3-128, which is not cryptographic: it keeps the id from being read, not from being attacked. */
json_t *host_machine(const char *root, char id[33], char class_[33]);

/*
 * Everything that can differ between two runs, under names of two parts: "cpu.*", "memory.*", "clocks.*", "gpu.*",
 * "host.*", "run.*", "ceilings.*"; with it how the machine is now (HOST_START).
 */
json_t *host_environment(const char *root);
/* The same; clear_names: host name, serial numbers, UUIDs and addresses as they are. */
json_t *host_facts(const char *root, bool clear_names);

/*
 * Adds "build.*": the file of a worker, what it told of its build and its providers of matrix products (its answer
 * to "hello"; NULL: unknown). The worker need not be ours.
 */
void host_put_worker(json_t *environment, const char *worker, const json_t *build, const char *providers);
/* Adds how this machine is now as HOST_STOP. */
void host_put_end(json_t *environment);

/* SHA-256 of the facts that are not of a moment (engines/base/fact.h) as canonical JSON (sorted keys, no blanks). */
void host_fingerprint(const json_t *facts, char out[65]);

/* Load average, pressure-stall cpu some avg10, steal ticks, runnable, MHz, temperature: a moment. A few
 * small files: cheap enough for before and after each visit. */
json_t *host_moment(const char *root);

/*
 * 1 when others kept the machine busy between two moments that lie `seconds` apart: for more than a tenth of the
 * time some thread waited for a CPU (pressure-stall time), or the hypervisor took the CPUs away (steal). The
 * averages that the kernel offers reach back to what ran before, and would blame a visit for it. Where neither is
 * told: more runnable threads than CPUs at the first moment. 0 when quiet or unknown.
 */
int host_contended(const json_t *before, const json_t *after, double seconds);

#endif
