/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of this machine: stable facts, the environment of a run, and
 * how busy it is now. Read from /proc and /sys behind a root prefix, so that
 * captured trees can be tested. A fact that cannot be had is the string
 * "unknown: why". Host names and serials never leave this module unsalted.
 */
#ifndef IFM_HOST_HOST_H
#define IFM_HOST_HOST_H

#include <jansson.h>

/* root: "" for the real machine. All return new references to objects of plain values. */

/* Processor brand, cores, caches, memory, NUMA nodes, hypervisor. id (33 chars with NUL): hash of the
 * stable facts and a salted machine-id; class: hash of the facts alone (equal machines are equal). Both are
 * XXH3-128, which is not cryptographic: it keeps the id from being read, not from being attacked. */
json_t *host_machine(const char *root, char id[33], char class_[33]);

/* Kernel, governor, boost, SMT, transparent huge pages, libraries, limits, control group. */
json_t *host_environment(const char *root);

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
