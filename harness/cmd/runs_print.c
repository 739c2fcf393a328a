/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/runs_print.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/cmd/trial_print.h"
#include "harness/store/runs.h"
#include "harness/store/trial.h"
#include "reports/text.h"
#include "reports/view.h"

/* ---- table ---- */

/* The last column is as long as it is. */
static const struct {
	const char *head;
	int width;
	bool right;
} columns[] = {{"run", 4, true},     {"begin", 20, false}, {"state", 11, false}, {"points", 7, true},
	       {"sweep", 20, false}, {"model", 18, false}, {"label", 0, false}};
enum { N_COLUMNS = sizeof columns / sizeof columns[0] };

static void put_cell(struct strbuf *line, int i, const char *text)
{
	struct strbuf plain = {0}, cut = {0};
	int width = columns[i].width, pad;

	text_plain(&plain, text);
	if (width)
		text_cut(&cut, strbuf_text(&plain), width);
	else
		strbuf_puts(&cut, strbuf_text(&plain));
	pad = width - text_width(strbuf_text(&cut));
	pad = pad > 0 ? pad : 0;
	strbuf_printf(line, "%s%*s%s%*s", i ? "  " : "", columns[i].right ? pad : 0, "", strbuf_text(&cut),
		      columns[i].right ? 0 : pad, "");
	strbuf_free(&plain);
	strbuf_free(&cut);
}

static void put_line(struct strbuf *line)
{
	while (line->len > 0 && line->text[line->len - 1] == ' ')
		line->text[--line->len] = '\0';
	puts(strbuf_text(line));
	strbuf_reset(line);
}

static void put_head(void)
{
	struct strbuf line = {0};

	for (int i = 0; i < N_COLUMNS; i++)
		put_cell(&line, i, columns[i].head);
	put_line(&line);
	strbuf_free(&line);
}

/* "llama-3 and 2 more" */
static void put_models(struct strbuf *out, const struct listed_run *x)
{
	if (x->n_models == 0)
		return;
	model_short(out, x->model[0]);
	if (x->n_models > 1)
		strbuf_printf(out, " and %d more", x->n_models - 1);
}

/* "[gate] night branch=main": what it is when it is no plain run, the word, then KEY=VALUE of each. */
static void put_labels(struct strbuf *out, const struct stored_run *r)
{
	if (stored_run_is_trial(r)) {
		strbuf_putc(out, '[');
		trial_mark_put(out, r);
		strbuf_putc(out, ']');
	}
	strbuf_printf(out, "%s%s", out->len && *r->label ? " " : "", r->label);
	for (int i = 0; i < r->n_annotations; i++) {
		const char *key = run_label_key(r->annotations[i].key);

		if (key)
			strbuf_printf(out, "%s%s=%s", out->len ? " " : "", key, r->annotations[i].value);
	}
}

/* "12/14": done, of all. */
static void print_run(const struct listed_run *x)
{
	struct strbuf text[N_COLUMNS] = {{0}}, line = {0};

	strbuf_printf(&text[0], "%lld", (long long)x->run->id);
	time_put(&text[1], x->run->start_wall_ns);
	strbuf_puts(&text[2], x->run->state);
	strbuf_printf(&text[3], "%d/%d", x->n_done, x->run->n_points);
	strbuf_puts(&text[4], x->run->spec_name);
	put_models(&text[5], x);
	put_labels(&text[6], x->run);
	for (int i = 0; i < N_COLUMNS; i++) {
		put_cell(&line, i, strbuf_text(&text[i]));
		strbuf_free(&text[i]);
	}
	put_line(&line);
	strbuf_free(&line);
}

int runs_print_table(const struct run_listing *l, run_wanted_fn *wanted, const void *arg)
{
	int n = 0;

	for (int i = 0; i < l->n; i++) {
		if (!wanted(&l->item[i], arg))
			continue;
		if (n++ == 0)
			put_head();
		print_run(&l->item[i]);
	}
	return n;
}

/* ---- JSON ---- */

static json_t *json_of_text(const char *text)
{
	struct strbuf plain = {0};
	json_t *o;

	text_lines(&plain, text);
	o = json_string(strbuf_text(&plain));
	strbuf_free(&plain);
	return o;
}

static json_t *json_of_time(int64_t wall_ns)
{
	char date[RUN_DATE_SIZE];
	json_t *o;

	if (wall_ns <= 0)
		return json_null();
	run_date_of(date, wall_ns);
	date[10] = 'T';
	o = json_sprintf("%sZ", date);
	return o ? o : json_null();
}

static void put_annotations(json_t *o, const struct stored_run *r)
{
	json_t *labels = json_object(), *notes = json_array();

	for (int i = 0; i < r->n_annotations; i++) {
		const char *key = run_label_key(r->annotations[i].key);
		json_t *value;

		if (!run_annotation_is_told(r->annotations[i].key))
			continue;
		value = json_of_text(r->annotations[i].value);
		if (key) {
			struct strbuf plain = {0};
			text_plain(&plain, key);
			json_object_set_new(labels, strbuf_text(&plain), value);
			strbuf_free(&plain);
		} else
			json_array_append_new(notes,
					      json_pack("{s:o, s:o}", "key",
							json_of_text(r->annotations[i].key), "text", value));
	}
	json_object_set_new(o, "labels", labels);
	json_object_set_new(o, "notes", notes);
}

static json_t *json_of_run(const struct listed_run *x)
{
	const struct stored_run *r = x->run;
	json_t *o = json_object(), *models = json_array();
	struct strbuf machine = {0};

	machine_put(&machine, r);
	json_object_set_new(o, "run", json_integer(r->id));
	json_object_set_new(o, "begin", json_of_time(r->start_wall_ns));
	json_object_set_new(o, "end", json_of_time(r->end_wall_ns));
	json_object_set_new(o, "state", json_of_text(r->state));
	json_object_set_new(o, "points", json_integer(r->n_points));
	json_object_set_new(o, "done", json_integer(x->n_done));
	json_object_set_new(o, "failed", json_integer(x->n_failed));
	json_object_set_new(o, "sweep", json_of_text(r->spec_name));
	for (int i = 0; i < x->n_models; i++)
		json_array_append_new(models, json_of_text(x->model[i]));
	json_object_set_new(o, "models", models);
	json_object_set_new(o, "machine", json_of_text(strbuf_text(&machine)));
	json_object_set_new(o, "machine_id", json_of_text(r->machine_id));
	json_object_set_new(o, "command", json_of_text(r->command));
	json_object_set_new(o, "label", json_of_text(r->label));
	json_object_set_new(o, "trial", trial_mark_json(r));
	put_annotations(o, r);
	strbuf_free(&machine);
	return o;
}

void runs_print_json(const struct run_listing *l, run_wanted_fn *wanted, const void *arg)
{
	json_t *all = json_array();

	for (int i = 0; i < l->n; i++)
		if (wanted(&l->item[i], arg))
			json_array_append_new(all, json_of_run(&l->item[i]));
	json_dumpf(all, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(all);
}
