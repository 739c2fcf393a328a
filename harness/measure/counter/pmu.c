/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/pmu.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PARANOID "/proc/sys/kernel/perf_event_paranoid"

int pmu_open(struct perf_event_attr *attr)
{
	attr->size = sizeof *attr;
	return (int)syscall(SYS_perf_event_open, attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

/* "3", or "unknown". */
static const char *paranoid(char *text, int size)
{
	FILE *f = fopen(PARANOID, "re");
	if (!f || !fgets(text, size, f))
		snprintf(text, (size_t)size, "unknown");
	if (f)
		fclose(f);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

void pmu_explain(int error, char *why, int size)
{
	char level[16];
	switch (error) {
	case ENOENT:
	case EOPNOTSUPP:
	case ENXIO:
		snprintf(why, (size_t)size, "no PMU: perf_event_open gives %s",
			 error == ENOENT  ? "ENOENT"
			 : error == ENXIO ? "ENXIO"
					  : "EOPNOTSUPP");
		break;
	case EACCES:
	case EPERM:
		snprintf(why, (size_t)size, "no permission: perf_event_paranoid is %s",
			 paranoid(level, sizeof level));
		break;
	case ENOSYS:
		snprintf(why, (size_t)size, "this kernel has no perf events: perf_event_open gives ENOSYS");
		break;
	default:
		snprintf(why, (size_t)size, "perf_event_open: %s", strerror(error));
	}
}

bool pmu_present(char *why, int size)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.disabled = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
	int fd = pmu_open(&attr);
	if (fd < 0) {
		pmu_explain(errno, why, size);
		return false;
	}
	close(fd);
	return true;
}
