/* SPDX-License-Identifier: Apache-2.0 */
/* How SQLite keeps transactions of a store whole: for harness/store only. */
#ifndef IFM_STORE_JOURNAL_H
#define IFM_STORE_JOURNAL_H

#include <stdbool.h>

#include "harness/store/db.h"

/* The write-ahead log lives in memory that all processes share: false where machines share the file
 * system, and where nobody vouches for it. type: statfs(2)'s f_type. */
bool journal_wal_fits(long type);

/*
 * Before writing. With a write-ahead log readers work while a run writes, and a commit waits for no disk: a
 * killed process loses nothing that was committed, a power cut perhaps the last visits, never the store. Where the
 * log does not fit or cannot be set: a rollback journal, each commit on the disk. s->note then says why.
 */
MUST_CHECK int journal_open(struct store *s, struct diag *d);

/* After writing: one file again, that can be read on a medium that cannot be written. A reader that is still
 * there keeps the log; then the next writer's end folds it. */
void journal_close(struct store *s);

#endif
