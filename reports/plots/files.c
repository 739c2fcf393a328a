/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/plots/plots.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engines/base/mem.h"

int folder_make(const char *path, struct diag *d)
{
	char *copy = mem_strdup(path);

	for (char *s = copy + 1; *copy; s++) {
		char c = *s;

		if (c != '/' && c != '\0')
			continue;
		*s = '\0';
		if (mkdir(copy, 0777) != 0 && errno != EEXIST) {
			diag_set_at(d, ERR_IO, copy, 0, "cannot make this folder: %s", strerror(errno));
			free(copy);
			return ERR_IO;
		}
		*s = c;
		if (c == '\0')
			break;
	}
	free(copy);
	return 0;
}

static int file_put(const char *path, const char *text, size_t n, struct diag *d)
{
	FILE *f = fopen(path, "w");
	bool good;

	if (!f)
		return diag_set_at(d, ERR_IO, path, 0, "cannot write this file: %s", strerror(errno));
	good = fwrite(text, 1, n, f) == n;
	good = fclose(f) == 0 && good;
	if (!good) {
		diag_set_at(d, ERR_IO, path, 0, "cannot write this file: %s", strerror(errno));
		unlink(path);
		return ERR_IO;
	}
	return 0;
}

int file_write(const char *path, const char *text, size_t n, struct diag *d)
{
	char *part = mem_printf("%s.part%ld", path, (long)getpid());
	int e = file_put(part, text, n, d);

	if (!e && rename(part, path) != 0) {
		e = diag_set_at(d, ERR_IO, path, 0, "cannot rename to this name: %s", strerror(errno));
		unlink(part);
	}
	free(part);
	return e;
}

int file_read(const char *path, size_t max, char **text, struct diag *d)
{
	FILE *f = fopen(path, "r");
	struct strbuf s = {0};
	char block[8192];
	size_t n;
	bool bad;

	if (!f)
		return diag_set_at(d, ERR_IO, path, 0, "cannot read this file: %s", strerror(errno));
	while (s.len <= max && (n = fread(block, 1, sizeof block, f)) > 0)
		strbuf_add(&s, block, n);
	bad = ferror(f) || s.len > max;
	fclose(f);
	if (bad) {
		strbuf_free(&s);
		return diag_set_at(d, ERR_IO, path, 0, "cannot read this file, or it is above %zu bytes",
				   max);
	}
	*text = strbuf_take(&s);
	return 0;
}

int folder_temporary(char **path, struct diag *d)
{
	const char *tmp = getenv("TMPDIR");
	char *own = mem_printf("%s/inferometer-XXXXXX", tmp && *tmp ? tmp : "/tmp");

	if (!mkdtemp(own)) {
		diag_set_at(d, ERR_IO, own, 0, "cannot make a folder for the pictures: %s", strerror(errno));
		free(own);
		return ERR_IO;
	}
	*path = own;
	return 0;
}

void folder_discard(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char *file = mem_printf("%s/%s", path, entry->d_name);

		if (entry->d_name[0] != '.')
			unlink(file);
		free(file);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}
