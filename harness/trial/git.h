/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One question to the program git: what it says, read whole. It changes nothing that it need not, and runs no hooks and
 * no helpers of the user's. Within harness/trial; what is asked stands in repository.c and checkout.c.
 */
#ifndef IFM_TRIAL_GIT_H
#define IFM_TRIAL_GIT_H

#include "engines/base/err.h"
#include "engines/base/strbuf.h"

/* All zero is none. */
struct git_answer {
	int status; /* as of waitpid */
	struct strbuf out, err;
};

/*
 * args: NULL at the end. tree: the top of a repository of our own, where git runs; NULL: the user's, here. That git
 * fails is no error, that it cannot be run is (as of command_run).
 */
MUST_CHECK int git_ask(const char *tree, const char *const *args, struct git_answer *a, struct diag *d);
#define GIT_ASK(tree, a, d, ...) git_ask(tree, (const char *const[]){__VA_ARGS__, NULL}, a, d)
void git_answer_free(struct git_answer *a);

/* The last line of its complaints as plain text, without "fatal: "; owned by the caller. */
char *git_complaint(const struct git_answer *a);
/* Returns code with "what: the complaint". */
int git_refuse(struct diag *d, enum err code, const char *what, const struct git_answer *a);

#endif
