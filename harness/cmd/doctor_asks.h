/* SPDX-License-Identifier: Apache-2.0 */
/* What the doctor learns from a worker and of the store's place: findings beside those of harness/host/doctor.h. */
#ifndef IFM_CMD_DOCTOR_ASKS_H
#define IFM_CMD_DOCTOR_ASKS_H

#include "harness/host/doctor.h"
#include "harness/run/client.h"

/* client_ask with the doctor's patience, a minute; takes the reference to body. */
MUST_CHECK int doctor_ask(struct client *c, const char *what, json_t *body, json_t **answer, struct diag *d);

/*
 * The worker (NULL: the one that is found): whether it runs, is of this build, has libraries and counters, opens the
 * shipped model, and can use GPUs. gpu_seen: a GPU of NVIDIA's is here, so that what lacks for it is told as more than a fact.
 * Returns its path when it does run, owned by the caller, else NULL.
 */
char *doctor_ask_worker(struct findings *list, const char *worker, bool gpu_seen);

/* A group of its own for each device that is no CPU: whether it can be used, what reads its counters and energy, how it is
 * set and what it does now. */
void doctor_judge_gpus(struct findings *list, const struct wire_hello *h, bool gpu_seen);

/* The usable ones of a list as value: those whose names begin so, NULL: those without a colon. How many. */
int doctor_put_usable(struct finding *f, const struct wire_choices *c, const char *prefix);

/*
 * How alike fresh processes are now: a small fixed loop in six of them, on one thread and on all, about two seconds.
 * Whether others disturbed it, and whether the wall clock jumped meanwhile.
 */
void doctor_measure(struct findings *list, const char *worker);

/* Where the store is, or would be: the file system, room, whether it can be written. */
void doctor_look_at_store(struct findings *list, const char *path);

#endif
