/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control groups of this process, versions 1 and 2 and both at once (cgroups(7)), from its own up to the top:
 * each level binds. What their files mean is known to those who ask.
 */
#ifndef IFM_BASE_GROUP_H
#define IFM_BASE_GROUP_H

#include <stdbool.h>
#include <stdint.h>

/* What one group's folder leaves; UINT64_MAX when it sets no limit. */
typedef uint64_t group_fn(const char *dir);
/* The folder of one group; it need not be there. */
typedef void group_visit_fn(const char *dir, void *arg);

enum group_versions { GROUP_NONE = 0, GROUP_V1 = 1, GROUP_V2 = 2 };

/*
 * Calls fn for the groups of this process that have the controller ("cpu", "memory", "cpuset"), inner ones first.
 * root stands before /proc and /sys: "" but in a test. A container may name its group as the host sees it and show
 * it at the top: a folder that is not there binds nothing, its parents are asked. Returns the versions of all
 * groups that /proc/self/cgroup lists, GROUP_V1 | GROUP_V2; 0 when it cannot be read or understood.
 */
int group_each(const char *root, const char *controller, group_visit_fn *fn, void *arg);

/* The least of fn over those groups. */
uint64_t group_least(const char *root, const char *controller, group_fn *fn);

/* The first line of dir/name has been read to buf. */
bool group_line(const char *dir, const char *name, char *buf, int size);

#endif
