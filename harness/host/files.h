/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of /proc and /sys as facts, for harness/host only. Whatever a file holds, at most a buffer of it
 * is read, and a text becomes one line of printable ASCII. Nothing is waited for, and links in a captured tree
 * stay in it. Every fact_* gives a new reference: the value, "unknown: why", or "absent: why" where a machine
 * of this kind has none.
 */
#ifndef IFM_HOST_FILES_H
#define IFM_HOST_FILES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"

enum {
	FACT_MAX = 256,	     /* longest text of a fact, with NUL */
	CPUS_MAX = 8192,     /* NR_CPUS of the largest kernels that distributions build */
	SYSFS_MAX = 4096,    /* a file of /sys is a page at most */
	FILE_HEAD = 16384,   /* what is read of longer files: the first processor's block of cpuinfo fits */
	FILE_MOST = 1 << 22, /* what is read of the longest: cpuinfo of 2048 processors */
	NAMES_MAX = 1024,    /* entries of a folder that are looked at */
};

/* A descriptor to read root + path, file or folder; -1 with errno. */
int file_open(const char *root, const char *path);
/* root + path is there and can be opened. */
bool file_is(const char *root, const char *path);
/* The first size - 1 bytes of root + path, NUL-terminated; how many, or -1 with errno. */
long file_head(const char *root, const char *path, char *buf, size_t size);
/* The same of up to FILE_MOST bytes into memory that the caller frees; NULL with errno. */
char *file_whole(const char *root, const char *path, size_t *n);
/* The first line, trimmed; false when the file cannot be read or the line is empty. */
bool file_line(const char *root, const char *path, char *buf, size_t size);
/* A whole number that stands alone in the file. */
bool file_integer(const char *root, const char *path, int64_t *out);

/* Names in a folder, sorted, without those that begin with a dot and what is beyond NAMES_MAX; how many, or -1
 * with errno. names_free() them. */
int folder_names(const char *root, const char *path, char ***names);
void names_free(char **names, int n);

/* The rest of the line after "key", blanks and a colon; false when there is no such line. */
bool text_value(const char *text, const char *key, char *buf, size_t size);

/* CPUs or nodes of a list "0-3,8" into set[CPUS_MAX]; how many, 0 for what is no such list. */
int list_parse(const char *text, bool *set);
int list_read(const char *root, const char *path, bool *set);

json_t *fact_unknown(const char *fmt, ...) PRINTF_LIKE(1, 2);
json_t *fact_text(const char *s);
json_t *fact_line(const char *root, const char *path);
json_t *fact_integer(const char *root, const char *path);
/* A line that may be as long as SYSFS_MAX. */
json_t *fact_long(const char *s);
/* Why the file gave no fact, from errno. */
json_t *fact_unread(const char *path);
json_t *fact_absent(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* The same for what not every machine has: a file that is not there, in a tree with /sys, is absent. */
json_t *fact_missing(const char *root, const char *path);
/* "512 KiB", "1.5 MiB". */
const char *size_text(int64_t bytes, char *buf, size_t size);

#endif
