/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: store_sql FILE SQL : runs the statements on an SQLite file and prints their rows, columns parted by "|". What
 * tests ask of a store, and do to it, past our own code.
 */
#include "config.h"

#include <sqlite3.h>
#include <stdio.h>

static int print_row(void *arg, int n, char **values, char **names)
{
	(void)arg;
	(void)names;
	for (int i = 0; i < n; i++)
		printf("%s%s", i ? "|" : "", values[i] ? values[i] : "");
	putchar('\n');
	return 0;
}

int main(int argc, char **argv)
{
	sqlite3 *db = NULL;
	char *error = NULL;
	if (argc != 3)
		return 2;
	int rc = sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(db, 10000);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, argv[2], print_row, NULL, &error);
	if (rc != SQLITE_OK)
		printf("%s\n", error ? error : sqlite3_errmsg(db));
	sqlite3_free(error);
	sqlite3_close(db);
	return rc != SQLITE_OK;
}
