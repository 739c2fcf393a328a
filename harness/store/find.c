/* SPDX-License-Identifier: Apache-2.0 */
/* Which run a text names. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engines/base/strbuf.h"
#include "harness/store/db.h"
#include "harness/store/load.h"
#include "harness/store/runs.h"

/* Candidates that are named; a line has no room for more. */
enum { TOLD_MAX = 5 };
#define SECOND_NS 1000000000

void run_date_of(char out[RUN_DATE_SIZE], int64_t wall_ns)
{
	time_t t = (time_t)(wall_ns / SECOND_NS);
	struct tm tm;

	if (!gmtime_r(&t, &tm) || strftime(out, RUN_DATE_SIZE, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		snprintf(out, RUN_DATE_SIZE, "an unknown time");
}

/* The beginning of "dddd-dd-dd dd:dd:dd", at least the year. */
bool run_date_parse(char out[RUN_DATE_SIZE], const char *text)
{
	static const char form[] = "0000-00-00 00:00:00";
	size_t n = 0;

	for (; form[n] && text[n]; n++) {
		bool is_digit = text[n] >= '0' && text[n] <= '9';

		if (form[n] == '0' ? !is_digit : text[n] != form[n] && !(form[n] == ' ' && text[n] == 'T'))
			break;
		out[n] = form[n] == '0' ? text[n] : form[n];
	}
	out[n] = '\0';
	text += n;
	/* No month 13, no hour 24: of what was given. */
	static const struct {
		size_t at;
		int most;
	} parts[] = {{5, 12}, {8, 31}, {11, 23}, {14, 59}, {17, 59}};
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (n >= parts[i].at + 2 && atoi(out + parts[i].at) > parts[i].most)
			return false;
	return n >= 4 && (!*text || strcmp(text, "Z") == 0 || strcmp(text, " UTC") == 0);
}

/* ---- by position ---- */

/* The whole text is a number of digits alone that is not larger than an int64. */
static bool number_parse(const char *text, int64_t *out)
{
	errno = 0;
	if (!*text || strspn(text, "0123456789") != strlen(text))
		return false;
	*out = strtoll(text, NULL, 10);
	return errno == 0;
}

/* "last" is last~0. */
static bool last_parse(const char *text, int64_t *back)
{
	*back = 0;
	if (strncmp(text, "last", 4) != 0)
		return false;
	return !text[4] || (text[4] == '~' && number_parse(text + 5, back));
}

static int find_last(struct store *s, const char *text, int64_t back, int64_t *out, struct diag *d)
{
	int64_t n = 0;
	char sql[100];
	int rc = db_integer(s, "SELECT count(*) FROM run", "looking for a run", &n, d);

	if (rc)
		return rc;
	if (n == 0)
		return load_no_run(s, 0, d);
	if (back >= n)
		return diag_set_at(d, ERR_USAGE, s->path, 0, "\"%.40s\": the store has %lld %s", text,
				   (long long)n, n == 1 ? "run" : "runs");
	snprintf(sql, sizeof sql, "SELECT id FROM run ORDER BY id DESC LIMIT 1 OFFSET %lld", (long long)back);
	return db_integer(s, sql, "looking for a run", out, d);
}

static int is_there(struct store *s, int64_t run, bool *out, struct diag *d)
{
	int64_t n = 0;
	char sql[80];
	int rc;

	snprintf(sql, sizeof sql, "SELECT count(*) FROM run WHERE id = %lld", (long long)run);
	rc = db_integer(s, sql, "looking for a run", &n, d);
	*out = n > 0;
	return rc;
}

/* ---- by label or date: statements with the candidates' numbers and beginnings; ?1 is the text ---- */

static const char select_label[] = "SELECT r.id, r.start_wall_ns FROM run r WHERE r.label = ?1 OR EXISTS "
				   "(SELECT 1 FROM annotation a WHERE "
				   "a.run = r.id AND substr(a.key, 1, 6) = 'label.' AND substr(a.key, 7) || "
				   "'=' || a.value = ?1) ORDER BY "
				   "r.id";
static const char select_date[] = "SELECT id, start_wall_ns FROM run WHERE substr(strftime('%Y-%m-%d "
				  "%H:%M:%S', start_wall_ns / 1000000000, "
				  "'unixepoch'), 1, length(?1)) = ?1 ORDER BY id";

struct candidates {
	int n;
	int64_t first;
	struct strbuf text; /* "3 (2026-11-25 18:09), 5 (...)" */
};

static void candidate_add(struct candidates *c, int64_t run, int64_t begin)
{
	char date[RUN_DATE_SIZE];

	if (c->n++ == 0)
		c->first = run;
	if (c->n > TOLD_MAX)
		return;
	run_date_of(date, begin);
	strbuf_printf(&c->text, "%s%lld (%.16s)", c->n > 1 ? ", " : "", (long long)run, date);
}

static int candidates_find(struct store *s, const char *sql, const char *text, struct candidates *c,
			   struct diag *d)
{
	sqlite3_stmt *stmt = NULL;
	int rc = db_prepare(s, sql, "looking for a run", &stmt, d);

	if (rc == 0)
		sqlite3_bind_text(stmt, 1, text, -1, SQLITE_STATIC);
	while (rc == 0 && (rc = db_step(s, stmt, "looking for a run", d)) == 1) {
		candidate_add(c, sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1));
		rc = 0;
	}
	sqlite3_finalize(stmt);
	return rc;
}

/* What they have in common, and which they are. */
static int say_several(const struct store *s, const char *text, const char *what, const struct candidates *c,
		       struct diag *d)
{
	char more[32] = "";

	if (c->n > TOLD_MAX)
		snprintf(more, sizeof more, " and %d more", c->n - TOLD_MAX);
	return diag_set_at(d, ERR_USAGE, s->path, 0, "\"%.40s\" is the %s of %d runs: %.140s%s", text, what,
			   c->n, strbuf_text(&c->text), more);
}

static int find_by(struct store *s, const char *sql, const char *text, const char *name, const char *what,
		   int64_t *out, struct diag *d)
{
	struct candidates c = {0};
	int rc = candidates_find(s, sql, text, &c, d);

	if (rc == 0 && c.n > 1)
		rc = say_several(s, name, what, &c, d);
	if (rc == 0)
		*out = c.n ? c.first : 0;
	strbuf_free(&c.text);
	return rc;
}

static int find(struct store *s, const char *text, int64_t *out, struct diag *d)
{
	char date[RUN_DATE_SIZE];
	int64_t number = 0, back;
	bool is_number = number_parse(text, &number), found = false;
	int rc = 0;

	if (last_parse(text, &back))
		return find_last(s, text, back, out, d);
	if (is_number)
		rc = is_there(s, number, &found, d);
	*out = found ? number : 0;
	if (rc == 0 && !found && *text)
		rc = find_by(s, select_label, text, text, "label", out, d);
	if (rc == 0 && *out == 0 && run_date_parse(date, text))
		rc = find_by(s, select_date, date, text, "date", out, d);
	if (rc || *out)
		return rc;
	if (is_number)
		return load_no_run(s, number, d);
	return diag_set_at(
		d, ERR_USAGE, s->path, 0,
		"there is no run \"%.40s\": expected a number, last, last~N, a label or the beginning "
		"of a date; inferometer ls lists the runs",
		text);
}

int store_run_find(struct store *s, const char *text, int64_t *out, struct diag *d)
{
	int64_t run = 0;
	int rc = db_begin_read(s, d);

	if (rc == 0)
		rc = db_end(s, find(s, text, &run, d), d);
	if (rc == 0)
		*out = run;
	return rc;
}

int store_annotation_find(struct store *s, const char *key, const char *value, int64_t *run, struct diag *d)
{
	sqlite3_stmt *stmt = NULL;
	int rc = db_prepare(s, "SELECT min(run) FROM annotation WHERE key = ?1 AND value = ?2",
			    "looking for a run", &stmt, d);

	if (rc == 0) {
		sqlite3_bind_text(stmt, 1, key, -1, SQLITE_STATIC);
		sqlite3_bind_text(stmt, 2, value, -1, SQLITE_STATIC);
		rc = db_step(s, stmt, "looking for a run", d);
	}
	if (rc == 1)
		*run = sqlite3_column_int64(stmt, 0); /* NULL is 0 */
	sqlite3_finalize(stmt);
	return rc == 1 ? 0 : rc;
}
