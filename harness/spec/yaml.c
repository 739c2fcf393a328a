/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/spec/yaml.h"

#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/spec/value.h"

/* A sweep is a map of lists of maps of lists; what is deeper or longer is none. */
enum { DEPTH_MAX = 6, NODES_MAX = 100000 };

struct reader {
	const char *text; /* of the file, n bytes */
	size_t n;
	struct fy_parser *parser;
	struct fy_diag *diag;
	struct where where; /* line: of the newest event that has one */
	int n_nodes;
};

const char *yaml_kind_name(enum yaml_kind kind)
{
	static const char *const names[] = {"one value", "a list", "a map"};
	return names[kind];
}

void yaml_free(struct yaml_node *node)
{
	for (int i = 0; i < node->n; i++)
		yaml_free(&node->child[i]);
	free(node->child);
	free(node->text);
	*node = (struct yaml_node){0};
}

/* ---- events ---- */

/* The first line from `line` on that a tab indents, where the library may see a value that goes on; 0: none. */
static int tab_line(const struct reader *r, int line)
{
	bool indent = true; /* nothing but blanks in the line so far */
	int at = 1;
	for (size_t i = 0; i < r->n && at <= line + 1; i++) {
		if (indent && r->text[i] == '\t' && at >= line)
			return at;
		indent = r->text[i] == '\n' || (indent && r->text[i] == ' ');
		at += r->text[i] == '\n';
	}
	return 0;
}

/* The library's own words; it finds some errors without a word. */
static int reader_fail(struct reader *r, struct diag *d)
{
	void *prev = NULL;
	struct fy_diag_error *e = fy_diag_errors_iterate(r->diag, &prev);
	if (!e || !e->msg)
		return where_fail(&r->where, d, "no YAML behind this line");
	if (e->line > 0)
		r->where.line = e->line;
	int tab = tab_line(r, r->where.line);
	if (tab)
		return where_fail(&r->where, d,
				  "no YAML: %s (column %d): line %d begins with a tab, expected blanks",
				  e->msg, e->column, tab);
	bool shifted = strstr(e->msg, "multiline plain key") != NULL;
	return where_fail(
		&r->where, d, "no YAML: %s (column %d)%s", e->msg, e->column,
		shifted ? ": keys of one map begin in the same column, each with a colon and a blank behind"
			: "");
}

static int reader_next(struct reader *r, struct fy_event **out, struct diag *d)
{
	struct fy_event *e = fy_parser_parse(r->parser);
	if (!e)
		return reader_fail(r, d);
	const struct fy_mark *mark = fy_event_start_mark(e);
	if (mark)
		r->where.line = mark->line + 1;
	*out = e;
	return 0;
}

/* What an event may not be or have. */
static int event_check(struct reader *r, struct fy_event *e, int depth, struct diag *d)
{
	if (e->type == FYET_ALIAS || fy_event_get_anchor_token(e))
		return where_fail(&r->where, d, "anchors and aliases (& and *) are not allowed in a sweep");
	if (fy_event_get_tag_token(e))
		return where_fail(&r->where, d, "tags (!) are not allowed in a sweep");
	if (depth > DEPTH_MAX)
		return where_fail(&r->where, d, "nested deeper than any sweep: more than %d levels",
				  DEPTH_MAX);
	if (++r->n_nodes > NODES_MAX)
		return where_fail(&r->where, d, "more than %d values", NODES_MAX);
	return 0;
}

/* ---- nodes ---- */

static int scalar_read(struct reader *r, struct fy_event *e, struct yaml_node *node, struct diag *d)
{
	struct fy_token *token = fy_event_get_token(e);
	size_t n = 0, bad;
	const char *text = token ? fy_token_get_text(token, &n) : NULL;
	bool plain = !token || fy_token_scalar_style(token) == FYSS_PLAIN;
	if (!text)
		n = 0;
	if (!text_is_clean(text, n, false, &bad))
		return where_fail(&r->where, d,
				  "byte %zu of a value: expected UTF-8 without control characters", bad);
	if (plain && (n == 0 || (n == 1 && *text == '~') || (n == 4 && memcmp(text, "null", 4) == 0)))
		return 0;
	node->text = n ? mem_strndup(text, n) : mem_strdup("");
	return 0;
}

static struct yaml_node *child_add(struct yaml_node *node, int line)
{
	if (node->n == node->room) {
		node->room = node->room ? 2 * node->room : 8;
		node->child = mem_realloc(node->child, (size_t)node->room * sizeof *node->child);
	}
	node->child[node->n] = (struct yaml_node){.line = line};
	return &node->child[node->n++];
}

static int node_read(struct reader *r, struct fy_event *e, struct yaml_node *node, int depth, struct diag *d);

/* The depth is bounded by event_check. */
static int children_read(struct reader *r, struct yaml_node *node, enum fy_event_type end, int depth,
			 struct diag *d)
{
	for (;;) {
		struct fy_event *e = NULL;
		int rc = reader_next(r, &e, d);
		if (!e)
			return rc;
		bool ended = e->type == end;
		if (!ended)
			rc = node_read(r, e, child_add(node, r->where.line), depth + 1, d);
		fy_parser_event_free(r->parser, e);
		if (rc || ended)
			return rc;
	}
}

static int node_read(struct reader *r, struct fy_event *e, struct yaml_node *node, int depth, struct diag *d)
{
	int rc = event_check(r, e, depth, d);
	if (rc)
		return rc;
	switch (e->type) {
	case FYET_SCALAR:
		return scalar_read(r, e, node, d);
	case FYET_SEQUENCE_START:
		node->kind = YAML_LIST;
		return children_read(r, node, FYET_SEQUENCE_END, depth, d);
	case FYET_MAPPING_START:
		node->kind = YAML_MAP;
		return children_read(r, node, FYET_MAPPING_END, depth, d);
	default:
		return where_fail(&r->where, d, "no YAML behind this line");
	}
}

static int event_take(struct reader *r, struct fy_event *e, struct yaml_node *root, int *n_documents,
		      struct diag *d)
{
	switch (e->type) {
	case FYET_STREAM_START:
	case FYET_STREAM_END:
	case FYET_DOCUMENT_END:
		return 0;
	case FYET_DOCUMENT_START:
		if (++*n_documents > 1)
			return where_fail(&r->where, d, "a second document (---): expected one");
		return 0;
	default:
		root->line = r->where.line;
		return node_read(r, e, root, 0, d);
	}
}

static int stream_read(struct reader *r, struct yaml_node *root, struct diag *d)
{
	int n_documents = 0;
	for (;;) {
		struct fy_event *e = NULL;
		int rc = reader_next(r, &e, d);
		if (!e)
			return rc;
		bool ended = e->type == FYET_STREAM_END;
		rc = event_take(r, e, root, &n_documents, d);
		fy_parser_event_free(r->parser, e);
		if (rc || ended)
			return rc;
	}
}

/* The library is not shown what could be no text: lines are then counted here. */
static int bytes_check(const char *text, size_t n, const char *file, struct diag *d)
{
	struct where w = {file, 1};
	size_t bad;
	if (text_is_clean(text, n, true, &bad))
		return 0;
	for (size_t i = 0; i < bad; i++)
		w.line += text[i] == '\n';
	return where_fail(&w, d, "byte %zu of the file (0x%02x): expected UTF-8 text", bad,
			  (unsigned char)text[bad]);
}

int yaml_parse(struct yaml_node *out, const char *text, size_t n, const char *file, struct diag *d)
{
	struct fy_diag_cfg quiet;
	struct reader r = {.text = text, .n = n, .where = {file, 1}};
	struct yaml_node root = {0};
	int rc = bytes_check(text, n, file, d);
	if (rc)
		return rc;
	fy_diag_cfg_default(&quiet);
	quiet.fp = NULL;
	r.diag = fy_diag_create(&quiet);
	if (!r.diag)
		return diag_set(d, ERR_OOM, "%s: no memory for reading YAML", file);
	fy_diag_set_collect_errors(r.diag, true);
	const struct fy_parse_cfg cfg = {
		.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE | FYPCF_DEFAULT_VERSION_1_2,
		.diag = r.diag,
	};
	r.parser = fy_parser_create(&cfg);
	if (!r.parser || fy_parser_set_string(r.parser, text, n))
		rc = diag_set(d, ERR_OOM, "%s: no memory for reading YAML", file);
	else
		rc = stream_read(&r, &root, d);
	fy_parser_destroy(r.parser);
	fy_diag_destroy(r.diag);
	if (rc)
		yaml_free(&root);
	else
		*out = root;
	return rc;
}
