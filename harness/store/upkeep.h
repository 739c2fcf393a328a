/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is done with whole stores: joining them, looking whether one is whole, removing runs, and the raw samples one
 * series after the other. Nothing here knows a rate.
 */
#ifndef IFM_STORE_UPKEEP_H
#define IFM_STORE_UPKEEP_H

#include "harness/store/store.h"

/* ---- merge.c ---- */
/* Valid on failure, too. */
struct store_merged {
	int n_added, n_updated; /* updated: it was there with fewer visits, or not ended */
	int n_known;		/* was there already */
};
/*
 * Puts the runs of n stores with all their rows into `out`, made when absent. Machines, builds, specs and points that
 * are equal are shared; runs get new numbers, also where a trial confirms another run (0 when that is not in its store).
 * A run is known by its begin, machine, spec, command and seed; decisions made of it later are added. All stores
 * are looked through before the first row is put; each is then one transaction: on failure `out` is whole and has the
 * runs of those before, which the next try knows. Refuses newer schemas and stores that are not whole.
 */
MUST_CHECK int store_merge(const char *out, const char *const *in, int n, struct store_merged *merged,
			   struct diag *d);

/* ---- check.c ---- */
/* One line of what is wrong. */
typedef void store_problem_fn(void *arg, const char *text);
/*
 * Calls fn for each problem, at most a few dozen of a kind; *n: how many. deep: also what no writer of ours leaves
 * (states, doubled visits, ids, trials), beside what makes it unreadable. The error is of a store that cannot be looked through.
 */
MUST_CHECK int store_check(struct store *s, bool deep, store_problem_fn *fn, void *arg, int *n,
			   struct diag *d);

/* ---- prune.c ---- */
/* Removes the runs (their numbers) with all that is theirs alone: all or none. Then store_shrink gives the room back. */
MUST_CHECK int store_runs_remove(struct store *s, const int64_t *runs, int n, struct diag *d);
MUST_CHECK int store_shrink(struct store *s, struct diag *d);
/* Bytes of the file that store_shrink would give back. */
MUST_CHECK int store_unused(struct store *s, int64_t *out, struct diag *d);

/* ---- export.c ---- */
/* A series with where it belongs. All is the callee's for the time of the call. */
struct export_series {
	int64_t run, visit;
	const char *point; /* id */
	const char *keys;  /* JSON object of the point's keys, as stored */
	const char *kind, *state, *arm;
	int round;
	const char *name, *unit, *clock;
	int64_t t0;
	int n;
	const int64_t *values, *offsets, *marks, *reps;
};
typedef int export_fn(void *arg, const struct export_series *x, struct diag *d);
/* All series of a run (0: of all runs) in order of their visits, one in memory at a time. fn ends it by an error. */
MUST_CHECK int store_export(struct store *s, int64_t run, export_fn *fn, void *arg, struct diag *d);

#endif
