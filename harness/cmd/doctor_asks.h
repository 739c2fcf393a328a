/* SPDX-License-Identifier: Apache-2.0 */
/* What the doctor learns from a worker and of the store's place: findings beside those of harness/host/doctor.h. */
#ifndef IFM_CMD_DOCTOR_ASKS_H
#define IFM_CMD_DOCTOR_ASKS_H

#include "harness/host/doctor.h"
#include "harness/run/client.h"

/* client_ask with the doctor's patience, a minute; takes the reference to body. */
MUST_CHECK int doctor_ask(struct client *c, const char *what, json_t *body, json_t **answer, struct diag *d);

/*
 * The worker (NULL: the one that is found): whether it runs, is of this build, has libraries and counters, and opens
 * the shipped model. Returns its path when it does run, owned by the caller, else NULL.
 */
char *doctor_ask_worker(struct findings *list, const char *worker);

/*
 * How alike fresh processes are now: a small fixed loop in six of them, on one thread and on all, about two seconds.
 * Whether others disturbed it, and whether the wall clock jumped meanwhile.
 */
void doctor_measure(struct findings *list, const char *worker);

/* Where the store is, or would be: the file system, room, whether it can be written. */
void doctor_look_at_store(struct findings *list, const char *path);

#endif
