/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/trial/git.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "engines/base/plain.h"
#include "harness/trial/command.h"

enum {
	ARGS_MAX = 32,
	SAID_MAX = 16 << 20, /* names of changed files */
};

/* Before each command. The repository stays as it is, and nothing of the user's is started. */
static const char *const first_args[] = {
	"git",
	"--no-replace-objects",
	"--no-optional-locks",
	"-c",
	"core.hooksPath=/dev/null",
	"-c",
	"core.fsmonitor=false",
	"-c",
	"gc.auto=0",
	"-c",
	"maintenance.auto=false",
	"-c",
	"submodule.recurse=false",
	"-c",
	"advice.detachedHead=false",
};
enum { N_FIRST = sizeof first_args / sizeof *first_args };

void git_answer_free(struct git_answer *a)
{
	strbuf_free(&a->out);
	strbuf_free(&a->err);
	*a = (struct git_answer){0};
}

/* Takes the file. */
static bool read_all(FILE *f, struct strbuf *out)
{
	bool good = fseek(f, 0, SEEK_SET) == 0 && strbuf_read(out, f, SAID_MAX) && out->len <= SAID_MAX;
	fclose(f);
	return good;
}

/* A file that has no name; NULL when there cannot be one (errno). */
static FILE *scratch(void)
{
	int fd = memfd_create("git", MFD_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r+");
	if (!f && fd >= 0)
		close(fd);
	return f;
}

int git_ask(const char *tree, const char *const *args, struct git_answer *a, struct diag *d)
{
	const char *argv[ARGS_MAX] = {0};
	int n = N_FIRST, rc;
	memcpy(argv, first_args, sizeof first_args);
	for (; *args && n < ARGS_MAX - 1; args++)
		argv[n++] = *args;
	FILE *out = scratch(), *err = scratch();
	if (!out || !err) {
		rc = diag_set(d, ERR_IO, "no room for what git says: %s", strerror(errno));
		if (out)
			fclose(out);
		if (err)
			fclose(err);
		return rc;
	}
	struct command c = {.argv = argv,
			    .dir = tree,
			    .out = fileno(out),
			    .err = fileno(err),
			    .own_repository = tree != NULL,
			    .asked = true};
	rc = command_run(&c, &a->status, d);
	bool good = read_all(out, &a->out);
	good = read_all(err, &a->err) && good;
	if (!rc && !good)
		rc = diag_set(d, ERR_IO, "cannot read what git says");
	return rc;
}

char *git_complaint(const struct git_answer *a)
{
	struct strbuf plain = {0};
	char *text = mem_strdup(strbuf_text(&a->err)), buf[64];
	size_t n = strlen(text);
	while (n && text[n - 1] == '\n')
		text[--n] = '\0';
	const char *line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	if (strncmp(line, "fatal: ", 7) == 0)
		line += 7;
	plain_text(&plain, *line ? line : command_ending(a->status, buf, sizeof buf), false);
	free(text);
	return strbuf_take(&plain);
}

int git_refuse(struct diag *d, enum err code, const char *what, const struct git_answer *a)
{
	char *why = git_complaint(a);
	int rc = diag_set(d, code, "%s: %s", what, why);
	free(why);
	return rc;
}
