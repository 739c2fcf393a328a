/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocking "tune": the fastest of the algorithms that cuBLASLt's heuristic puts first, tried on the operands themselves.
 * What was found is kept in the file cublaslt.tuned of the cache's folder, a line a product:
 *
 *   CHIP <tab> driver N, cuBLASLt N, TYPE m=M n=N k=K <tab> NAME and numbers of the algorithm
 *
 * The last line of a product counts. What others wrote there is only ever compared with names that cuBLASLt gave.
 */
#include "config.h"

#include "engines/cuda/lt.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/base/cache/cache.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/cuda/cuda.h"

/* Each is run once to warm up, then so often in a row, twice; the faster time counts. */
#define TUNE_RUNS   5
#define TUNE_ROUNDS 2

/* More lines than anybody's sweeps have. */
#define FILE_MAX ((size_t)4 << 20)

/* ---- what is kept ---- */

static char *product_key(const struct lt_plan *p)
{
	const struct chip *c = &p->lt->e->chip;
	char *key = mem_printf("%s\tdriver %d, cuBLASLt %zu, %s m=%d n=%d k=%d\t", c->name, c->driver,
			       p->lt->version, lt_type_name(p->type), p->m, p->n, p->k);
	return key;
}

/* All that tells one algorithm from another. */
static void algo_text(const struct lt_algo *a, struct strbuf *out)
{
	const struct lt_config *c = &a->config;
	lt_config_name(c, out);
	strbuf_printf(out, " id=%d reduction=%u swizzle=%u custom=%u inner=%u", c->id, c->reduction,
		      c->swizzle, c->custom, c->inner);
}

static char *file_path(void)
{
	struct cache_folder f;
	struct diag d = {0};
	char *path = NULL;
	if (cache_folder_default(&f, &d) == 0) {
		if (f.path && cache_folder_make(&f, &d) == 0)
			path = mem_printf("%s/cublaslt.tuned", f.path);
		cache_folder_free(&f);
	}
	return path;
}

/* What was found for the key, "" when nothing was. */
static void kept_find(const char *path, const char *key, struct strbuf *out)
{
	struct strbuf all = {0};
	FILE *f = path ? fopen(path, "re") : NULL;
	size_t n_key = strlen(key);
	if (!f)
		return;
	if (strbuf_read(&all, f, FILE_MAX))
		for (const char *line = strbuf_text(&all); *line;) {
			size_t n = strcspn(line, "\n");
			if (n > n_key && strncmp(line, key, n_key) == 0) {
				strbuf_reset(out);
				strbuf_add(out, line + n_key, n - n_key);
			}
			line += n + (line[n] != '\0');
		}
	fclose(f);
	strbuf_free(&all);
}

/* One write of one line: those of two workers do not mix. A product that could not be kept is tried again. */
static void kept_add(const char *path, const char *key, const char *found)
{
	char *line = mem_printf("%s%s\n", key, found);
	int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
	if (fd >= 0) {
		(void)!write(fd, line, strlen(line));
		close(fd);
	}
	free(line);
}

/* ---- trying ---- */

struct operands {
	CUdeviceptr x, w, y;
};

static int runs(const struct lt_plan *p, const struct operands *o, int n, struct diag *d)
{
	int rc = 0;
	for (int i = 0; i < n && rc == 0; i++)
		rc = lt_run(p, o->x, o->w, o->y, d);
	return rc;
}

/* The time of TUNE_RUNS products. */
static int algo_time(const struct lt_plan *p, const struct operands *o, int64_t *ns, struct diag *d)
{
	const struct lt *lt = p->lt;
	struct engine *e = lt->e;
	int64_t t;
	int rc = runs(p, o, 1, d);
	*ns = INT64_MAX;
	for (int round = 0; round < TUNE_ROUNDS && rc == 0; round++) {
		rc = stream_mark(e, lt->begin, d);
		if (rc == 0)
			rc = runs(p, o, TUNE_RUNS, d);
		if (rc == 0)
			rc = stream_mark(e, lt->end, d);
		if (rc == 0)
			rc = stream_wait(e, NULL, d);
		if (rc == 0)
			rc = events_ns(e, lt->begin, lt->end, &t, d);
		*ns = rc == 0 && t < *ns ? t : *ns;
	}
	return rc;
}

/* The heuristic may put one first that does not run here: the others are tried all the same. */
static int fastest(struct lt_plan *p, const struct lt_algo *algos, int n, const struct operands *o,
		   struct diag *d)
{
	int64_t best = INT64_MAX, ns;
	struct lt_algo chosen = p->algo;
	for (int i = 0; i < n; i++) {
		struct diag why = {0};
		p->algo = algos[i];
		int rc = algo_time(p, o, &ns, &why);
		if (rc == ERR_UNSUPPORTED)
			continue;
		if (rc)
			return diag_set(d, (enum err)rc, "%s", why.text);
		if (ns < best) {
			best = ns;
			chosen = algos[i];
		}
	}
	p->algo = chosen;
	p->chosen = "the fastest of those tried";
	return 0;
}

/* Is one of them what was found before? */
static bool kept_take(struct lt_plan *p, const struct lt_algo *algos, int n, const char *kept)
{
	bool found = false;
	for (int i = 0; i < n && *kept && !found; i++) {
		struct strbuf text = {0};
		algo_text(&algos[i], &text);
		found = strcmp(strbuf_text(&text), kept) == 0;
		strbuf_free(&text);
		if (found)
			p->algo = algos[i];
	}
	if (found)
		p->chosen = "the fastest when it was tried before";
	return found;
}

int lt_plan_tune(struct lt_plan *p, CUdeviceptr x, CUdeviceptr w, CUdeviceptr y, struct diag *d)
{
	const struct operands o = {x, w, y};
	struct lt_algo algos[LT_TUNED];
	struct strbuf kept = {0};
	int n, rc = lt_plan_algos(p, algos, LT_TUNED, &n, d);
	if (rc)
		return rc;
	char *key = product_key(p), *path = file_path();
	kept_find(path, key, &kept);
	if (!kept_take(p, algos, n, strbuf_text(&kept))) {
		rc = fastest(p, algos, n, &o, d);
		strbuf_reset(&kept);
		algo_text(&p->algo, &kept);
		if (rc == 0)
			kept_add(path, key, strbuf_text(&kept));
	}
	free(key);
	free(path);
	strbuf_free(&kept);
	return rc;
}
