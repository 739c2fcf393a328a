/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/point_named.h"

#include <stdbool.h>
#include <string.h>

#include "engines/base/strbuf.h"

enum { LABEL_SIZE = 256, ID_LEAST = 4, TOLD_MAX = 4 };

/* Between spaces, "q8_0" is no word of "wq8_0". */
static bool has_word(const char *label, const char *word, size_t len)
{
	for (const char *at = label; *at; at += strcspn(at, " "), at += strspn(at, " "))
		if (strcspn(at, " ") == len && strncmp(at, word, len) == 0)
			return true;
	return false;
}

static bool has_words(const char *label, const char *text)
{
	size_t n = 0;

	for (text += strspn(text, " "); *text; text += n, text += strspn(text, " ")) {
		n = strcspn(text, " ");
		if (!has_word(label, text, n))
			return false;
	}
	return n > 0;
}

enum match { MATCH_NONE = 0, MATCH_PART, MATCH_WHOLE };

static enum match match(const struct stored_point *p, const char *text, char label[LABEL_SIZE])
{
	size_t len = strlen(text);

	point_label(&p->point, label, LABEL_SIZE);
	if (strcmp(label, text) == 0 || strcmp(p->id, text) == 0)
		return MATCH_WHOLE;
	if (len >= ID_LEAST && strncmp(p->id, text, len) == 0)
		return MATCH_PART;
	return has_words(label, text) ? MATCH_PART : MATCH_NONE;
}

static int say(const char *text, int n, const struct strbuf *known, struct diag *d)
{
	return diag_set(d, ERR_USAGE, "\"%.60s\" names %d points of the run%s%.120s%s", text, n,
			n ? ": " : "; show without it lists them", strbuf_text(known),
			n > TOLD_MAX ? ", ..." : "");
}

int point_named_find(const struct stored_run *run, const char *text, const struct stored_point **out,
		     struct diag *d)
{
	const struct stored_point *found = NULL;
	struct strbuf known = {0};
	char label[LABEL_SIZE];
	int n = 0, rc = 0;

	for (int i = 0; i < run->n_points; i++) {
		enum match m = match(&run->points[i], text, label);

		if (m == MATCH_NONE)
			continue;
		found = &run->points[i];
		if (m == MATCH_WHOLE) {
			n = 1;
			break;
		}
		if (n++ < TOLD_MAX)
			strbuf_printf(&known, "%s%s (%.8s)", n > 1 ? ", " : "", label, run->points[i].id);
	}
	if (n == 1)
		*out = found;
	else
		rc = say(text, n, &known, d);
	strbuf_free(&known);
	return rc;
}
