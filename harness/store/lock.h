/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One writer of a store at a time: a lock on "PATH-lock" for as long as the store is open. A file of its
 * own, because closing any descriptor of the database file would drop SQLite's locks on it (POSIX). The
 * kernel lets go when the process dies; the file that a killed one leaves behind holds nobody up.
 */
#ifndef IFM_STORE_LOCK_H
#define IFM_STORE_LOCK_H

#include <stdbool.h>

#include "engines/base/err.h"

struct store_lock;

/* file: of the database, which need not exist. name: the same for messages. */
MUST_CHECK int store_lock_take(struct store_lock **out, const char *file, const char *name, struct diag *d);
/* False when its file was removed or replaced: it would hold nobody up. NULL (none is needed) holds. */
bool store_lock_holds(const struct store_lock *l);
/* Removes the file; NULL is fine. */
void store_lock_drop(struct store_lock *l);

#endif
