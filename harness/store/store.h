/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store: one SQLite file with every run, point, visit and raw sample
 * (schema.sql). Plain functions over prepared statements. One transaction a visit, so
 * that a killed run loses at most the visit in flight. It computes nothing.
 *
 * One writer at a time, by a lock on PATH-lock; readers work beside it. While a writer is there, PATH-wal and
 * PATH-shm belong to the store; closed, it is one file. A store is untrusted: what cannot be is ERR_FORMAT
 * with run, row and column. Not for threads: one store is used by one at a time.
 */
#ifndef IFM_STORE_STORE_H
#define IFM_STORE_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "harness/wire/wire.h"

#define STORE_SCHEMA 2 /* PRAGMA user_version; readers refuse newer ones, writers raise older ones */

struct store;

enum store_mode { STORE_READ = 0, STORE_WRITE /* creates the file when absent */ };

/* Opens path. ERR_IO with the path and what is wrong: absent, no store, newer schema,
 * not writable, locked by another run. */
MUST_CHECK int store_open(struct store **out, const char *path, enum store_mode mode, struct diag *d);
void store_close(struct store *s);
/* What is unusual about it, for people: a file system that machines share, a schema that was raised. "" for nothing.
 * Belongs to the store. */
const char *store_note(const struct store *s);

/*
 * One transaction around several calls: all of it or nothing is stored. store_end commits when rc is 0 and returns
 * the first error.
 */
MUST_CHECK int store_begin(struct store *s, struct diag *d);
MUST_CHECK int store_end(struct store *s, int rc, struct diag *d);
/* In place of the outermost store_end: nothing of it is stored, though it was read as if it were. */
void store_undo(struct store *s);

/* $INFEROMETER_STORE, else "inferometer.db". Static or from the environment. */
const char *store_default_path(void);

/* The kind of the file system that path is on when machines share it ("NFS"), else NULL. Static. */
const char *store_shared_by(const char *path);

enum point_state { POINT_PLANNED = 0, POINT_DONE, POINT_FAILED, POINT_SKIPPED, POINT_UNAVAILABLE };
enum point_role { ROLE_MEASURE = 0, ROLE_CEILING };
enum visit_kind {
	VISIT_PILOT = 0,
	VISIT_TIMING,
	VISIT_COUNTER,
	VISIT_ENERGY,
	VISIT_QUALITY,
	VISIT_PROFILE,
	VISIT_AA
};
const char *point_state_name(enum point_state s); /* static */
const char *point_role_name(enum point_role r);
const char *visit_kind_name(enum visit_kind k);

/* ---- writing ---- */
struct store_run {
	const char *label, *command;
	const char *spec_name, *spec_text;
	const char *machine_id, *machine_class;
	const json_t *machine, *environment; /* borrowed */
	const char *build_program,
		*build_version; /* of the worker that the plan was made with; NULL: unknown */
	const json_t *build;
	int64_t seed;
	int rounds;
};
MUST_CHECK int store_run_begin(struct store *s, const struct store_run *r, int64_t *run, struct diag *d);
/* Other facts of the run's environment in place of those it began with. */
MUST_CHECK int store_run_environment(struct store *s, int64_t run, const json_t *environment, struct diag *d);
MUST_CHECK int store_run_end(struct store *s, int64_t run, bool interrupted, struct diag *d);
/* What is to be known of a run besides: "interrupted", "clock". Notes of the same key are kept beside each other. */
MUST_CHECK int store_annotate(struct store *s, int64_t run, const char *key, const char *value,
			      struct diag *d);

/* Adds or updates a point of the run. Any of the last three may be NULL: left as they are. */
struct store_point {
	const struct point *point;
	const char *id;
	const char *model_hash; /* NULL: no model */
	int position;
	enum point_role role;
	enum point_state state;
	const char *reason;
	const json_t *check_answer;
	const json_t *model;
	const char *describe;
};
MUST_CHECK int store_point_put(struct store *s, int64_t run, const struct store_point *p, struct diag *d);

struct store_reading {
	const char *counter, *unit, *source, *op; /* op: "" for whole-window counters */
	int thread, pass;
	bool usable;
	const char *why;
	bool real; /* value is a real number (residuals; may be NaN), else an integer */
	int64_t value;
	double value_real;
	int64_t enabled_ns, running_ns;
};

/* A visit with everything of it, in one transaction. */
struct store_visit {
	const char *point_id;
	int round, position;
	int planned; /* number in the plan; 0: not of the plan */
	const char *arm;
	enum visit_kind kind;
	bool failed;
	const char *reason;			/* "" when done */
	const json_t *host_before, *host_after; /* may be NULL */
	int64_t start_wall_ns, wall_ns;
	/* the process; none could be started when pid is 0 and program and ended are "" */
	const char *worker; /* path */
	const char *build_program, *build_version;
	const json_t *build; /* may be NULL */
	int pid;
	int64_t process_start_wall_ns, process_end_wall_ns, peak_bytes; /* peak 0: result's counts */
	const char *ended;						/* "exit 0", "signal 9" */
	const char *log;						/* last lines, "" when empty */
	/* results; result may be NULL when failed or of kind quality */
	const struct wire_prepared *prepared; /* may be NULL */
	const struct wire_run_result *result;
	int n_readings; /* besides those of result */
	const struct store_reading *readings;
};
MUST_CHECK int store_visit_put(struct store *s, int64_t run, const struct store_visit *v, int64_t *visit,
			       struct diag *d);

/* ---- the plan of a run, kept so that it can be finished ---- */
struct store_planned {
	const char *point; /* its id */
	int round;
	enum visit_kind kind;
	int pass;
};
/* Once a run, after its points. Visit i of them gets the number i + 1. */
MUST_CHECK int store_plan_put(struct store *s, int64_t run, const struct store_planned *visits, int n,
			      struct diag *d);

/* A planned visit and what became of it. */
struct stored_planned {
	char point[POINT_ID_SIZE];
	int round;
	enum visit_kind kind;
	int pass;
	bool made, failed;
	char *reason; /* "" when not made, or done */
	bool has_log;
};
struct stored_progress {
	struct stored_run *run;		     /* with its points, which have no visits here */
	char *build_program, *build_version; /* of store_run; "" when unknown */
	json_t *build;			     /* NULL when unknown */
	int n_planned;
	struct stored_planned *planned; /* in the order of their numbers */
	int n_verified;
	char (*verified)[POINT_ID_SIZE]; /* points with a quality visit, sorted */
	int next_position;		 /* of the next visit made */
	int64_t last_wall_ns;		 /* when the last process that is stored ended; 0: none is */
};
/*
 * How far a run is. run 0: the newest that was interrupted, ERR_USAGE when there is none such. ERR_USAGE also for an
 * unfinished run that has no plan: an older program stored it.
 */
MUST_CHECK int store_progress_load(struct store *s, int64_t run, struct stored_progress **out,
				   struct diag *d);
void stored_progress_free(struct stored_progress *p);
/* Goes on with a run that was interrupted. */
MUST_CHECK int store_run_resume(struct store *s, int64_t run, struct diag *d);

/* ---- reading: whole runs as plain structs, for analysis ---- */
struct stored_series {
	char *name, *unit, *clock;
	int64_t t0;
	int n;
	int64_t *values, *offsets, *marks, *reps; /* n of each */
};
struct stored_reading {
	char *counter, *unit, *source, *op;
	int thread, pass;
	bool usable;
	char *why;
	double value; /* NaN when it is not usable */
};
struct stored_visit {
	int64_t id;
	int round, position;
	enum visit_kind kind;
	bool failed;
	char *reason, *arm;
	int64_t start_wall_ns, wall_ns, load_ns, weight_bytes, peak_bytes;
	double tokens, flops, bytes;	  /* of a repetition; 0: not stated */
	int64_t window_version;		  /* of the worker's window; 0: not stated */
	char *ended, *log;		  /* of its process; "" when unknown */
	json_t *host_before, *host_after; /* NULL when absent */
	int n_series;
	struct stored_series *series;
	int n_readings;
	struct stored_reading *readings;
};
struct stored_point {
	char id[POINT_ID_SIZE];
	struct point point;
	int position;
	enum point_role role;
	enum point_state state;
	char *reason, *describe;      /* "" when absent */
	json_t *check_answer, *model; /* NULL when absent */
	int n_visits;
	struct stored_visit *visits; /* in order of their ids */
};
struct stored_annotation {
	char *key, *value;
};
struct stored_run {
	int64_t id; /* from 1 on; 0: of a run that is printed and not stored */
	char *label, *notes, *command, *state;
	char *spec_name, *spec_text;
	char *machine_id, *machine_class;
	json_t *machine, *environment;
	json_t *build; /* of the first process, else of the worker that the plan was made with; NULL: unknown */
	char *build_program, *build_version;	  /* "" when unknown */
	int64_t seed, start_wall_ns, end_wall_ns; /* end 0: not ended */
	int rounds;
	int n_annotations; /* 0 for a listed run */
	struct stored_annotation *annotations;
	int n_points;
	struct stored_point *points; /* in plan order */
};

/* A run with all its points and visits. run 0: the newest. ERR_USAGE when there is none such. */
MUST_CHECK int store_run_load(struct store *s, int64_t run, struct stored_run **out, struct diag *d);
/* The same without what runs are not compared by: the host's states and the times of samples (NULL), logs (""). */
MUST_CHECK int store_run_load_brief(struct store *s, int64_t run, struct stored_run **out, struct diag *d);
/* As store_run_load, with the point of that id alone, or none where the run has no such; what it costs does not grow with the run. */
MUST_CHECK int store_point_load(struct store *s, int64_t run, const char *point, struct stored_run **out,
				struct diag *d);
void stored_run_free(struct stored_run *r);

/* The runs without their points (n_points is their number, points NULL), oldest first. */
MUST_CHECK int store_run_list(struct store *s, struct stored_run **out, int *n, struct diag *d);
void stored_run_list_free(struct stored_run *r, int n);

#endif
