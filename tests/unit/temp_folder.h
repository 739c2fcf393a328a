/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of the test's own under $TMPDIR, gone at its end. */
#ifndef IFM_TESTS_TEMP_FOLDER_H
#define IFM_TESTS_TEMP_FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/tap.h"

static int temp_remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

__attribute__((unused)) static void temp_remove(const char *path)
{
	nftw(path, temp_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static char temp_path[256];
static pid_t temp_owner;

static void temp_clean(void)
{
	/* A forked child that exits leaves it to its parent. */
	if (getpid() == temp_owner)
		temp_remove(temp_path);
}

/* Static. */
__attribute__((unused)) static const char *temp_folder(void)
{
	const char *top = getenv("TMPDIR");

	snprintf(temp_path, sizeof temp_path, "%s/inferometer-test-XXXXXX", top && *top ? top : "/tmp");
	if (!mkdtemp(temp_path))
		bail("no temporary folder");
	temp_owner = getpid();
	atexit(temp_clean);
	return temp_path;
}

#endif
