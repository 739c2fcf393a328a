/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor on CPUs: which there are, which we may use, and who else does. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/host/doctor_check.h"
#include "harness/host/sysfs.h"

/* Of all CPU time since boot. */
#define STEAL_SHARE 0.01

void check_smt(const struct doctor *d, struct finding *f)
{
	double per_core;
	char state[FACT_MAX], cores[FACT_MAX];

	if (!doctor_number(d, f, "cpu.threads_per_core", &per_core))
		return;
	finding_value(f, "%s, %.0f %s a core", doctor_peek(d, "cpu.smt", state), per_core,
		      per_core == 1 ? "thread" : "threads");
	if (per_core <= 1)
		return;
	finding_bad(
		f, "threads of a core share its units: as many threads as CPUs are seldom the fastest, and a "
		   "neighbour on the other thread is not seen as load");
	finding_fix(f, "one thread a core: --affinity compact -t %s", doctor_peek(d, "cpu.cores", cores));
}

void check_kinds(const struct doctor *d, struct finding *f)
{
	char text[FACT_MAX];

	if (!doctor_text(d, f, "cpu.kinds", text))
		return;
	finding_value(f, "%s", text);
	if (!strstr(text, " + "))
		return;
	finding_bad(f, "a step waits for its slowest thread, and the scheduler moves threads between kinds");
	finding_fix(f, "name the CPUs of one kind, as --affinity 0-3 -t 4 (lscpu --extended shows them)");
}

/* ---- what we may use ---- */

/* CPUs of the list in a fact; 0 when it is unknown. */
static int list_of(const struct doctor *d, struct finding *f, const char *key, bool *set)
{
	const char *text = doctor_string(d, f, key);

	if (!text)
		return 0;
	int n = list_parse(text, set);
	if (n == 0)
		finding_unknown(f, "\"%.60s\" is no list of CPUs", text);
	return n;
}

/* A list that can be read and copied; of a longer one how many there are. */
enum { LIST_SHOWN = 100 };
static void list_show(const struct doctor *d, struct finding *f, const char *key, int n, char out[LIST_SHOWN])
{
	const char *text = doctor_string(d, f, key);

	if (text && strlen(text) < LIST_SHOWN)
		snprintf(out, LIST_SHOWN, "%s", text);
	else
		snprintf(out, LIST_SHOWN, "%d CPUs", n);
}

/* "0-3", or where the list stands that is too long to show. */
static const char *list_to_type(const char *shown, const char *place)
{
	return strstr(shown, "CPUs") ? place : shown;
}

void check_quota(const struct doctor *d, struct finding *f)
{
	bool cpus[CPUS_MAX];
	char text[FACT_MAX], *end;

	if (!doctor_text(d, f, "host.cpu_limit", text))
		return;
	double limit = strtod(text, &end);
	if (end == text) {
		finding_value(f, "%s", text);
		return;
	}
	finding_value(f, "%g CPUs of time", limit);
	int usable = list_of(d, f, "host.affinity", cpus);
	if (usable == 0 || usable <= limit)
		return;
	finding_value(f, "%g CPUs of time on %d CPUs", limit, usable);
	finding_bad(f,
		    "more threads than that are stopped for most of every 100 ms, in the middle of a step");
	finding_fix(f, "run with -t %d at most, or raise the limit (docker: --cpus, kubernetes: limits.cpu)",
		    limit < 1 ? 1 : (int)limit);
}

void check_affinity(const struct doctor *d, struct finding *f)
{
	bool allowed[CPUS_MAX], online[CPUS_MAX];
	char text[LIST_SHOWN], all[LIST_SHOWN];
	int n = list_of(d, f, "host.affinity", allowed), n_online = list_of(d, f, "cpu.online", online);

	if (n == 0 || n_online == 0)
		return;
	list_show(d, f, "host.affinity", n, text);
	list_show(d, f, "cpu.online", n_online, all);
	finding_value(f, "%s of %s", text, all);
	if (n >= n_online)
		return;
	finding_bad(f, "%d of %d CPUs are not ours: what is measured is this part of the machine",
		    n_online - n, n_online);
	finding_fix(f, "taskset -c %s inferometer ...; within the cpuset of the container",
		    list_to_type(all, "$(cat " CPU_FOLDER "/online)"));
}

void check_isolation(const struct doctor *d, struct finding *f)
{
	bool isolated[CPUS_MAX], allowed[CPUS_MAX];
	char text[LIST_SHOWN], nohz[LIST_SHOWN];
	const char *list = doctor_string(d, f, "cpu.isolated");
	int n_other = 0;

	if (!list)
		return;
	bool none = strcmp(list, "none") == 0;
	int n = none ? 0 : list_of(d, f, "cpu.isolated", isolated);
	if (!none && n == 0)
		return;
	list_show(d, f, "cpu.isolated", n, text);
	if (!file_line(d->root, CPU_FOLDER "/nohz_full", nohz, sizeof nohz) || strcmp(nohz, "(null)") == 0)
		snprintf(nohz, sizeof nohz, "%s", errno == ENOENT ? "not told" : "none");
	finding_value(f, "isolated: %s, nohz_full: %s", text, nohz);
	if (none || list_of(d, f, "host.affinity", allowed) == 0)
		return;
	for (int cpu = 0; cpu < CPUS_MAX; cpu++)
		n_other += isolated[cpu] && !allowed[cpu];
	if (n_other == 0)
		return;
	finding_bad(f, "CPUs are kept free of other work, and we are not on them");
	finding_fix(f, "taskset -c %s inferometer ...", list_to_type(text, "$(cat " CPU_FOLDER "/isolated)"));
}

/* ---- who else is there ---- */

void check_hypervisor(const struct doctor *d, struct finding *f)
{
	char text[FACT_MAX];

	if (!doctor_text(d, f, "host.hypervisor", text))
		return;
	finding_value(f, "%s", text);
	if (strcmp(text, "none") != 0)
		finding_bad(f, "a guest: neighbours that are not seen here share caches, memory and clocks; "
			       "repeat at "
			       "other times of the day");
}

/* Share of the time since boot that the hypervisor gave to others; false when the file does not say so. */
static bool steal_share(const char *line, double *out)
{
	int64_t v[8], all = 0;
	int n = sscanf(line,
		       "cpu %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64
		       " %" SCNd64,
		       &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]);

	for (int i = 0; i < n; i++) {
		/* Ticks of a thousand CPUs in a thousand years fit. */
		if (v[i] < 0 || v[i] > INT64_MAX / 16)
			return false;
		all += v[i];
	}
	if (n != 8 || all == 0)
		return false;
	*out = (double)v[7] / (double)all;
	return true;
}

void check_steal(const struct doctor *d, struct finding *f)
{
	char line[FACT_MAX];
	double share;

	if (!file_line(d->root, "/proc/stat", line, sizeof line)) {
		finding_unknown(f, "%s", strerror(errno));
		return;
	}
	if (!steal_share(line, &share)) {
		finding_unknown(f, "/proc/stat is not understood");
		return;
	}
	finding_value(f, "%.2f %% of the time since boot", share * 100);
	if (share < STEAL_SHARE)
		return;
	finding_bad(f, "the hypervisor gave our CPUs to others");
	finding_fix(f, "dedicated CPUs, or a quieter hour; visits with steal are marked contended");
}

void check_container(const struct doctor *d, struct finding *f)
{
	char text[FACT_MAX];

	if (!doctor_text(d, f, "host.container", text))
		return;
	finding_value(f, "%s", text);
	if (strcmp(text, "none") != 0)
		finding_bad(f, "limits are of the group, load and memory of the whole host; others on it are "
			       "not seen");
}
