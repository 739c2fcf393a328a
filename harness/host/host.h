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

/* 1 when the moment says that others kept the machine busy (pressure above 10 %, or more
 * runnable threads than CPUs), 0 when quiet or unknown. */
int host_contended(const json_t *moment);

#endif
