/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control groups of this process, versions 1 and 2, from its own up to the top:
 * each level binds. What their files mean is known to those who ask.
 */
#ifndef IFM_BASE_GROUP_H
#define IFM_BASE_GROUP_H

#include <stdbool.h>
#include <stdint.h>

/* What one group's folder leaves; UINT64_MAX when it sets no limit. */
typedef uint64_t group_fn(const char *dir);

/*
 * The least of fn over the groups of this process that have the controller ("cpu", "memory").
 * proc is "/proc/self/cgroup" and top "/sys/fs/cgroup", but in a test. A container may name its group as the
 * host sees it and show it at the top: a folder that is not there binds nothing, its parents are asked.
 */
uint64_t group_least(const char *proc, const char *top, const char *controller, group_fn *fn);

/* The first line of dir/name has been read to buf. */
bool group_line(const char *dir, const char *name, char *buf, int size);

#endif
