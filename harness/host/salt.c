/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/host/salt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engines/base/mem.h"

static int failed(const char *path, const char *what, struct diag *d)
{
	return diag_set_at(d, ERR_IO, path, 0, "the salt of names %s: %s", what, strerror(errno));
}

static char *default_path(void)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (xdg && *xdg == '/') /* the specification: a relative one is to be ignored */
		return mem_printf("%s/inferometer/salt", xdg);
	return home && *home == '/' ? mem_printf("%s/.config/inferometer/salt", home) : NULL;
}

/* Every folder above the file. */
static int folders_make(char *path, struct diag *d)
{
	for (char *c = path + 1; (c = strchr(c, '/')) != NULL; c++) {
		*c = '\0';
		int bad = mkdir(path, 0700) != 0 && errno != EEXIST;
		int rc = bad ? failed(path, "needs this folder", d) : 0;
		*c = '/';
		if (rc)
			return rc;
	}
	return 0;
}

static int digits_write(int fd, const char *path, struct diag *d)
{
	uint8_t bytes[SALT_DIGITS / 2];
	char text[SALT_DIGITS + 2];

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return failed(path, "wants random bytes", d);
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	text[SALT_DIGITS] = '\n';
	if (write(fd, text, SALT_DIGITS + 1) != SALT_DIGITS + 1 || fsync(fd) != 0)
		return failed(path, "cannot be written", d);
	return 0;
}

/* It has its name only when it is complete; of two processes that make one, the first wins. */
static int salt_make(char *path, struct diag *d)
{
	int rc = folders_make(path, d);
	if (rc)
		return rc;
	char *draft = mem_printf("%s-XXXXXX", path);
	int fd = mkostemp(draft, O_CLOEXEC); /* of mode 600 */
	if (fd < 0) {
		rc = failed(path, "cannot be made", d);
	} else {
		rc = digits_write(fd, path, d);
		close(fd);
		if (rc == 0 && link(draft, path) != 0 && errno != EEXIST)
			rc = failed(path, "cannot be made", d);
		unlink(draft);
	}
	free(draft);
	return rc;
}

static int salt_take(int fd, const char *path, char salt[SALT_DIGITS + 1], struct diag *d)
{
	struct stat st;
	char text[SALT_DIGITS + 2];

	if (fstat(fd, &st) != 0)
		return failed(path, "cannot be read", d);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077) != 0)
		return diag_set_at(d, ERR_IO, path, 0,
				   "the salt of names is no file of mode 600 that belongs to you");
	if (read(fd, text, sizeof text) != SALT_DIGITS + 1 || text[SALT_DIGITS] != '\n' ||
	    strspn(text, "0123456789abcdef") != SALT_DIGITS)
		return diag_set_at(d, ERR_FORMAT, path, 0,
				   "the salt of names is damaged, expected %d hexadecimal digits",
				   SALT_DIGITS);
	memcpy(salt, text, SALT_DIGITS);
	salt[SALT_DIGITS] = '\0';
	return 0;
}

static int salt_open(char *path, char salt[SALT_DIGITS + 1], struct diag *d)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	int fd = open(path, flags), rc = 0;

	if (fd < 0 && errno == ENOENT) {
		rc = salt_make(path, d);
		fd = rc ? -1 : open(path, flags);
	}
	if (rc)
		return rc;
	if (fd < 0)
		return failed(path, "cannot be opened", d);
	rc = salt_take(fd, path, salt, d);
	close(fd);
	return rc;
}

int salt_read(char salt[SALT_DIGITS + 1], struct diag *d)
{
	char *path = default_path();

	if (!path)
		return diag_set(d, ERR_IO, "the salt of names has no place: HOME is not set");
	int rc = salt_open(path, salt, d);
	free(path);
	return rc;
}
