/* SPDX-License-Identifier: Apache-2.0 */
/* cache: the packed weights that workers kept: what is there, and what has to go. */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/cache/cache.h"
#include "engines/base/strbuf.h"
#include "harness/cmd/ask.h"
#include "harness/cmd/cmd.h"
#include "reports/number.h"
#include "reports/text.h"
#include "reports/view.h"

enum { OPTION_ALL = OPTION_OWN, OPTION_MAX };

struct arguments {
	const char *what; /* "ls" or "prune" */
	bool json, all;
	const char *max; /* NULL: the cache's own limit */
};

static const struct argp_option options[] = {
	{"output", 'o', "FORMAT", 0, "ls: text or json (text)", 0},
	{"all", OPTION_ALL, NULL, 0, "prune: remove everything", 0},
	{"max", OPTION_MAX, "SIZE", 0,
	 "prune: remove what was not used longest until no more is left, as 4G ($INFEROMETER_CACHE_MAX, else "
	 "16G)",
	 0},
	{0},
};

static void what_set(struct arguments *a, const char *arg, struct argp_state *state)
{
	if (a->what)
		argp_error(state, "unexpected argument \"%.60s\"", arg);
	if (strcmp(arg, "ls") != 0 && strcmp(arg, "prune") != 0)
		argp_error(state, "\"%.60s\": expected ls or prune", arg);
	a->what = arg;
}

static void arguments_check(const struct arguments *a, struct argp_state *state)
{
	bool is_ls = a->what && strcmp(a->what, "ls") == 0;
	if (!a->what)
		argp_error(state, "expected ls or prune");
	if (is_ls && (a->all || a->max))
		argp_error(state, "--all and --max are for prune");
	if (!is_ls && a->json)
		argp_error(state, "--output is for ls");
	if (a->all && a->max)
		argp_error(state, "--all or --max, not both");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case 'o':
		a->json = ask_wants_json(arg, state);
		break;
	case OPTION_ALL:
		a->all = true;
		break;
	case OPTION_MAX:
		a->max = arg;
		break;
	case ARGP_KEY_ARG:
		what_set(a, arg, state);
		break;
	case ARGP_KEY_END:
		arguments_check(a, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "ls|prune",
	.doc = "Lists the packed weights that were kept on disk, the last used first, or removes some of "
	       "them, and "
	       "what was left half-written. A worker that needs removed ones packs them again.",
};

/* What ls tells of a file. */
struct line {
	char model[256], precision[32], isa[32];
	const struct cache_entry *entry;
};

static void line_make(struct line *r, const struct cache_entry *e)
{
	const char *key = e->key ? e->key : "model: (damaged)\n";
	cache_key_value(key, "model", r->model, sizeof r->model);
	cache_key_value(key, "precision", r->precision, sizeof r->precision);
	cache_key_value(key, "isa", r->isa, sizeof r->isa);
	r->entry = e;
}

/* Padded on the right to that many columns. What is in a file cannot steer the terminal. */
static void put_cell(const char *text, int columns)
{
	struct strbuf plain = {0};
	text_plain(&plain, text);
	int n = text_width(strbuf_text(&plain));
	printf("%s%*s", strbuf_text(&plain), n < columns ? columns - n : 0, "");
	strbuf_free(&plain);
}

static void print_line(const struct cache_entry *e)
{
	struct line r;
	struct strbuf size = {0}, when = {0};
	line_make(&r, e);
	number_bytes(&size, (double)e->bytes);
	time_put(&when, e->used_ns);
	put_cell(r.model, 26);
	put_cell(r.precision, 11);
	put_cell(r.isa, 8);
	printf("%10s  %s\n", strbuf_text(&size), strbuf_text(&when));
	strbuf_free(&size);
	strbuf_free(&when);
}

static void print_total(const struct cache_folder *f, const struct cache_entry *list, int n)
{
	struct strbuf all = {0}, limit = {0};
	uint64_t bytes = 0;
	for (int i = 0; i < n; i++)
		bytes += list[i].bytes;
	number_bytes(&all, (double)bytes);
	number_bytes(&limit, (double)cache_limit(f));
	put_cell(f->path, 0);
	printf(": %d, %s of at most %s\n", n, strbuf_text(&all), strbuf_text(&limit));
	strbuf_free(&all);
	strbuf_free(&limit);
}

static void print_text(const struct cache_folder *f, const struct cache_entry *list, int n)
{
	if (n > 0)
		printf("%-24s  %-9s  %-6s  %10s  %s\n", "model", "precision", "isa", "size", "last used");
	for (int i = 0; i < n; i++)
		print_line(&list[i]);
	print_total(f, list, n);
}

/* A text of untrusted bytes: JSON has valid UTF-8 only. */
static json_t *text_json(const char *text)
{
	struct strbuf plain = {0};
	text_plain(&plain, text);
	json_t *j = json_string(strbuf_text(&plain));
	strbuf_free(&plain);
	return j;
}

static void print_json(const struct cache_folder *f, const struct cache_entry *list, int n)
{
	json_t *files = json_array();
	for (int i = 0; i < n; i++) {
		struct line r;
		line_make(&r, &list[i]);
		json_array_append_new(files, json_pack("{s:o, s:o, s:o, s:o, s:I, s:I}", "file",
						       text_json(list[i].path), "model", text_json(r.model),
						       "precision", text_json(r.precision), "isa",
						       text_json(r.isa), "bytes", (json_int_t)list[i].bytes,
						       "used_ns", (json_int_t)list[i].used_ns));
	}
	json_t *o = json_pack("{s:o, s:I, s:o}", "folder", text_json(f->path), "max_bytes",
			      (json_int_t)cache_limit(f), "files", files);
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static int ls(const struct cache_folder *f, bool json, struct diag *d)
{
	struct cache_entry *list;
	int n, rc = cache_list(f, &list, &n, d);
	if (rc)
		return rc;
	(json ? print_json : print_text)(f, list, n);
	cache_list_free(list, n);
	return 0;
}

static int prune(const struct cache_folder *f, const struct arguments *a, struct diag *d)
{
	struct cache_pruned p;
	struct strbuf size = {0};
	uint64_t keep = a->all ? 0 : cache_limit(f);
	int rc = a->max ? cache_size_parse(a->max, "--max", &keep, d) : 0;
	if (!rc)
		rc = cache_prune(f, keep, &p, d);
	if (rc)
		return rc;
	number_bytes(&size, (double)p.bytes);
	printf("removed %d, %s\n", p.n_files, strbuf_text(&size));
	strbuf_free(&size);
	return 0;
}

int cmd_cache(int argc, char **argv)
{
	struct arguments a = {0};
	struct cache_folder f;
	struct diag d = {0};
	cmd_parse(&argp, argc, argv, &a);
	int rc = cache_folder_default(&f, &d);
	if (rc)
		return cmd_fail(&d);
	if (!f.path)
		rc = diag_set(&d, ERR_USAGE,
			      "nothing is kept: INFEROMETER_CACHE is off, or there is no HOME");
	else
		rc = strcmp(a.what, "ls") == 0 ? ls(&f, a.json, &d) : prune(&f, &a, &d);
	cache_folder_free(&f);
	return cmd_finish(rc ? cmd_fail(&d) : EXIT_OK);
}
