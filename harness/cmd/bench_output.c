/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of `bench`, each as soon as it is known: in the order of visits, which is randomised, where programs read them; a
 * table for people is in the order of the list, and waits for what stands before.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/cmd/bench.h"
#include "harness/exchange/stored.h"
#include "reports/analysis/analysis.h"

/* A point of the plan in the order of the list. */
struct cell {
	const struct plan_point *point;
	bool known, done;
	struct llama_bench llama;     /* when done */
	struct batched_bench batched; /* of the other kind of record */
	char *reason;		      /* why there is none */
};

struct sink {
	FILE *out;
	struct llama_writer writer;
	bool batched, in_order;
	int next; /* cell that comes next in a sink in order */
};

struct bench_output {
	const struct bench *bench;
	struct store *store;
	struct diag first; /* error of the store */
	int n_cells;
	struct cell *cell;
	const struct plan *plan;
	int *cell_of; /* by a point's place in the plan; -1: none */
	int n_sinks;
	struct sink sink[2];
};

/* ---- cells ---- */

/* A point on its way into a cell. */
struct ranked {
	const char *workload;
	int point;
	int rank; /* how many of that workload come before; equal for all tests of one set of parameters */
};

static int by_workload(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	int by = strcmp(x->workload, y->workload);
	return by ? by : x->point - y->point;
}

static int by_rank(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	return x->rank != y->rank ? x->rank - y->rank : x->point - y->point;
}

/* The tests of one set of parameters stand together, as llama-bench has them. */
static void cells_make(struct bench_output *o, const struct plan *p)
{
	struct ranked *ranked = mem_alloc(sizeof *ranked * (size_t)(p->n_points + 1));
	int n = 0;
	o->cell_of = mem_alloc(sizeof *o->cell_of * (size_t)(p->n_points + 1));
	o->cell = mem_alloc(sizeof *o->cell * (size_t)(p->n_points + 1));
	for (int i = 0; i < p->n_points; i++) {
		o->cell_of[i] = -1;
		if (p->points[i].role == ROLE_MEASURE)
			ranked[n++] = (struct ranked){point_get(&p->points[i].point, KEY_WORKLOAD), i, 0};
	}
	qsort(ranked, (size_t)n, sizeof *ranked, by_workload);
	for (int i = 1; i < n; i++)
		if (strcmp(ranked[i].workload, ranked[i - 1].workload) == 0)
			ranked[i].rank = ranked[i - 1].rank + 1;
	qsort(ranked, (size_t)n, sizeof *ranked, by_rank);
	for (int i = 0; i < n; i++) {
		const struct plan_point *point = &p->points[ranked[i].point];
		o->cell_of[ranked[i].point] = o->n_cells;
		struct cell *c = &o->cell[o->n_cells++];
		*c = (struct cell){.point = point, .known = point->state != POINT_PLANNED};
		c->reason = c->known ? mem_strdup(point->reason) : NULL;
	}
	free(ranked);
}

/* What flags said of all records alike. */
static const char *const same_fields[] = {"cpu_strict",	   "load_mode",	    "split_mode", "n_gpu_layers",
					  "no_kv_offload", "no_op_offload", "flash_attn"};

static void field_copy(struct llama_bench *to, const struct llama_bench *from, const char *name)
{
	const struct llama_field *f = llama_field_find(name, strlen(name));
	const void *source = (const char *)from + f->offset;
	void *at = (char *)to + f->offset;
	if (f->type == LLAMA_TEXT)
		llama_text_set(at, *(char *const *)source);
	else if (f->type == LLAMA_BOOL)
		*(bool *)at = *(const bool *)source;
	else
		*(int64_t *)at = *(const int64_t *)source;
}

/* -b and -ub as they were given. */
static void put_flags(const struct bench *b, struct cell *c)
{
	int64_t step = point_int_or(&c->point->point, KEY_UBATCH, 0);
	const struct bench_batch *batch = &b->batches[0];
	for (int i = 0; i < b->n_batches; i++)
		if (b->batches[i].step == step)
			batch = &b->batches[i];
	c->llama.n_batch = c->batched.n_batch = batch->n_batch;
	c->llama.n_ubatch = c->batched.n_ubatch = batch->n_ubatch;
	for (size_t i = 0; i < sizeof same_fields / sizeof same_fields[0]; i++)
		field_copy(&c->llama, &b->usual, same_fields[i]);
	c->batched.flash_attn = b->usual.flash_attn;
	c->batched.n_gpu_layers = b->usual.n_gpu_layers;
}

static int64_t largest_kv(const struct bench_output *o)
{
	int64_t most = 0;
	for (int i = 0; i < o->n_cells; i++) {
		const struct point *p = &o->cell[i].point->point;
		int64_t n_prompt = 0, n_gen = 0, n = point_int_or(p, KEY_SEQUENCES, 1);
		(void)workload_lengths(point_get(p, KEY_WORKLOAD), &n_prompt, &n_gen);
		most = n * (n_prompt + n_gen) > most ? n * (n_prompt + n_gen) : most;
	}
	return most;
}

static void cell_take(struct bench_output *o, struct cell *c, const struct stored_run *run,
		      const struct row *row)
{
	bool batched = o->sink[0].batched;
	c->known = true;
	if (row->state != POINT_DONE) {
		c->reason = mem_strdup(row->reason);
		return;
	}
	c->done = batched ? batched_bench_of(&c->batched, row->point)
			  : llama_bench_of(&c->llama, run, row->point);
	if (!c->done) {
		c->reason = mem_strdup("its format has no such test");
		return;
	}
	put_flags(o->bench, c);
	c->batched.n_kv_max = largest_kv(o);
}

/* ---- sinks ---- */

static void cell_write(struct sink *s, const struct cell *c)
{
	if (s->batched && c->done)
		batched_write(s->out, &c->batched, NULL);
	else if (c->done)
		llama_write(&s->writer, &c->llama);
}

static void sinks_write(struct bench_output *o, const struct cell *known, bool all)
{
	for (int i = 0; i < o->n_sinks; i++) {
		struct sink *s = &o->sink[i];
		if (!s->in_order && known)
			cell_write(s, known);
		while (s->in_order && s->next < o->n_cells && (all || o->cell[s->next].known))
			cell_write(s, &o->cell[s->next++]);
	}
}

static bool is_list(const char *axis)
{
	return axis && strchr(axis, ',');
}

/* An axis that was given, and not as its one usual value. */
static bool is_told(const struct bench *b, enum point_key key)
{
	const char *axis = b->spec.axis[key], *usual = point_key_default(key);
	return axis && (is_list(axis) || strcmp(axis, usual ? usual : "") != 0);
}

/* Columns of parameters with several values, or not the usual one. */
static void columns_make(const struct bench *b, struct llama_columns *out)
{
	struct llama_bench usual;
	llama_bench_init(&usual);
	for (const struct llama_field *f = llama_fields; f->name; f++) {
		bool *shown = &out->shown[f - llama_fields];
		if (strcmp(f->name, "cpu_mask") == 0)
			*shown = is_told(b, KEY_AFFINITY);
		else if (strncmp(f->name, "type_", 5) == 0)
			*shown = is_told(b, KEY_KV);
		else if (strcmp(f->name, "n_batch") == 0)
			*shown = b->batch.n > 1 || b->batch.value[0] != usual.n_batch;
		else if (strcmp(f->name, "n_ubatch") == 0)
			*shown = b->ubatch.n > 1 || b->ubatch.value[0] != usual.n_ubatch;
		else
			*shown = llama_is_parameter(f) && !llama_field_same(&b->usual, &usual, f);
	}
	llama_bench_free(&usual);
}

static void sink_add(struct bench_output *o, FILE *out, const char *format)
{
	struct sink *s = &o->sink[o->n_sinks++];
	s->out = out;
	s->batched = strcmp(format, BENCH_BATCHED) == 0;
	s->in_order = strcmp(format, "md") == 0;
	if (s->batched)
		return;
	columns_make(o->bench, &s->writer.columns);
	llama_write_begin(&s->writer, out, llama_format_find(format));
}

/* ---- all of it ---- */

struct bench_output *bench_output_begin(const struct bench *b, const struct plan *plan, struct store *store)
{
	struct bench_output *o = mem_alloc(sizeof *o);
	o->bench = b;
	o->store = store;
	o->plan = plan;
	cells_make(o, plan);
	sink_add(o, stdout, b->format);
	if (b->format_err)
		sink_add(o, stderr, b->format_err);
	return o;
}

static struct cell *cell_find(const struct bench_output *o, const struct plan_point *point)
{
	int i = o->cell_of[point - o->plan->points];
	return i < 0 ? NULL : &o->cell[i];
}

void bench_output_known(void *arg, int64_t run, const struct plan_point *point)
{
	struct bench_output *o = arg;
	struct cell *c = cell_find(o, point);
	struct stored_run *stored;
	if (!c || c->known || o->first.code || store_point_load(o->store, run, point->id, &stored, &o->first))
		return;
	struct analysis *a = analysis_make(stored);
	for (int i = 0; i < a->n_rows; i++)
		cell_take(o, c, stored, &a->rows[i]);
	analysis_free(a);
	stored_run_free(stored);
	sinks_write(o, c, false);
}

/* Cells that came to nothing are records of llama-batched-bench's kind too, with their reason. */
static void reasons_write(struct bench_output *o, const struct sink *s)
{
	for (int i = 0; i < o->n_cells; i++) {
		struct cell *c = &o->cell[i];
		if (c->done)
			continue;
		/* Without visits it has no times, but all the rest. */
		const struct stored_point point = {.point = c->point->point};
		(void)batched_bench_of(&c->batched, &point);
		put_flags(o->bench, c);
		c->batched.n_kv_max = largest_kv(o);
		batched_write(s->out, &c->batched, c->reason ? c->reason : "the run ended before it");
	}
}

int bench_output_end(struct bench_output *o, struct diag *d)
{
	sinks_write(o, NULL, true);
	for (int i = 0; i < o->n_sinks; i++) {
		if (o->sink[i].batched)
			reasons_write(o, &o->sink[i]);
		else
			llama_write_end(&o->sink[i].writer);
	}
	if (o->first.code)
		*d = o->first;
	return o->first.code;
}

void bench_output_free(struct bench_output *o)
{
	if (!o)
		return;
	for (int i = 0; i < o->n_cells; i++) {
		llama_bench_free(&o->cell[i].llama);
		free(o->cell[i].reason);
	}
	free(o->cell);
	free(o->cell_of);
	free(o);
}
