/* SPDX-License-Identifier: Apache-2.0 */
/* Packed weights that are kept: the same bits come back, or the weights are packed anew, whatever is on the disk. */
#include "config.h"

#include "engines/cpu/packed_cache.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <xxhash.h>

#include "engines/base/cache/cache.h"
#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/base/rng.h"
#include "engines/base/strbuf.h"
#include "engines/cpu/gemm.h"
#include "engines/cpu/weights.h"
#include "engines/kernels/gemm.h"
#include "engines/model/model.h"
#include "tests/tap.h"
#include "tests/unit/temp_folder.h"

/* Two whole chunks and a part. */
#define BLOCK ((size_t)9 << 20)

static struct cache_folder folder;
static struct pool *pools[2]; /* of one thread and of three */
static char *block, *got;

static void block_make(uint64_t seed)
{
	for (size_t i = 0; i < BLOCK; i += 8) {
		uint64_t x = rng_at(seed, i);
		memcpy(block + i, &x, 8);
	}
}

static int put(const char *key)
{
	struct diag d = {0};
	int rc = packed_cache_write(&folder, key, block, BLOCK, pools[1], &d);
	if (rc)
		printf("# %s\n", d.text);
	return rc;
}

/* 0 only when the block is as it was. */
static int get(const char *key, struct pool *pool, struct diag *d)
{
	memset(got, 0, BLOCK);
	diag_clear(d);
	int rc = packed_cache_read(&folder, key, got, BLOCK, pool, d);
	if (rc == 0 && memcmp(got, block, BLOCK) != 0)
		bail("a damaged block was taken");
	return rc;
}

static int n_files(void)
{
	struct cache_entry *list;
	int n;
	if (cache_list(&folder, &list, &n, NULL) != 0)
		bail("the folder cannot be listed");
	cache_list_free(list, n);
	return n;
}

/* Open for reading and writing. */
static int open_file(const char *key)
{
	char *path = cache_path(&folder, key);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		bail("a kept file cannot be opened");
	free(path);
	return fd;
}

/* ---- there and back ---- */

static void test_back(void)
{
	struct diag d = {0};
	struct stat st;
	is_int(get("a", pools[0], &d), ERR_UNAVAILABLE, "not there");
	is_int(put("a"), 0, "written");
	for (int i = 0; i < 2; i++)
		is_int(get("a", pools[i], &d), 0, "read: the same bits");
	is_int(get("b", pools[0], &d), ERR_UNAVAILABLE, "another key is not there");
	int fd = open_file("a");
	ok(fstat(fd, &st) == 0 && (st.st_mode & 0777) == 0600, "for this user only");
	close(fd);
	is_int(packed_cache_read(&folder, "a", got, BLOCK - 1, pools[0], &d), ERR_FORMAT, "another size");
}

static void test_damage(void)
{
	const char *key = "a";
	struct diag d = {0};
	char byte;
	uint64_t first = cache_block_at(strlen(key), BLOCK);
	const uint64_t places[] = {0,
				   8,
				   CACHE_HEAD,
				   cache_hashes_at(strlen(key)) + 8,
				   first,
				   first + CACHE_CHUNK - 1,
				   first + BLOCK - 1};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		int fd = open_file(key);
		if (pread(fd, &byte, 1, (off_t)places[i]) != 1)
			bail("no such byte");
		byte ^= 16;
		if (pwrite(fd, &byte, 1, (off_t)places[i]) != 1)
			bail("cannot be written");
		close(fd);
		ok(get(key, pools[i % 2], &d) == ERR_FORMAT && d.text[0], "byte %llu changed: not taken",
		   (unsigned long long)places[i]);
		if (put(key) || get(key, pools[1], &d))
			bail("a damaged file is not replaced");
	}
}

static void test_size(void)
{
	const char *key = "a";
	struct diag d = {0};
	off_t whole = (off_t)(cache_block_at(strlen(key), BLOCK) + BLOCK);
	const off_t sizes[] = {0, 7, 64, 4096, whole - 1, whole + 1};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		int fd = open_file(key);
		if (ftruncate(fd, sizes[i]))
			bail("cannot be cut");
		close(fd);
		ok(get(key, pools[1], &d) == ERR_FORMAT, "%lld bytes: not taken", (long long)sizes[i]);
		if (put(key))
			bail("not replaced");
	}
	is_int(get(key, pools[1], &d), 0, "and taken again when it is whole");
}

static void test_other(void)
{
	struct diag d = {0};
	char *a = cache_path(&folder, "a"), *b = cache_path(&folder, "b");
	if (rename(a, b))
		bail("cannot be renamed");
	is_int(get("b", pools[0], &d), ERR_FORMAT, "the file of another key");
	has_text(d.text, "of another model", "says so");
	unlink(b);
	if (mkfifo(b, 0600))
		bail("no pipe");
	ok(get("b", pools[0], &d) != 0, "a pipe");
	unlink(b);
	if (symlink("/dev/zero", b))
		bail("no link");
	ok(get("b", pools[0], &d) != 0, "a link");
	is_int(put("b"), 0, "is replaced");
	is_int(get("b", pools[0], &d), 0, "by the block");
	unlink(b);
	free(a);
	free(b);
}

/* ---- room ---- */

static void used_at(const char *key, time_t when)
{
	const struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when}};
	int fd = open_file(key);
	if (futimens(fd, times))
		bail("cannot be dated");
	close(fd);
}

static void test_cap(void)
{
	struct diag d = {0};
	if (put("a") || put("b"))
		bail("not written");
	used_at("a", 1000);
	used_at("b", 2000);
	is_int(get("a", pools[0], &d), 0, "the first is used");
	folder.max_bytes = 2 * BLOCK + BLOCK / 2;
	is_int(put("c"), 0, "a third, where two have room");
	is_int(get("a", pools[0], &d), 0, "the first stays: it was used");
	is_int(get("b", pools[0], &d), ERR_UNAVAILABLE, "the second went");
	is_int(get("c", pools[0], &d), 0, "the third is there");
	folder.max_bytes = BLOCK / 2;
	is_int(packed_cache_write(&folder, "d", block, BLOCK, pools[0], &d), ERR_IO, "one that is too large");
	has_text(d.text, "9 MiB, the cache may take 4 MiB", "is not written");
	is_int(n_files(), 2, "and nothing goes for it");
	folder.max_bytes = UINT64_MAX;
}

static void test_refusals(void)
{
	struct rlimit old, small = {.rlim_cur = 1 << 20};
	struct diag d = {0};
	struct cache_folder below = {mem_printf("%s/note/x", folder.path), UINT64_MAX};
	char *note = mem_printf("%s/note", folder.path);
	int n = n_files();
	fclose(fopen(note, "w"));
	is_int(packed_cache_write(&below, "a", block, BLOCK, pools[0], &d), ERR_IO, "no folder there");
	diag_clear(&d);
	if (getrlimit(RLIMIT_FSIZE, &old))
		bail("no limits");
	small.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_FSIZE, &small);
	is_int(packed_cache_write(&folder, "e", block, BLOCK, pools[0], &d), ERR_IO,
	       "a limit of a file's size");
	setrlimit(RLIMIT_FSIZE, &old);
	has_text(d.text, "File too large", "is said");
	is_int(n_files(), n, "and nothing is left");
	diag_clear(&d);
	char *key = mem_alloc(CACHE_KEY_MAX + 2);
	memset(key, 'k', CACHE_KEY_MAX + 1);
	is_int(packed_cache_write(&folder, key, block, BLOCK, pools[0], &d), ERR_IO,
	       "a key that is too long");
	free(key);
	unlink(note);
	free(note);
	cache_folder_free(&below);
}

static void test_read_only(void)
{
	struct diag d = {0};
	if (geteuid() == 0) {
		ok(1, "# SKIP nothing is read-only for root");
		return;
	}
	chmod(folder.path, 0500);
	is_int(packed_cache_write(&folder, "f", block, BLOCK, pools[0], &d), ERR_IO, "a read-only folder");
	has_text(d.text, "Permission denied", "is said");
	chmod(folder.path, 0700);
}

/* Two processes write the same file again and again: it is always whole. */
static void test_writers(void)
{
	enum { WRITERS = 2, TIMES = 10 };
	struct diag d = {0};
	pid_t pid[WRITERS];
	int n_bad = 0, status;
	fflush(stdout);
	for (int i = 0; i < WRITERS; i++) {
		pid[i] = fork();
		if (pid[i] == 0) { /* threads do not come along: a pool of its own */
			struct pool *own;
			if (pool_open(&own, &(struct pool_config){.n_threads = 2}, NULL))
				_exit(2);
			for (int j = 0; j < TIMES; j++)
				if (packed_cache_write(&folder, "w", block, BLOCK, own, NULL))
					_exit(1);
			_exit(0);
		}
	}
	for (int j = 0; j < TIMES; j++) {
		int rc = get("w", pools[1], &d);
		n_bad += rc != 0 && rc != ERR_UNAVAILABLE;
	}
	is_int(n_bad, 0, "what is read meanwhile is whole");
	for (int i = 0; i < WRITERS; i++)
		ok(waitpid(pid[i], &status, 0) == pid[i] && status == 0, "a writer is content");
	is_int(get("w", pools[0], &d), 0, "and so is what they leave");
}

/* ---- weights ---- */

static struct model *model;

static struct gemm_context *context(enum dtype t, enum isa isa)
{
	const struct gemm_config c = {isa, "own", "auto", 2};
	struct gemm_context *g;
	if (gemm_context_open(&g, &c, t, NULL))
		bail("no context");
	return g;
}

/* Loads the shipped model and gives the hash of its block. how: text for describe, may be NULL. */
static uint64_t load(enum dtype t, enum isa isa, const struct cache_folder *f, size_t from,
		     struct strbuf *how)
{
	struct gemm_context *g = context(t, isa);
	struct strbuf text = {0};
	struct diag d = {0};
	struct weights w;
	const struct weights_config c = {arch_find("llama"), model, g, t, isa, f, from};
	if (weights_load(&w, &c, pools[1], &text, &d)) {
		printf("# %s\n", d.text);
		bail("the weights do not load");
	}
	size_t bytes;
	ok(weights_bytes(c.arch, model, g, t, &bytes) && bytes == w.block_bytes, "as many bytes as counted");
	uint64_t hash = XXH3_64bits(w.block, w.block_bytes);
	if (how) {
		strbuf_reset(how);
		strbuf_puts(how, strbuf_text(&text));
	}
	strbuf_free(&text);
	weights_free(&w);
	gemm_context_close(g);
	return hash;
}

static void test_weights(enum dtype t, enum isa isa)
{
	const struct cache_folder off = {NULL, 0};
	struct cache_entry *list;
	struct strbuf how = {0};
	char value[40];
	int n, fd;
	uint64_t packed = load(t, isa, &off, 0, &how);
	has_text(strbuf_text(&how), ", cache off\n", "packed");
	load(t, isa, &folder, SIZE_MAX, &how);
	has_text(strbuf_text(&how), ", too small to be kept\n", "packed");
	ok(load(t, isa, &folder, 0, &how) == packed, "%s: the same bits when they are kept", dtype_name(t));
	has_text(strbuf_text(&how), ", written to the cache in ", "says so");
	ok(load(t, isa, &folder, 0, &how) == packed, "and from the cache");
	has_text(strbuf_text(&how), "packed weights: read from the cache in ", "says so");
	if (cache_list(&folder, &list, &n, NULL) != 0 || n < 1 || !list[0].key)
		bail("no kept weights");
	is_text(cache_key_value(list[0].key, "precision", value, sizeof value), dtype_name(t), "its key");
	fd = open(list[0].path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || pwrite(fd, "damaged", 7, (off_t)list[0].bytes - 7) != 7)
		bail("cannot be damaged");
	close(fd);
	cache_list_free(list, n);
	ok(load(t, isa, &folder, 0, &how) == packed, "the same bits in place of damaged ones");
	has_text(strbuf_text(&how), "file in the cache not used (damaged), packed in ", "says so");
	ok(load(t, isa, &folder, 0, &how) == packed, "which are replaced");
	has_text(strbuf_text(&how), "read from the cache", "by good ones");
	strbuf_free(&how);
}

/* Nothing is kept, nothing fails. */
static void test_weights_refused(void)
{
	struct cache_folder none = {mem_printf("/dev/null/none"), UINT64_MAX};
	struct strbuf how = {0};
	load(DTYPE_F32, ISA_REF, &none, 0, &how);
	has_text(strbuf_text(&how), "cache not written: ", "a cache that cannot be");
	strbuf_free(&how);
	cache_folder_free(&none);
}

/* ---- what the numbers of the layouts stand for ---- */

static void row_read(const void *source, int64_t row, int64_t n, float *dst)
{
	(void)source;
	for (int64_t i = 0; i < n; i++)
		dst[i] = rng_symmetric(rng_at((uint64_t)row, (uint64_t)i));
}

static uint64_t packed_hash(enum dtype t)
{
	enum { K = 96 };
	struct gemm_context *g = context(t, ISA_REF);
	struct gemm_weight *w;
	const int n = 2 * GEMM_NR_MAX + 1;
	size_t bytes = gemm_weight_bytes(g, t, n, K);
	void *memory = mem_map(bytes);
	if (!memory || gemm_weight_attach(&w, g, t, n, K, memory, NULL) ||
	    gemm_weight_fill(w, &(struct gemm_source){row_read, NULL, NULL}, pools[1], NULL))
		bail("not packed");
	uint64_t hash = XXH3_64bits(memory, bytes);
	gemm_weight_free(w);
	mem_unmap(memory, bytes);
	gemm_context_close(g);
	return hash;
}

/* Files of an older layout must not be taken for those of today. */
static void test_layouts(void)
{
	static const uint64_t forms[DTYPE_HELD_COUNT] = {
		[DTYPE_F32] = 0x84036849ecf02955,  [DTYPE_F16] = 0xf65914be285684d6,
		[DTYPE_BF16] = 0xc3ccf086eb7771ff, [DTYPE_Q8_0] = 0x2eb722d55fd98c86,
		[DTYPE_Q4_0] = 0x3f8acdb5f18b1577, [DTYPE_WI8AI8] = 0x59c44d68b741e577,
	};
	static const uint64_t whole = 0xc1905aed7bd3d90a;
	const struct cache_folder off = {NULL, 0};
	for (int t = 0; t < DTYPE_HELD_COUNT; t++) {
		uint64_t hash = packed_hash((enum dtype)t);
		if (!ok(GEMM_LAYOUT == 1 && hash == forms[t], "%s is packed as GEMM_LAYOUT says",
			dtype_name((enum dtype)t)))
			printf("# another layout? Then its number must be another, too; 0x%016llx here\n",
			       (unsigned long long)hash);
	}
	uint64_t hash = load(DTYPE_Q8_0, ISA_REF, &off, 0, NULL);
	if (!ok(WEIGHTS_LAYOUT == 1 && hash == whole, "the block is laid out as WEIGHTS_LAYOUT says"))
		printf("# another layout? Then its number must be another, too; 0x%016llx here\n",
		       (unsigned long long)hash);
}

int main(void)
{
	const char *top = getenv("top_srcdir");
	char path[PATH_MAX];
	folder = (struct cache_folder){mem_strdup(temp_folder()), UINT64_MAX};
	block = mem_alloc(BLOCK);
	got = mem_alloc(BLOCK);
	block_make(1);
	snprintf(path, sizeof path, "%s/workloads/models/default.gguf", top ? top : ".");
	if (pool_open(&pools[0], &(struct pool_config){.n_threads = 1}, NULL) ||
	    pool_open(&pools[1], &(struct pool_config){.n_threads = 3}, NULL) ||
	    model_open(&model, path, &(struct model_options){0}, NULL))
		bail("no threads or no model");
	test_back();
	test_damage();
	test_size();
	test_other();
	test_cap();
	test_refusals();
	test_read_only();
	test_writers();
	test_weights(DTYPE_F32, ISA_REF);
	test_weights(DTYPE_Q8_0, isa_best());
	test_weights_refused();
	test_layouts();
	model_close(model);
	pool_close(pools[0]);
	pool_close(pools[1]);
	cache_folder_free(&folder);
	free(block);
	free(got);
	return tap_done();
}
