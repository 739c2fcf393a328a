/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the doctor share: for harness/host only. */
#ifndef IFM_HOST_DOCTOR_CHECK_H
#define IFM_HOST_DOCTOR_CHECK_H

#include <stdint.h>

#include "harness/host/doctor.h"
#include "harness/host/files.h"

struct doctor {
	const char *root; /* "": this machine */
	const json_t *facts;
};

/* Fills f, which has its group, name, severity and source and is VERDICT_OK. */
typedef void check_fn(const struct doctor *d, struct finding *f);

/* clang-format off */
check_fn check_governor, check_boost, check_clock_limit, check_clock_source, check_tsc, check_timer,
	check_throttle, check_temperature, check_power, check_wall_clock;
check_fn check_smt, check_kinds, check_quota, check_affinity, check_isolation, check_hypervisor, check_steal,
	check_container;
check_fn check_load, check_pressure_cpu, check_pressure_memory, check_pressure_io, check_processes;
check_fn check_available, check_memory_limit, check_swap, check_huge_pages, check_numa_balancing,
	check_address_space, check_locked_memory;
check_fn check_pmu, check_paranoid, check_watchdog, check_gpu, check_layout;
/* clang-format on */

/* A fact that is there, as text, into buf; false, and f is unknown with the fact's reason, for another. */
bool doctor_text(const struct doctor *d, struct finding *f, const char *key, char buf[FACT_MAX]);
/* The same of any length; NULL for one that is no text. Belongs to the facts. */
const char *doctor_string(const struct doctor *d, struct finding *f, const char *key);
bool doctor_number(const struct doctor *d, struct finding *f, const char *key, double *out);
/* The same without a word to anybody: the fact, or "not told". */
const char *doctor_peek(const struct doctor *d, const char *key, char buf[FACT_MAX]);
/* The reason why the fact is absent, NULL when it is not said to be. Belongs to the facts. */
const char *doctor_absent(const struct doctor *d, const char *key);
/* False, and f is unknown, when only a machine that runs can tell. */
bool doctor_is_here(const struct doctor *d, struct finding *f);

/* What a process used of the CPUs, from a line of /proc/PID/stat. */
struct process_time {
	char name[64]; /* printable ASCII */
	int64_t ticks;
};
/* False for what is no such line. */
bool process_time_parse(const char *line, struct process_time *out);

#endif
