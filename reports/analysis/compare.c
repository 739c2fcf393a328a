/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/analysis/compare.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "reports/analysis/rows.h"

const char *const compare_names[] = {"machine", "build", "run", NULL};

/* More cells times values are no table for anybody. */
#define COMPARED_MAX (1 << 22)

/* A row on its way into a cell. */
struct entry {
	char *cell; /* the text of all its keys but one: equal in one cell */
	const struct row *row;
	int run, value, order;
};

struct making {
	struct comparison *c;
	struct facts *facts; /* of each run */
	struct entry *entry;
	int n;
};

/* ---- the values of the key ---- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static bool machine_is_ambiguous(const struct comparison *c, int run)
{
	const struct compared_run *r = &c->runs[run];

	for (int i = 0; i < c->n_runs; i++)
		if (strcmp(c->runs[i].machine, r->machine) == 0 &&
		    strcmp(c->runs[i].a->run->machine_id, r->a->run->machine_id) != 0)
			return true;
	return false;
}

/* free() it. */
static char *value_of(const struct comparison *c, int run, const struct row *row)
{
	const struct stored_run *r = c->runs[run].a->run;
	const char *value;

	switch (c->kind) {
	case COMPARE_MACHINE:
		if (machine_is_ambiguous(c, run))
			return mem_printf("%s (%.8s)", c->runs[run].machine, r->machine_id);
		return mem_strdup(c->runs[run].machine);
	case COMPARE_BUILD:
		value = r->build ? json_string_value(json_object_get(r->build, "git")) : NULL;
		return mem_printf("%s %s%s%s", r->build_program, r->build_version, value ? " " : "",
				  value ? value : "");
	case COMPARE_RUN:
		return mem_strdup(c->runs[run].name);
	case COMPARE_KEY:
		break;
	}
	value = point_get(&row->point->point, c->key);
	return mem_strdup(c->key == KEY_MODEL ? base_name(value) : value);
}

/* Its index; a new one comes last. Takes the text. */
static int value_put(struct comparison *c, char *text)
{
	for (int i = 0; i < c->n_values; i++)
		if (strcmp(c->value[i], text) == 0) {
			free(text);
			return i;
		}
	c->value = mem_realloc(c->value, sizeof *c->value * (size_t)(c->n_values + 1));
	c->value[c->n_values] = text;
	return c->n_values++;
}

/* ---- cells ---- */

/* The first name that any run has for a content; NULL when none has. */
static const char *name_of_hash(const struct making *m, const char *hash)
{
	for (int run = 0; run < m->c->n_runs; run++)
		for (int i = 0; i < m->facts[run].n; i++) {
			const struct fact *f = &m->facts[run].fact[i];

			if (strncmp(f->key, "model.", 6) == 0 && strcmp(f->value, hash) == 0)
				return f->key + 6;
		}
	return NULL;
}

/*
 * A model is its content: its file may have another name on another machine. But what has one name and two
 * contents meets in a cell, so that its runs are refused. A row that did not run has the content of those that did.
 */
static const char *model_text(const struct making *m, int run, const struct row *row)
{
	const json_t *own = row->point->model ? json_object_get(row->point->model, "hash") : NULL;
	const char *name = base_name(point_get(&row->point->point, KEY_MODEL)),
		   *hash = json_string_value(own), *first;
	char *key;

	if (!hash || !*hash) {
		key = mem_printf("model.%s", name);
		hash = facts_get(&m->facts[run], key);
		free(key);
	}
	first = hash ? name_of_hash(m, hash) : NULL;
	return first ? first : name;
}

static char *cell_text(const struct making *m, int run, const struct row *row)
{
	struct strbuf s = {0};

	for (int k = 0; k < KEY_COUNT; k++) {
		const char *value = k == KEY_MODEL ? model_text(m, run, row)
						   : point_get(&row->point->point, (enum point_key)k);

		if ((m->c->kind == COMPARE_KEY && k == (int)m->c->key) || m->c->follows[k])
			continue;
		strbuf_printf(&s, "%zu:%s", strlen(value), value);
	}
	return strbuf_take(&s);
}

static int entries_make(struct making *m, struct diag *d)
{
	struct comparison *c = m->c;

	for (int run = 0; run < c->n_runs; run++)
		m->n += c->runs[run].a->n_rows;
	m->entry = mem_alloc(sizeof *m->entry * (size_t)(m->n + 1));
	m->n = 0;
	for (int run = 0; run < c->n_runs; run++)
		for (int i = 0; i < c->runs[run].a->n_rows; i++) {
			const struct row *row = &c->runs[run].a->rows[i];
			int value = value_put(c, value_of(c, run, row));

			m->entry[m->n] = (struct entry){cell_text(m, run, row), row, run, value, m->n};
			m->n++;
			if ((int64_t)m->n * c->n_values > COMPARED_MAX)
				return diag_set(d, ERR_USAGE,
						"--by %s: too many points and values to compare", c->by);
		}
	return 0;
}

static int entry_compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int by_cell = strcmp(x->cell, y->cell);

	if (by_cell)
		return by_cell;
	return x->value != y->value ? x->value - y->value : x->order - y->order;
}

/* Two runs have a row of that cell and value; NULL when none have. entry is sorted. */
static const struct entry *find_twice(const struct making *m, const struct entry **other)
{
	for (int i = 1; i < m->n; i++) {
		const struct entry *x = &m->entry[i - 1], *y = &m->entry[i];

		if (x->value == y->value && x->run != y->run && strcmp(x->cell, y->cell) == 0) {
			*other = y;
			return x;
		}
	}
	return NULL;
}

/* From here on rows of different runs are rows of different cells. */
static void entries_part(struct making *m)
{
	m->c->apart = true;
	for (int i = 0; i < m->n; i++) {
		char *cell = mem_printf("%s run %d", m->entry[i].cell, m->entry[i].run);

		free(m->entry[i].cell);
		m->entry[i].cell = cell;
	}
	qsort(m->entry, (size_t)m->n, sizeof *m->entry, entry_compare);
}

static struct compare_cell *cell_add(struct comparison *c, const struct entry *e)
{
	struct compare_cell *cell;

	/* Doubles when n is a power of two. */
	if ((c->n_cells & (c->n_cells - 1)) == 0)
		c->cell = mem_realloc(c->cell, sizeof *c->cell * (size_t)(c->n_cells ? 2 * c->n_cells : 1));
	cell = &c->cell[c->n_cells++];
	*cell = (struct compare_cell){.first = e->row, .run = c->apart ? e->run : -1};
	cell->compared = mem_alloc(sizeof *cell->compared * (size_t)c->n_values);
	for (int i = 0; i < c->n_values; i++) {
		cell->compared[i].run = -1;
		cell->compared[i].unit = "";
		cell->compared[i].why = mem_strdup("");
		cell->compared[i].rate = cell->compared[i].ratio = estimate_none();
	}
	return cell;
}

static int cell_compare(const void *a, const void *b)
{
	const struct compare_cell *x = a, *y = b;
	int by_run = x->run - y->run;
	int by_position = x->first->point->position - y->first->point->position;

	return by_run ? by_run : by_position ? by_position : strcmp(x->first->point->id, y->first->point->id);
}

/* What should be one row and is not gets a cell of its own: nothing is lost, nothing averaged. */
static void cells_make(struct making *m)
{
	struct compare_cell *cell = NULL;

	for (int i = 0; i < m->n; i++) {
		const struct entry *e = &m->entry[i];
		bool same = i > 0 && strcmp(e->cell, m->entry[i - 1].cell) == 0;

		if (!same || cell->compared[e->value].row)
			cell = cell_add(m->c, e);
		cell->compared[e->value].row = e->row;
		cell->compared[e->value].run = e->run;
	}
	if (m->c->n_cells)
		qsort(m->c->cell, (size_t)m->c->n_cells, sizeof *m->c->cell, cell_compare);
}

static void keys_vary(struct comparison *c)
{
	for (int i = 1; i < c->n_cells; i++)
		for (int k = 0; k < KEY_COUNT; k++)
			c->varies[k] |= strcmp(point_get(&c->cell[i].first->point->point, k),
					       point_get(&c->cell[0].first->point->point, k)) != 0;
	for (int k = 0; k < KEY_COUNT; k++)
		c->varies[k] &= !c->follows[k];
	if (c->kind == COMPARE_KEY)
		c->varies[c->key] = false;
}

/* ---- what may be compared ---- */

static void find_pair(struct making *m, int a, int b)
{
	struct comparison *c = m->c;
	int first = c->differences.n;

	differences_find(&c->differences, &m->facts[a], &m->facts[b], c->kind, c->allowed, c->n_allowed);
	c->pair = mem_realloc(c->pair, sizeof *c->pair * (size_t)(c->differences.n + 1));
	for (int i = first; i < c->differences.n; i++) {
		c->pair[i][0] = a;
		c->pair[i][1] = b;
	}
}

/* Between the runs of baselines and of what is compared with them. */
static void differences_make(struct making *m)
{
	struct comparison *c = m->c;
	size_t n = (size_t)c->n_runs;
	bool *seen = mem_alloc(n * n);

	for (int i = 0; i < c->n_cells; i++) {
		const struct compared *x = c->cell[i].compared, *base = &x[c->baseline];

		for (int v = 0; v < c->n_values && base->row; v++) {
			size_t pair = x[v].row ? (size_t)base->run * n + (size_t)x[v].run : 0;

			if (!x[v].row || x[v].run == base->run || seen[pair])
				continue;
			seen[pair] = true;
			find_pair(m, base->run, x[v].run);
		}
	}
	free(seen);
	c->refused = differences_count(&c->differences, DIFFERENCE_REFUSED) +
			     differences_count(&c->differences, DIFFERENCE_NEVER) >
		     0;
	c->unverified = differences_count(&c->differences, DIFFERENCE_ALLOWED) > 0;
}

/* ---- rates and ratios ---- */

static void why_absent(struct compared *x, const struct comparison *c)
{
	free(x->why);
	x->why = mem_strdup(c->kind == COMPARE_KEY ? "no point of the plan" : "no point of that run's plan");
}

static void cell_measure(struct comparison *c, struct compare_cell *cell)
{
	struct compared *base = &cell->compared[c->baseline];

	for (int v = 0; v < c->n_values; v++)
		if (cell->compared[v].row)
			compared_rate(&cell->compared[v]);
		else
			why_absent(&cell->compared[v], c);
	if (base->rate.n > 0)
		base->kind = RATIO_BASELINE;
	for (int v = 0; v < c->n_values; v++) {
		struct compared *x = &cell->compared[v];

		if (x == base || x->rate.n == 0 || base->rate.n == 0 || (c->refused && x->run != base->run))
			continue;
		compared_ratio(x, base, x->run == base->run);
		c->paired |= x->kind == RATIO_PAIRED;
		c->unpaired |= x->kind == RATIO_UNPAIRED;
	}
}

/* ---- what was asked ---- */

static int by_parse(struct comparison *c, const char *by, struct diag *d)
{
	static const enum compare_by kinds[] = {COMPARE_MACHINE, COMPARE_BUILD, COMPARE_RUN};

	c->by = by;
	for (int i = 0; compare_names[i]; i++)
		if (strcmp(compare_names[i], by) == 0) {
			c->kind = kinds[i];
			return 0;
		}
	c->key = point_key_find(by);
	if (c->key == KEY_COUNT)
		return diag_set(d, ERR_USAGE,
				"--by \"%.60s\": expected machine, build, run or a key of points, as isa or "
				"precision",
				by);
	return 0;
}

/* The value itself, or the run that has it by its name. */
static int baseline_find(struct comparison *c, const char *text, struct diag *d)
{
	struct strbuf known = {0};
	int rc;

	for (int i = 0; text && i < c->n_values; i++)
		if (strcmp(c->value[i], text) == 0) {
			c->baseline = i;
			return 0;
		}
	for (int i = 0; text && c->kind != COMPARE_KEY && i < c->n_runs; i++)
		if (strcmp(c->runs[i].name, text) == 0 ||
		    (strlen(text) >= 8 && strncmp(c->runs[i].a->run->machine_id, text, strlen(text)) == 0)) {
			c->baseline = value_put(c, value_of(c, i, NULL));
			return 0;
		}
	if (!text)
		return 0;
	for (int i = 0; i < c->n_values; i++)
		strbuf_printf(&known, "%s%s", i ? ", " : "", c->value[i]);
	rc = diag_set(d, ERR_USAGE, "--baseline \"%.60s\": expected a value of %s: %.240s", text, c->by,
		      strbuf_text(&known));
	strbuf_free(&known);
	return rc;
}

/* Machines and builds have one run each; points of a key may stand in several runs, which are then kept apart. */
static int twice_check(struct making *m, struct diag *d)
{
	const struct entry *other, *one = find_twice(m, &other);
	const struct comparison *c = m->c;

	if (!one)
		return 0;
	if (c->kind != COMPARE_KEY)
		return diag_set(
			d, ERR_USAGE,
			"--by %s: %.80s and %.80s are both of \"%.80s\": name one of them, or --by run",
			c->by, c->runs[one->run].name, c->runs[other->run].name, c->value[one->value]);
	entries_part(m);
	return 0;
}

static int make(struct making *m, const struct compare_ask *ask, struct diag *d)
{
	struct comparison *c = m->c;
	int rc = by_parse(c, ask->by, d);

	if (rc)
		return rc;
	for (int i = 0; i < c->n_runs; i++)
		facts_of_run(&m->facts[i], c->runs[i].a->run);
	comparison_follow(c);
	rc = entries_make(m, d);
	if (rc)
		return rc;
	if (c->n_values < 2)
		return diag_set(d, ERR_USAGE, "--by %s: there is one value, \"%.80s\": nothing to compare",
				c->by, c->n_values ? c->value[0] : "");
	qsort(m->entry, (size_t)m->n, sizeof *m->entry, entry_compare);
	rc = baseline_find(c, ask->baseline, d);
	if (rc == 0)
		rc = twice_check(m, d);
	if (rc)
		return rc;
	cells_make(m);
	keys_vary(c);
	differences_make(m);
	for (int i = 0; i < c->n_cells; i++)
		cell_measure(c, &c->cell[i]);
	return 0;
}

int comparison_make(struct comparison **out, const struct compared_run *runs, int n,
		    const struct compare_ask *ask, struct diag *d)
{
	struct comparison *c = mem_alloc(sizeof *c);
	struct making m = {.c = c, .facts = mem_alloc(sizeof *m.facts * (size_t)(n + 1))};
	int rc;

	c->runs = runs;
	c->n_runs = n;
	c->allowed = ask->allowed;
	c->n_allowed = ask->n_allowed;
	rc = make(&m, ask, d);
	for (int i = 0; i < m.n; i++)
		free(m.entry[i].cell);
	free(m.entry);
	for (int i = 0; i < n; i++)
		facts_free(&m.facts[i]);
	free(m.facts);
	if (rc) {
		comparison_free(c);
		return rc;
	}
	*out = c;
	return 0;
}

void comparison_free(struct comparison *c)
{
	if (!c)
		return;
	for (int i = 0; i < c->n_cells; i++) {
		for (int v = 0; v < c->n_values; v++)
			free(c->cell[i].compared[v].why);
		free(c->cell[i].compared);
	}
	for (int v = 0; v < c->n_values; v++)
		free(c->value[v]);
	free(c->cell);
	free(c->value);
	free(c->pair);
	differences_free(&c->differences);
	free(c);
}
