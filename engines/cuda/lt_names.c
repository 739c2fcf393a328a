/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a cuBLASLt algorithm by the names that its header gives them; the tables are made from it at build. */
#include "config.h"

#include "engines/cuda/lt.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/strbuf.h"

struct part_name {
	int id;
	const char *name;
};

static const struct part_name tiles[] = {
#define TILE(id, name) {id, name},
#include "engines/cuda/lt_parts.inc"
};

static const struct part_name stages[] = {
#define STAGES(id, name) {id, name},
#include "engines/cuda/lt_parts.inc"
};

static const struct part_name clusters[] = {
#define CLUSTER(id, name) {id, name},
#include "engines/cuda/lt_parts.inc"
};

static const struct kind {
	const char *word; /* what its names begin with in a blocking */
	const struct part_name *names;
	int n;
} kinds[] = {
	{"", tiles, sizeof tiles / sizeof tiles[0]},
	{"stages", stages, sizeof stages / sizeof stages[0]},
	{"cluster", clusters, sizeof clusters / sizeof clusters[0]},
};

/* "auto" is what cuBLASLt leaves to the kernel; a number one of a newer library. */
static void part_put(const struct kind *kind, int id, struct strbuf *out)
{
	for (int i = 0; i < kind->n; i++)
		if (kind->names[i].id == id) {
			strbuf_printf(out, "%s%s", kind->word, kind->names[i].name);
			return;
		}
	strbuf_printf(out, "%s%s%d", kind->word, *kind->word ? "#" : "tile#", id);
}

void lt_config_name(const struct lt_config *c, struct strbuf *out)
{
	part_put(&kinds[0], (int)c->tile, out);
	strbuf_putc(out, '/');
	part_put(&kinds[1], (int)c->stages, out);
	strbuf_printf(out, "/splitk%u/", c->splitk);
	part_put(&kinds[2], c->cluster, out);
}

static int part_find(const struct kind *kind, const char *text, size_t n)
{
	size_t n_word = strlen(kind->word);
	if (n <= n_word || strncmp(text, kind->word, n_word) != 0)
		return -1;
	for (int i = 0; i < kind->n; i++)
		if (strlen(kind->names[i].name) == n - n_word &&
		    strncmp(kind->names[i].name, text + n_word, n - n_word) == 0)
			return kind->names[i].id;
	return -1;
}

static int splitk_parse(const char *text, size_t n)
{
	char *end;
	if (n < 7 || n > 9 || strncmp(text, "splitk", 6) != 0 || text[6] < '0' || text[6] > '9')
		return -1;
	long v = strtol(text + 6, &end, 10);
	return end == text + n ? (int)v : -1;
}

/* One part of a name; false when it is none. */
static bool part_parse(const char *text, size_t n, struct lt_wish *w)
{
	int *const to[] = {&w->tile, &w->stages, &w->cluster};
	for (int i = 0; i < 3; i++) {
		int id = part_find(&kinds[i], text, n);
		if (id < 0)
			continue;
		*to[i] = id;
		return true;
	}
	w->splitk = splitk_parse(text, n);
	return w->splitk >= 0;
}

int lt_wish_parse(const char *blocking, struct lt_wish *out, struct diag *d)
{
	struct lt_wish w = {-1, -1, -1, -1};
	for (const char *part = blocking;;) {
		size_t n = strcspn(part, "/");
		if (!part_parse(part, n, &w))
			return diag_set(
				d, ERR_UNSUPPORTED,
				"blocking \"%.60s\": \"%.*s\" is no part of a cuBLASLt algorithm, expected "
				"auto, tune, or as in 128x256/stages64x4/splitk1/cluster2x1x1",
				blocking, n < 40 ? (int)n : 40, part);
		if (!part[n])
			break;
		part += n + 1;
	}
	*out = w;
	return 0;
}

static bool fits(int wish, int has)
{
	return wish < 0 || wish == has;
}

bool lt_wish_fits(const struct lt_wish *w, const struct lt_config *c)
{
	return fits(w->tile, (int)c->tile) && fits(w->stages, (int)c->stages) &&
	       fits(w->splitk, (int)c->splitk) && fits(w->cluster, c->cluster);
}
