/* SPDX-License-Identifier: Apache-2.0 */
/* Labels and notes of a run. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/store/db.h"
#include "harness/store/runs.h"
#include "harness/store/trial.h"

#define LABEL_PREFIX "label."
#define KEY_CHARS    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
/* A key is a word of a table; a value may be a sentence. */
enum { LABEL_KEY_MAX = 64 };

int run_label_parse(struct run_label *out, const char *text, struct diag *d)
{
	const char *equals = strchr(text, '=');
	size_t len = equals ? (size_t)(equals - text) : 0;

	*out = (struct run_label){0};
	if (equals == text)
		return diag_set(d, ERR_USAGE, "label \"%.60s\": expected a word or KEY=VALUE", text);
	/* A sentence may have a '=' in it. */
	if (len > LABEL_KEY_MAX || strspn(text, KEY_CHARS) < len)
		equals = NULL;
	if (equals)
		out->key = mem_strndup(text, len);
	out->value = mem_strdup(equals ? equals + 1 : text);
	return 0;
}

void run_label_free(struct run_label *l)
{
	free(l->key);
	free(l->value);
	*l = (struct run_label){0};
}

const char *run_label_key(const char *annotation_key)
{
	size_t len = strlen(LABEL_PREFIX);

	return strncmp(annotation_key, LABEL_PREFIX, len) == 0 ? annotation_key + len : NULL;
}

static int no_run(const struct store *s, int64_t run, struct diag *d)
{
	return diag_set_at(d, ERR_USAGE, s->path, 0, "there is no run %lld", (long long)run);
}

static int put_word(struct store *s, int64_t run, const char *word, struct diag *d)
{
	int rc = db_exec(s, "storing a label", d, "UPDATE run SET label = ? WHERE id = ?",
			 DB_VALUES(db_text(word), db_int(run)));

	return rc == 0 && sqlite3_changes(s->db) != 1 ? no_run(s, run, d) : rc;
}

bool run_annotation_is_told(const char *annotation_key)
{
	return strcmp(annotation_key, TRIAL_KEY) != 0 && strcmp(annotation_key, RECORDS_KEY) != 0;
}

static int forget(struct store *s, int64_t run, const char *key, struct diag *d)
{
	return db_exec(s, "removing a label", d, "DELETE FROM annotation WHERE run = ? AND key = ?",
		       DB_VALUES(db_int(run), db_text(key)));
}

static int replace(struct store *s, int64_t run, const char *key, const char *value, struct diag *d)
{
	int rc = forget(s, run, key, d);

	return rc ? rc : store_annotate(s, run, key, value, d);
}

int store_label_put(struct store *s, int64_t run, const struct run_label *l, struct diag *d)
{
	char *key;
	int rc;

	if (!l->key)
		return put_word(s, run, l->value, d);
	rc = db_begin(s, d);
	if (rc)
		return rc;
	key = mem_printf(LABEL_PREFIX "%s", l->key);
	rc = db_end(s, replace(s, run, key, l->value, d), d);
	free(key);
	return rc;
}

int store_label_remove(struct store *s, int64_t run, const char *key, struct diag *d)
{
	char *whole;
	int rc;

	if (!key) {
		rc = db_exec(s, "removing a label", d,
			     "UPDATE run SET label = '' WHERE id = ? AND label <> ''",
			     DB_VALUES(db_int(run)));
		return rc == 0 && sqlite3_changes(s->db) != 1
			       ? diag_set_at(d, ERR_USAGE, s->path, 0, "run %lld has no word for a label",
					     (long long)run)
			       : rc;
	}
	whole = mem_printf(LABEL_PREFIX "%s", key);
	rc = forget(s, run, whole, d);
	free(whole);
	if (rc == 0 && sqlite3_changes(s->db) == 0)
		rc = diag_set_at(d, ERR_USAGE, s->path, 0, "run %lld has no label \"%.64s\"", (long long)run,
				 key);
	return rc;
}

int store_note_add(struct store *s, int64_t run, const char *text, struct diag *d)
{
	return store_annotate(s, run, NOTE_KEY, text, d);
}

int store_note_remove(struct store *s, int64_t run, int number, struct diag *d)
{
	int rc = db_exec(
		s, "removing a note", d,
		"DELETE FROM annotation WHERE rowid = (SELECT rowid FROM annotation WHERE run = ? AND "
		"key = '" NOTE_KEY "' ORDER BY rowid LIMIT 1 OFFSET ?)",
		DB_VALUES(db_int(run), db_int(number - 1)));

	if (rc == 0 && sqlite3_changes(s->db) == 0)
		rc = diag_set_at(d, ERR_USAGE, s->path, 0, "run %lld has no note %d", (long long)run, number);
	return rc;
}
