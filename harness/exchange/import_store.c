/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Foreign records go into the store: a run for each build and machine they name, a point for each set of parameters, a
 * visit for each record. What is not known of them is said, not made up.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/exchange/import_point.h"
#include "harness/exchange/import_private.h"
#include "harness/store/content.h"
#include "harness/store/runs.h"

/* What makes records one run. */
struct group {
	const char *program; /* static */
	char *version, *who; /* "Debian (11669)"; "llama-bench Debian (11669)" */
	char *cpu, *gpu;
	int n_records, first;	     /* in order */
	char content[POINT_ID_SIZE]; /* of the texts of its records */
	bool there;		     /* a run of the store has that content */
};

/* A record on its way. */
struct entry {
	const struct import_record *record;
	int group;
	char id[POINT_ID_SIZE];
	int round; /* how often its point came before, from 1 */
};

struct filing {
	const struct import *im;
	struct store *store;
	const char *path, *command;
	const struct run_label *labels;
	int n_labels;
	int n_groups;
	struct group *group;
	struct entry *entry; /* as records */
	int *order;	     /* of entries: by group, then as records */
};

/* ---- runs ---- */

/* What records of one run have in common, as one text; free() it. */
static char *group_key(const struct import_record *r)
{
	const char *cpu = import_told(r->llama.cpu_info), *gpu = r->llama.gpu_info ? r->llama.gpu_info : "";
	const char *commit = import_told(r->llama.build_commit);
	return mem_printf("%d %lld %zu:%s %zu:%s %s", r->batched, (long long)r->llama.build_number,
			  strlen(commit), commit, strlen(cpu), cpu, gpu);
}

static void group_add(struct filing *f, const struct import_record *r)
{
	char *version = r->batched ? mem_strdup("unknown")
				   : mem_printf("%s (%lld)", import_told(r->llama.build_commit),
						(long long)r->llama.build_number);
	const char *program = r->batched ? BATCHED_BENCH : LLAMA_BENCH;
	/* Doubles when n is a power of two. */
	if (f->n_groups && (f->n_groups & (f->n_groups - 1)) == 0)
		f->group = mem_realloc(f->group, sizeof *f->group * (size_t)(f->n_groups * 2));
	f->group[f->n_groups++] =
		(struct group){.program = program,
			       .version = version,
			       .who = mem_printf("%s %s", program, version),
			       .cpu = mem_strdup(import_told(r->llama.cpu_info)),
			       .gpu = mem_strdup(r->llama.gpu_info ? r->llama.gpu_info : "")};
}

/* A record by its group's key. */
struct keyed {
	char *key;
	int record;
};

static int keyed_compare(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int by = strcmp(x->key, y->key);
	return by ? by : x->record - y->record;
}

/* By sorting: a hostile file names another machine in each record. Groups stand in the order of their first records. */
static int groups_find(struct filing *f, struct diag *d)
{
	int n = f->im->n;
	f->group = mem_alloc(sizeof *f->group);
	struct keyed *keyed = mem_alloc(sizeof *keyed * (size_t)(n + 1));
	for (int i = 0; i < n; i++)
		keyed[i] = (struct keyed){group_key(&f->im->record[i]), i};
	qsort(keyed, (size_t)n, sizeof *keyed, keyed_compare);
	/* For now the first record of the group, which sorting has kept first. */
	for (int i = 0; i < n; i++) {
		bool same = i > 0 && strcmp(keyed[i].key, keyed[i - 1].key) == 0;
		f->entry[keyed[i].record].group =
			same ? f->entry[keyed[i - 1].record].group : keyed[i].record;
	}
	for (int i = 0; i < n; i++) {
		bool first = f->entry[i].group == i;
		f->entry[i].group = first ? f->n_groups : f->entry[f->entry[i].group].group;
		if (first)
			group_add(f, &f->im->record[i]);
		free(keyed[i].key);
	}
	free(keyed);
	for (int i = 0; i < n; i++)
		f->group[f->entry[i].group].n_records++;
	if (f->n_groups > IMPORT_RUNS_MAX)
		return diag_set_at(d, ERR_FORMAT, f->path, 0,
				   "%d builds and machines, expected at most %d: each becomes a run",
				   f->n_groups, IMPORT_RUNS_MAX);
	return 0;
}

static int same_point(const void *a, const void *b)
{
	const struct entry *x = *(const struct entry *const *)a, *y = *(const struct entry *const *)b;
	int by = x->group != y->group ? x->group - y->group : strcmp(x->id, y->id);
	/* Records of one point stay in their order. */
	return by ? by : (x->record > y->record) - (x->record < y->record);
}

static void number_rounds(struct filing *f)
{
	struct entry **sorted = mem_alloc(sizeof(struct entry *) * (size_t)(f->im->n + 1));
	for (int i = 0; i < f->im->n; i++)
		sorted[i] = &f->entry[i];
	qsort(sorted, (size_t)f->im->n, sizeof(struct entry *), same_point);
	for (int i = 0; i < f->im->n; i++) {
		bool again = i > 0 && sorted[i]->group == sorted[i - 1]->group &&
			     strcmp(sorted[i]->id, sorted[i - 1]->id) == 0;
		sorted[i]->round = again ? sorted[i - 1]->round + 1 : 1;
	}
	free(sorted);
}

/* Fills order and, by it, the content of each group. */
static void filing_sort(struct filing *f)
{
	const char **text = mem_alloc(sizeof *text * (size_t)(f->im->n + 1));
	int *taken = mem_alloc(sizeof *taken * (size_t)(f->n_groups + 1)), first = 0;
	f->order = mem_alloc(sizeof *f->order * (size_t)(f->im->n + 1));
	for (int g = 0; g < f->n_groups; g++) {
		f->group[g].first = first;
		first += f->group[g].n_records;
	}
	for (int i = 0; i < f->im->n; i++) {
		int g = f->entry[i].group, at = f->group[g].first + taken[g]++;
		f->order[at] = i;
		text[at] = f->im->record[i].text;
	}
	for (int g = 0; g < f->n_groups; g++)
		content_id(f->group[g].content, text + f->group[g].first, f->group[g].n_records);
	free(text);
	free(taken);
}

static int entries_make(struct filing *f, struct diag *d)
{
	f->entry = mem_alloc(sizeof *f->entry * (size_t)(f->im->n + 1));
	int rc = groups_find(f, d);
	if (rc)
		return rc;
	for (int i = 0; i < f->im->n; i++) {
		struct entry *e = &f->entry[i];
		struct point p;
		char model[POINT_ID_SIZE];
		e->record = &f->im->record[i];
		import_point(&p, e->record);
		import_model_id(model, &e->record->llama);
		point_id(&p, e->record->batched ? NULL : model, e->id);
		point_free(&p);
	}
	number_rounds(f);
	filing_sort(f);
	return 0;
}

static int run_begin(struct filing *f, const struct group *g, int rounds, int64_t *run, struct diag *d)
{
	char id[POINT_ID_SIZE], *key = mem_printf(FOREIGN " %s %s", g->cpu, g->gpu);
	char *note =
		mem_printf("records of %s, read from %s: raw conditions, ceilings and processes are unknown",
			   g->who, f->path);
	char *name = mem_printf(FOREIGN " %s", g->program);
	json_t *machine = json_pack("{s:s}", "processor", g->cpu);
	json_t *environment =
		json_pack("{s:s, s:s, s:s, s:s}", "foreign.program", g->program, "foreign.version",
			  g->version, "cpu.processor", g->cpu, "gpu.devices", *g->gpu ? g->gpu : "none");
	import_id(id, key);
	const struct store_run row = {
		.label = "",
		.command = f->command,
		.spec_name = name,
		.spec_text = "# read from records of another program: there is no spec\n",
		.machine_id = id,
		.machine_class = id,
		.machine = machine,
		.environment = environment,
		.rounds = rounds,
	};
	int rc = machine && environment
			 ? store_run_begin(f->store, &row, run, d)
			 : diag_set_at(d, ERR_FORMAT, f->path, 0, "names of its machine are no UTF-8");
	if (rc == 0)
		rc = store_annotate(f->store, *run, FOREIGN, note, d);
	if (rc == 0)
		rc = store_annotate(f->store, *run, RECORDS_KEY, g->content, d);
	for (int i = 0; i < f->n_labels && rc == 0; i++)
		rc = store_label_put(f->store, *run, &f->labels[i], d);
	json_decref(machine);
	json_decref(environment);
	free(key);
	free(note);
	free(name);
	return rc;
}

/* ---- rows ---- */

static int64_t wall_ns_of(const char *text)
{
	struct tm utc = {0};
	const char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &utc) : NULL;
	if (!rest || *rest != 'Z' || utc.tm_year < 70)
		return 0;
	int64_t seconds = timegm(&utc);
	return seconds > 0 && seconds <= INT64_MAX / 1000000000 ? seconds * 1000000000 : 0;
}

/* The times of a record as a series: repetitions of llama-bench, the two parts of llama-batched-bench's one. */
static void series_make(struct wire_series *s, const struct import_record *r)
{
	int n = r->batched ? 2 : r->llama.n_samples > 0 ? r->llama.n_samples : 1;
	size_t size = sizeof(int64_t) * (size_t)n;
	*s = (struct wire_series){.name = "step", .unit = "ns", .n = n};
	snprintf(s->clock, sizeof s->clock, FOREIGN ": %s", r->batched ? BATCHED_BENCH : LLAMA_BENCH);
	s->values = mem_alloc(size);
	s->offsets = mem_alloc(size);
	s->marks = mem_alloc(size);
	s->reps = mem_alloc(size);
	if (r->batched) {
		s->values[0] = (int64_t)(r->batch.t_pp * 1e9);
		s->values[1] = (int64_t)(r->batch.t_tg * 1e9);
		return;
	}
	s->values[0] = r->llama.avg_ns;
	for (int i = 0; i < r->llama.n_samples; i++)
		s->values[i] = r->llama.samples_ns[i];
	for (int i = 0; i < n; i++)
		s->reps[i] = i;
}

static int64_t sum(const struct wire_series *s)
{
	int64_t total = 0;
	for (int i = 0; i < s->n && total < INT64_MAX / 4; i++) {
		s->offsets[i] = total;
		total += s->values[i];
	}
	return total;
}

static double tokens_of(const struct import_record *r)
{
	if (!r->batched)
		return (double)(r->llama.n_prompt + r->llama.n_gen);
	return (double)(batched_prompt_tokens(&r->batch) + r->batch.pl * r->batch.tg);
}

static int visit_put(struct filing *f, const struct entry *e, int64_t run, int position, struct diag *d)
{
	const struct import_record *r = e->record;
	const struct group *g = &f->group[e->group];
	struct wire_series series;
	series_make(&series, r);
	struct wire_run_result result = {.n_series = 1, .series = &series, .tokens_per_rep = tokens_of(r)};
	int64_t visit, begin = r->batched ? 0 : wall_ns_of(r->llama.test_time);
	const struct store_visit row = {
		.point_id = e->id,
		.round = e->round,
		.position = position,
		.arm = FOREIGN,
		.kind = VISIT_TIMING,
		.reason = "",
		.start_wall_ns = begin,
		.wall_ns = sum(&series),
		.worker = g->program,
		.build_program = g->program,
		.build_version = g->version,
		.process_start_wall_ns = begin,
		.ended = "unknown",
		.log = r->text,
		.result = &result,
	};
	int rc = store_visit_put(f->store, run, &row, &visit, d);
	free(series.values);
	free(series.offsets);
	free(series.marks);
	free(series.reps);
	return rc;
}

static int point_put(struct filing *f, const struct entry *e, int64_t run, int position, struct diag *d)
{
	const struct llama_bench *r = &e->record->llama;
	const char *describe = e->record->batched ? "samples: one repetition\n"
			       : r->n_samples	  ? "samples: of each repetition\n"
						  : "samples: none, the mean of its repetitions alone\n";
	char hash[POINT_ID_SIZE];
	struct point p;
	json_t *model = e->record->batched ? NULL : import_model(r);
	import_point(&p, e->record);
	import_model_id(hash, r);
	const struct store_point row = {
		.point = &p,
		.id = e->id,
		.model_hash = e->record->batched ? NULL : hash,
		.position = position,
		.role = ROLE_MEASURE,
		.state = POINT_DONE,
		.reason = "",
		.model = model,
		.describe = describe,
	};
	int rc = store_point_put(f->store, run, &row, d);
	json_decref(model);
	point_free(&p);
	return rc;
}

static int rows_put(struct filing *f, const struct group *g, int64_t run, struct diag *d)
{
	int rc = 0, n_points = 0;
	for (int i = 0; i < g->n_records && rc == 0; i++) {
		const struct entry *e = &f->entry[f->order[g->first + i]];
		if (e->round == 1)
			rc = point_put(f, e, run, n_points++, d);
		if (rc == 0)
			rc = visit_put(f, e, run, i, d);
	}
	return rc;
}

static int rounds_of(const struct filing *f, const struct group *g)
{
	int most = 1;
	for (int i = 0; i < g->n_records; i++) {
		int round = f->entry[f->order[g->first + i]].round;
		most = round > most ? round : most;
	}
	return most;
}

static int group_put(struct filing *f, struct group *g, bool again, int64_t *run, struct diag *d)
{
	int rc = again ? 0 : store_annotation_find(f->store, RECORDS_KEY, g->content, run, d);
	g->there = rc == 0 && !again && *run;
	if (rc || g->there)
		return rc;
	rc = run_begin(f, g, rounds_of(f, g), run, d);
	if (rc == 0)
		rc = rows_put(f, g, *run, d);
	return rc ? rc : store_run_end(f->store, *run, false, d);
}

static int groups_put(struct filing *f, bool again, int64_t *runs, struct diag *d)
{
	int rc = store_begin(f->store, d);
	if (rc)
		return rc;
	for (int i = 0; i < f->n_groups && rc == 0; i++)
		rc = group_put(f, &f->group[i], again, &runs[i], d);
	return store_end(f->store, rc, d);
}

static void filing_free(struct filing *f)
{
	for (int i = 0; i < f->n_groups; i++) {
		free(f->group[i].version);
		free(f->group[i].who);
		free(f->group[i].cpu);
		free(f->group[i].gpu);
	}
	free(f->group);
	free(f->entry);
	free(f->order);
}

int import_store(const struct import *im, struct store *store, const struct import_origin *origin,
		 import_told_fn *fn, void *arg, struct diag *d)
{
	struct filing f = {
		.im = im,
		.store = store,
		.path = origin->path,
		.command = origin->command,
		.labels = origin->labels,
		.n_labels = origin->n_labels,
	};
	int rc = entries_make(&f, d);
	int64_t *runs = mem_alloc(sizeof *runs * (size_t)(f.n_groups + 1));
	if (rc == 0)
		rc = groups_put(&f, origin->again, runs, d);
	for (int i = 0; i < f.n_groups && rc == 0; i++) {
		const struct import_told told = {runs[i], f.group[i].n_records, f.group[i].who,
						 f.group[i].there};
		fn(arg, &told);
	}
	free(runs);
	filing_free(&f);
	return rc;
}
