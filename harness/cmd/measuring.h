/* SPDX-License-Identifier: Apache-2.0 */
/* From a spec to a run in the store and what is printed of it: what run and limits share. */
#ifndef IFM_CMD_MEASURING_H
#define IFM_CMD_MEASURING_H

#include <argp.h>
#include <stdbool.h>

#include "harness/cmd/labels.h"
#include "harness/cmd/output.h"
#include "harness/cmd/spec_options.h"

/* What was asked; zero but for what a command sets. */
struct measuring {
	struct spec_options spec;
	struct output output;
	const char *store;
	struct labels labels; /* owned */
	bool quiet, resume;
	bool absent_is_fine; /* points that cannot be had are no failure, unless all are */
	const char *run;     /* to resume, as typed; NULL: the newest that was interrupted */
};

/* Keys of the options that both have, beside -o and -q; a command's own follow. */
enum { OPTION_STORE = OPTION_OWN, OPTION_LABEL, OPTION_HTML, OPTION_NO_COLOUR, OPTION_MEASURING_END };

/* Takes one of them; ARGP_ERR_UNKNOWN for another key. */
error_t measuring_option(struct measuring *m, int key, char *arg, struct argp_state *state);

/* Measures, stores and prints what m asks for, and frees its spec. command: as typed, stored with the run. Returns the
 * exit status; errors are printed. */
int measuring_run(struct measuring *m, const char *command);

/* Says the command that goes on with a run that is not finished: of this store (NULL: the usual one) and these workers. */
struct run_summary;
void resume_say(const struct run_summary *s, const char *store, const struct spec_options *o);

/* Opens the store that is measured into, and says what it has to say. */
MUST_CHECK int measuring_store(struct store **out, const char *path, struct diag *d);

#endif
