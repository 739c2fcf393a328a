/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "engines/base/cache/cache.h"
#include "engines/base/mem.h"

/* A few models in a few precisions; a disk that cannot bear it has its own limit (cache_limit). */
#define MAX_DEFAULT "16G"

int cache_size_parse(const char *text, const char *what, uint64_t *bytes, struct diag *d)
{
	static const char units[] = "KMGT";
	char *end;
	errno = 0;
	unsigned long long v = strtoull(text, &end, 10);
	const char *unit = *end ? strchr(units, *end) : NULL;
	int shift = unit ? 10 * (int)(unit - units + 1) : 0;
	if (*text < '0' || *text > '9' || errno || end[unit ? 1 : 0] || v > UINT64_MAX >> shift)
		return diag_set(d, ERR_USAGE, "%s \"%.40s\": expected a size like 500M or 16G", what, text);
	*bytes = (uint64_t)v << shift;
	return 0;
}

static char *default_path(void)
{
	const char *own = getenv("INFEROMETER_CACHE"), *xdg = getenv("XDG_CACHE_HOME"),
		   *home = getenv("HOME");
	if (own)
		return *own && strcmp(own, "off") != 0 ? mem_strdup(own) : NULL;
	if (xdg && *xdg == '/') /* the specification: a relative one is to be ignored */
		return mem_printf("%s/inferometer", xdg);
	return home && *home ? mem_printf("%s/.cache/inferometer", home) : NULL;
}

int cache_folder_default(struct cache_folder *out, struct diag *d)
{
	const char *max = getenv("INFEROMETER_CACHE_MAX");
	struct cache_folder f = {0};
	int rc = cache_size_parse(max && *max ? max : MAX_DEFAULT, "INFEROMETER_CACHE_MAX", &f.max_bytes, d);
	if (rc)
		return rc;
	f.path = default_path();
	*out = f;
	return 0;
}

void cache_folder_free(struct cache_folder *f)
{
	free(f->path);
	*f = (struct cache_folder){0};
}

int cache_folder_make(const struct cache_folder *f, struct diag *d)
{
	char *path = mem_strdup(f->path);
	int rc = 0;
	for (char *c = path + 1; *path && !rc; c++) {
		char was = *c;
		if (was != '/' && was != '\0')
			continue;
		*c = '\0';
		if (mkdir(path, 0700) && errno != EEXIST)
			rc = diag_set_at(d, ERR_IO, path, 0, "cannot be made: %s", strerror(errno));
		*c = was;
		if (was == '\0')
			break;
	}
	free(path);
	return rc;
}

/* FOLDER/KEY and an ending. */
static char *path_make(const struct cache_folder *f, const char *key, const char *ending)
{
	XXH128_hash_t h = XXH3_128bits(key, strlen(key));
	return mem_printf("%s/%016llx%016llx%s", f->path, (unsigned long long)h.high64,
			  (unsigned long long)h.low64, ending);
}

char *cache_path(const struct cache_folder *f, const char *key)
{
	return path_make(f, key, ".packed");
}

/* A prune takes a file that is not locked yet for one that was left: it holds the lock for a moment and removes the name.
 * Then another one is made; more often than this would be no accident. */
#define TEMP_TRIES 100

int cache_temp_open(const struct cache_folder *f, const char *key, int *fd, char **path, struct diag *d)
{
	for (int i = 0; i < TEMP_TRIES; i++) {
		struct stat s;
		char *name = path_make(f, key, ".XXXXXX.tmp");
		int got = mkostemps(name, 4, O_CLOEXEC);
		if (got < 0) {
			int rc = diag_set(d, ERR_IO, "%s", strerror(errno));
			free(name);
			return rc;
		}
		if (flock(got, LOCK_EX | LOCK_NB) == 0 && fstat(got, &s) == 0 && s.st_nlink == 1) {
			*fd = got;
			*path = name;
			return 0;
		}
		unlink(name);
		close(got);
		free(name);
	}
	return diag_set(d, ERR_IO, "no temporary file stays: others remove it");
}
