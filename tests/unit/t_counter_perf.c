/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hardware and software events on the machine at hand: faults of pages that are touched, counted exactly; why there is
 * no PMU where there is none; a preset of PAPI that stands for a software event, so that its path is run there, too.
 */
#include "config.h"

#include "tests/tap.h"

#include <stdint.h>
#include <stdlib.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engines/base/hooks.h"
#include "engines/base/pool.h"
#include "harness/measure/counter/counter.h"
#include "harness/measure/counter/pmu.h"
#ifdef HAVE_PAPI
#include "harness/measure/counter/papi_lib.h"
#include "tests/unit/temp_folder.h"
#endif

enum { MEBIBYTES = 64, THREADS = 2 };

static const struct counter_ops *source;

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* Pages that come one by one. */
static char *pages_map(void)
{
	size_t size = (size_t)MEBIBYTES << 20;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		bail("no memory");
	madvise(p, size, MADV_NOHUGEPAGE);
	return p;
}

static void pages_touch(char *p)
{
	for (size_t i = 0; i < (size_t)MEBIBYTES << 20; i += page_size())
		((volatile char *)p)[i] = 1;
	munmap(p, (size_t)MEBIBYTES << 20);
}

static const struct wire_reading *reading_of(const struct readings *r, const char *name, int thread)
{
	for (int i = 0; i < r->n; i++)
		if (strcmp(r->item[i].counter, name) == 0 && r->item[i].thread == thread)
			return &r->item[i];
	return NULL;
}

static void is_usable(const struct readings *r, const char *name, int thread, int64_t want)
{
	const struct wire_reading *one = reading_of(r, name, thread);
	ok(one != NULL, "%s of thread %d", name, thread);
	if (!one)
		return;
	if (one->usable)
		is_int(one->value, want, one->why);
	else
		skip(one->why);
}

static void born(void *arg, int thread, int n_threads)
{
	(void)n_threads;
	source->born(arg, thread);
}

static void gone(void *arg, int thread)
{
	source->gone(arg, thread);
}

static void touch_in_last(void *arg, int thread, int n_threads)
{
	if (thread == n_threads - 1)
		pages_touch(arg);
}

/* The readings around the pages, touched by the last of n threads; free() the item. */
static struct readings count_pages(const char *name, int n)
{
	struct counter_config config = {.pass = 0};
	const struct pool_config threads = {.n_threads = n, .passive = true};
	struct readings r = {0};
	struct counter *c = NULL;
	struct pool *p = NULL;
	struct diag d = {0};
	source = counter_find(name, &config.group, &d);
	if (!source || source->open(&c, &config, &d))
		bail(d.text);
	const struct thread_hooks hooks = {c, born, gone};
	hooks_set(&hooks);
	if (pool_open(&p, &threads, &d))
		bail(d.text);
	/* Twice: what runs for the first time has faults of its own. */
	for (int i = 0; i < 2; i++) {
		char *pages = pages_map();
		r.n = 0;
		if (source->start(c, &d))
			bail(d.text);
		pool_run(p, touch_in_last, pages);
		if (source->stop(c, &r, &d))
			bail(d.text);
	}
	source->close(c);
	hooks_set(NULL);
	pool_close(p);
	return r;
}

static void test_faults(void)
{
	int64_t pages = (int64_t)((size_t)MEBIBYTES << 20) / (int64_t)page_size();
	struct readings one = count_pages("perf", 1), two = count_pages("perf", THREADS);
	is_usable(&one, "page_faults_minor", 0, pages);
	is_usable(&one, "page_faults", 0, pages);
	is_usable(&one, "page_faults_minor", -1, pages);
	is_usable(&one, "page_faults_major", 0, 0);
	is_usable(&two, "page_faults_minor", 0, 0);
	is_usable(&two, "page_faults_minor", 1, pages);
	is_usable(&two, "page_faults_minor", -1, pages);
	free(one.item);
	free(two.item);
}

/* What hello says at length. */
static void test_list(void)
{
	struct wire_hello h = {0};
	const struct counter_ops *papi;
	char why[WIRE_WHY] = "";
	const char *group;
	int n_silent = 0, n_usable = 0;
	papi = counter_find("papi:base", &group, NULL);
	for (int i = 0; counter_registry[i]; i++)
		if (counter_registry[i]->list && counter_registry[i]->probe(why, sizeof why))
			counter_registry[i]->list(&h);
	for (int i = 0; i < h.n_events; i++)
		n_silent += h.events[i].usable ? h.events[i].why[0] != '\0' : h.events[i].why[0] == '\0';
	is_int(n_silent, 0, "what is not usable says why");
	if (!papi->probe(why, sizeof why)) {
		skip(why);
	} else if (pmu_present(why, sizeof why)) {
		skip("this machine has a PMU");
	} else {
		for (int i = 0; i < h.counters.n; i++) {
			n_usable += h.counters.item[i].usable;
			is_text(h.counters.item[i].why, why, h.counters.item[i].name);
		}
		is_int(n_usable, 0, "no group counts without a PMU");
	}
	free(h.counters.item);
	free(h.events);
}

/* ---- presets ---- */

#ifdef HAVE_PAPI

/* This program again: the names by which PAPI knows the processor's counters. */
static int names_main(void)
{
	char why[WIRE_WHY];
	const struct papi_lib *lib = papi_lib(why, sizeof why);
	for (int i = 0; lib && i < lib->num_components(); i++) {
		const PAPI_component_info_t *c = lib->get_component_info(i);
		for (int k = 0; c && k < PAPI_PMU_MAX && c->pmu_names[k]; k++)
			printf("%s\n", c->pmu_names[k]);
	}
	return 0;
}

/* This program again, with presets of our own. */
static int csv_main(void)
{
	struct readings r = count_pages("papi:faults", THREADS);
	for (int i = 0; i < r.n; i++)
		if (strcmp(r.item[i].counter, "faults") == 0)
			printf("%d %d %lld %s\n", r.item[i].thread, r.item[i].usable,
			       (long long)r.item[i].value, r.item[i].why);
	free(r.item);
	return 0;
}

/* A table in which a preset stands for page faults, which count everywhere; for each name of this processor. */
static void csv_write(const char *path)
{
	char name[80];
	FILE *f = fopen(path, "we"), *names = popen("exec /proc/$PPID/exe names", "r");
	if (!f || !names)
		bail("cannot write a table of presets");
	while (fgets(name, sizeof name, names))
		fprintf(f, "CPU,%s", name);
	fprintf(f, "PRESET,PAPI_TLB_DM,NOT_DERIVED,perf::PAGE-FAULTS\n");
	pclose(names);
	fclose(f);
}

static void group_write(const char *folder)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/groups", folder);
	if (mkdir(path, 0755))
		bail("no folder");
	snprintf(path, sizeof path, "%s/groups/faults.grp", folder);
	FILE *f = fopen(path, "we");
	if (!f)
		bail("cannot write a group");
	fprintf(f, "event faults pages PAPI_TLB_DM\nevent dead chase PAPI_L1_DCM\n");
	fclose(f);
}

static void test_presets(void)
{
	long long pages = (long long)(((size_t)MEBIBYTES << 20) / page_size()), value;
	const char *folder = temp_folder();
	char csv[PATH_MAX], why[WIRE_WHY];
	int thread, usable, n = 0;
	snprintf(csv, sizeof csv, "%s/presets.csv", folder);
	csv_write(csv);
	group_write(folder);
	setenv("PAPI_CSV_EVENT_FILE", csv, 1);
	setenv("INFEROMETER_DATA", folder, 1);
	FILE *f = popen("exec /proc/$PPID/exe csv", "r");
	while (f && fscanf(f, "%d %d %lld %199[^\n]", &thread, &usable, &value, why) == 4) {
		n++;
		if (usable)
			is_int(value, thread == 0 ? 0 : pages, why);
		else
			skip(why);
	}
	ok(f && pclose(f) == 0, "a process with presets of our own");
	is_int(n, 1 + THREADS, "the preset, of the process and of each thread");
}

#endif

int main(int argc, char **argv)
{
	(void)argv;
#ifdef HAVE_PAPI
	char why[WIRE_WHY];
	if (argc == 2)
		return strcmp(argv[1], "csv") == 0 ? csv_main() : names_main();
#else
	(void)argc;
#endif
	test_faults();
	test_list();
#ifdef HAVE_PAPI
	if (papi_lib(why, sizeof why))
		test_presets();
	else
		skip(why);
#endif
	return tap_done();
}
