/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker's side of the protocol: answers requests one after the other until
 * end of file or quit. What is opened (model, engine, prepared point) stays for
 * the next request. Prints nothing.
 */
#ifndef IFM_MEASURE_SERVER_H
#define IFM_MEASURE_SERVER_H

#include "engines/base/err.h"
#include "harness/wire/wire.h"

/* Serves until the other side is gone or quits (0), or the stream is broken. */
MUST_CHECK int server_run(struct wire *w, struct diag *d);

#endif
