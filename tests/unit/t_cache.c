/* SPDX-License-Identifier: Apache-2.0 */
/* The folder of kept weights: where it is, what its files look like, what goes first. */
#include "config.h"

#include "engines/base/cache/cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <limits.h>

#include "engines/base/mem.h"
#include "tests/tap.h"
#include "tests/unit/temp_folder.h"

static const char *at(const char *name)
{
	static char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/%s", temp_path, name);
	return path;
}

static void put_file(const char *name, const void *data, size_t n, time_t when)
{
	const struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when}};
	FILE *f = fopen(at(name), "w");
	if (!f || fwrite(data, 1, n, f) != n || fclose(f) != 0 ||
	    utimensat(AT_FDCWD, at(name), times, 0) != 0)
		bail("cannot write into the temporary folder");
}

static bool is_there(const char *name)
{
	return access(at(name), F_OK) == 0;
}

/* ---- sizes, the environment ---- */

static void test_sizes(void)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} good[] = {{"0", 0},
		    {"500", 500},
		    {"3K", 3072},
		    {"2M", 2 << 20},
		    {"16G", (uint64_t)16 << 30},
		    {"1T", (uint64_t)1 << 40}};
	static const char *const bad[] = {
		"", "G", "-1", "+1", " 1", "1g", "1GB", "1.5G", "99999999999999999999", "99999999999G"};
	uint64_t n = 7;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		ok(cache_size_parse(good[i].text, "--max", &n, NULL) == 0 && n == good[i].bytes, "size %s",
		   good[i].text);
	}
	n = 7;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct diag d = {0};
		ok(cache_size_parse(bad[i], "--max", &n, &d) == ERR_USAGE && n == 7, "no size: \"%s\"",
		   bad[i]);
		has_text(d.text, "--max", "says of what");
	}
}

static void folder_is(const char *own, const char *xdg, const char *home, const char *path)
{
	static const char *const names[] = {"INFEROMETER_CACHE", "XDG_CACHE_HOME", "HOME"};
	const char *values[] = {own, xdg, home};
	struct cache_folder f = {0};
	for (int i = 0; i < 3; i++)
		if (values[i])
			setenv(names[i], values[i], 1);
		else
			unsetenv(names[i]);
	if (cache_folder_default(&f, NULL) != 0)
		bail("no default folder");
	is_text(f.path ? f.path : "(off)", path, "the folder");
	cache_folder_free(&f);
}

static void test_default(void)
{
	struct cache_folder f;
	struct diag d = {0};
	unsetenv("INFEROMETER_CACHE_MAX");
	folder_is(NULL, NULL, "/h", "/h/.cache/inferometer");
	folder_is(NULL, "/x", "/h", "/x/inferometer");
	folder_is(NULL, "relative", "/h", "/h/.cache/inferometer");
	folder_is("/own", "/x", "/h", "/own");
	folder_is("off", "/x", "/h", "(off)");
	folder_is("", "/x", "/h", "(off)");
	folder_is(NULL, NULL, NULL, "(off)");
	setenv("INFEROMETER_CACHE_MAX", "5M", 1);
	ok(cache_folder_default(&f, NULL) == 0 && f.max_bytes == 5 << 20, "the largest size");
	cache_folder_free(&f);
	setenv("INFEROMETER_CACHE_MAX", "much", 1);
	ok(cache_folder_default(&f, &d) == ERR_USAGE, "that is no size");
	has_text(d.text, "INFEROMETER_CACHE_MAX \"much\"", "names the variable");
	unsetenv("INFEROMETER_CACHE_MAX");
}

static void test_make(void)
{
	struct stat st = {0};
	struct diag d = {0};
	char deep[PATH_MAX], below[PATH_MAX];
	snprintf(deep, sizeof deep, "%s/a/b//c", temp_path);
	ok(cache_folder_make(&(struct cache_folder){deep, 0}, &d) == 0 && stat(deep, &st) == 0 &&
		   S_ISDIR(st.st_mode),
	   "made with those above it");
	is_int(st.st_mode & 0777, 0700, "for this user only");
	is_int(cache_folder_make(&(struct cache_folder){deep, 0}, &d), 0, "there already");
	put_file("a/file", "x", 1, 0);
	snprintf(below, sizeof below, "%s/a/file/c", temp_path);
	is_int(cache_folder_make(&(struct cache_folder){below, 0}, &d), ERR_IO, "not below a file");
	has_text(d.text, "cannot be made: ", "says why");
}

/* ---- the header ---- */

static void test_header(void)
{
	static struct cache_header h = {.block_bytes = 10 * CACHE_CHUNK + 5,
					.key = "model: M\nprecision: q8_0\nisa: avx2\n"};
	static struct cache_header got;
	unsigned char bytes[CACHE_HEAD + CACHE_KEY_MAX];
	char value[5];
	size_t n = cache_header_encode(&h, bytes);
	uint64_t file = cache_block_at(strlen(h.key), h.block_bytes) + h.block_bytes;
	is_int((int64_t)n, (int64_t)(CACHE_HEAD + strlen(h.key)), "size");
	is_int((int64_t)cache_chunks(h.block_bytes), 11, "chunks");
	is_int((int64_t)(cache_block_at(strlen(h.key), h.block_bytes) % 4096), 0, "the block begins a page");
	ok(cache_header_parse(bytes, n, file, &got, NULL) == 0 && got.block_bytes == h.block_bytes &&
		   strcmp(got.key, h.key) == 0,
	   "both ways");
	int n_taken = 0;
	for (size_t i = 0; i < n; i++) {
		bytes[i] ^= 1;
		n_taken += cache_header_parse(bytes, n, file, &got, NULL) != ERR_FORMAT;
		bytes[i] ^= 1;
	}
	is_int(n_taken, 0, "no byte can change");
	for (size_t i = 0; i < n; i++)
		n_taken += cache_header_parse(bytes, i, file, &got, NULL) != ERR_FORMAT;
	is_int(n_taken, 0, "or be missing");
	ok(cache_header_parse(bytes, n, file - 1, &got, NULL) == ERR_FORMAT &&
		   cache_header_parse(bytes, n, file + 1, &got, NULL) == ERR_FORMAT,
	   "nor at the end of the file");
	is_text(cache_key_value(h.key, "precision", value, sizeof value), "q8_0", "a value");
	is_text(cache_key_value(h.key, "isa", value, sizeof value), "avx2", "the last");
	is_text(cache_key_value("isa: avx512\n", "isa", value, sizeof value), "avx5", "cut");
	is_text(cache_key_value(h.key, "is", value, sizeof value), "", "none");
}

/* ---- what is in the folder ---- */

#define KEY(digit) "0123456789abcdef0123456789abcde" digit

static void test_list(void)
{
	struct cache_folder f = {temp_path, UINT64_MAX};
	struct cache_entry *list;
	int n;
	put_file(KEY("0") ".packed", "12345", 5, 1000);
	put_file(KEY("1") ".packed", "123", 3, 3000);
	put_file(KEY("2") ".packed", "1234", 4, 2000);
	put_file(KEY("3") ".packed.old", "1234", 4, 2000);
	put_file("note.packed", "mine", 4, 0);
	if (cache_list(&f, &list, &n, NULL) != 0)
		bail("the folder cannot be listed");
	is_int(n, 3, "files");
	ok(n == 3 && list[0].bytes == 3 && list[1].bytes == 4 && list[2].bytes == 5, "the last used first");
	ok(n == 3 && list[0].used_ns == 3000 * (int64_t)1000000000 && !list[0].key,
	   "when; what, nobody knows");
	cache_list_free(list, n);
	f.path = (char *)"/nowhere/at/all";
	ok(cache_list(&f, &list, &n, NULL) == 0 && n == 0, "a folder that is not there is empty");
	cache_list_free(list, n);
}

static void test_prune(void)
{
	struct cache_folder f = {temp_path, UINT64_MAX};
	struct cache_pruned p;
	char *path;
	int fd;
	put_file(KEY("4") ".abcdef.tmp", "12", 2, 0);
	if (cache_temp_open(&f, "a key", &fd, &path, NULL) != 0)
		bail("no half-written file");
	ok(cache_prune(&f, UINT64_MAX, &p, NULL) == 0 && p.n_files == 1 && p.bytes == 2,
	   "what was left half-written goes");
	ok(access(path, F_OK) == 0, "what is being written stays");
	close(fd);
	ok(cache_prune(&f, 8, &p, NULL) == 0 && p.n_files == 2 && p.bytes == 5,
	   "then it goes, and the longest unused");
	ok(!is_there(KEY("0") ".packed") && is_there(KEY("1") ".packed") && is_there(KEY("2") ".packed"),
	   "that one");
	ok(cache_prune(&f, 0, &p, NULL) == 0 && p.n_files == 2, "all");
	ok(is_there("note.packed") && is_there(KEY("3") ".packed.old"), "but nothing that is not ours");
	free(path);
}

static void test_limit(void)
{
	struct cache_folder f = {temp_path, 1000};
	is_int((int64_t)cache_limit(&f), 1000, "the limit");
	f.max_bytes = UINT64_MAX;
	ok(cache_limit(&f) < UINT64_MAX, "and the disk's");
}

int main(void)
{
	temp_folder();
	test_sizes();
	test_default();
	test_make();
	test_header();
	test_list();
	test_prune();
	test_limit();
	return tap_done();
}
