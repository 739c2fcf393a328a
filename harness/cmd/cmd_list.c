/* SPDX-License-Identifier: Apache-2.0 */
/* list: what the worker has and can use here, and why not where it cannot. */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/cmd/cmd.h"
#include "harness/run/client.h"
#include "harness/spec/spec.h"
#include "harness/wire/wire.h"
#include "reports/text.h"

enum { OPTION_WORKER = OPTION_OWN };
/* A worker that has not said what it is by then hangs; counters are tried one by one. */
#define PATIENCE_NS ((int64_t)300 * 1000000000)

struct arguments {
	const char *what, *worker;
	bool json;
};

static const struct argp_option options[] = {
	{"output", 'o', "FORMAT", 0, "text or json (text)", 0},
	{"worker", OPTION_WORKER, "PROGRAM", 0, "worker program (the one installed)", 0},
	{0},
};

/* One line. Texts belong to hello. */
struct item {
	const char *name, *of, *detail; /* of: the device or the counter source it belongs to, "" */
	bool usable;
	const char *why;
	int passes;
	const char *key; /* what `with` lists: "engine", "device" */
	char *with;	 /* owned; NULL: nothing */
};
struct items {
	struct item *item;
	int n;
};

static struct item *item_add(struct items *list, const char *name, const char *detail)
{
	list->item = mem_realloc(list->item, ((size_t)list->n + 1) * sizeof *list->item);
	struct item *new = &list->item[list->n++];
	*new = (struct item){.name = name, .of = "", .detail = detail, .usable = true, .why = ""};
	return new;
}

static void choices_add(struct items *list, const struct wire_choices *c, const char *of)
{
	for (int i = 0; i < c->n; i++) {
		struct item *new = item_add(list, c->item[i].name, "");
		new->of = of;
		new->usable = c->item[i].usable;
		new->why = c->item[i].why;
		new->passes = c->item[i].passes;
	}
}

/* ---- what there is to list ---- */

/* Each source or group, then its events. */
static void counters_list(struct items *list, const struct wire_hello *h)
{
	for (int i = 0; i < h->counters.n; i++) {
		const struct wire_choices one = {&h->counters.item[i], 1};
		choices_add(list, &one, "");
		for (int k = 0; k < h->n_events; k++) {
			const struct wire_event *e = &h->events[k];
			if (strcmp(e->counter, one.item->name) != 0)
				continue;
			struct item *new = item_add(list, e->name, e->event);
			new->of = e->counter;
			new->usable = e->usable;
			new->why = e->why;
		}
	}
}

/* One more of what belongs to the item. */
static void with_add(struct item *it, const char *key, const char *name)
{
	char *before = it->with;
	it->key = key;
	it->with = before ? mem_printf("%s, %s", before, name) : mem_strdup(name);
	free(before);
}

static void engines_list(struct items *list, const struct wire_hello *h)
{
	choices_add(list, &h->engines, "");
	/* A worker with one engine need not list it. */
	if (h->engines.n == 0)
		item_add(list, h->engine, "");
	for (int i = 0; i < list->n; i++)
		for (int k = 0; k < h->n_devices; k++)
			if (wire_device_has_engine(&h->devices[k], list->item[i].name))
				with_add(&list->item[i], "device", h->devices[k].name);
}

static void devices_list(struct items *list, const struct wire_hello *h)
{
	for (int i = 0; i < h->n_devices; i++) {
		const struct wire_device *dev = &h->devices[i];
		struct item *new = item_add(list, dev->name, dev->description);
		new->usable = dev->usable;
		new->why = dev->why;
		for (int k = 0; k < dev->engines.n; k++)
			with_add(new, "engine", dev->engines.item[k].name);
	}
}

static void workloads_list(struct items *list, const struct wire_hello *h)
{
	for (int i = 0; i < h->n_workloads; i++) {
		const struct wire_workload *w = &h->workloads[i];
		item_add(list, w->name,
			 w->ceiling	 ? "a ceiling of the machine"
			 : w->uses_model ? "of a model"
					 : "without a model");
	}
}

static void isas_list(struct items *list, const struct wire_hello *h)
{
	for (int i = 0; i < h->n_devices; i++)
		choices_add(list, &h->devices[i].isas, h->devices[i].name);
}

static void precisions_list(struct items *list, const struct wire_hello *h)
{
	for (int i = 0; i < h->n_devices; i++)
		choices_add(list, &h->devices[i].precisions, h->devices[i].name);
}

static void providers_list(struct items *list, const struct wire_hello *h)
{
	for (int i = 0; i < h->n_devices; i++)
		choices_add(list, &h->devices[i].providers, h->devices[i].name);
}

static void sweeps_list(struct items *list, const struct wire_hello *h)
{
	(void)h;
	for (const char *const *name = spec_named(); *name; name++)
		item_add(list, *name, "");
}

static const struct {
	const char *name;
	const char *part; /* of the answer to hello; NULL: no worker is asked */
	void (*list)(struct items *list, const struct wire_hello *h);
} kinds[] = {
	{"counters", "counters", counters_list},
	{"engines", "devices", engines_list},
	{"devices", "devices", devices_list},
	{"workloads", "workloads", workloads_list},
	{"isas", "devices", isas_list},
	{"precisions", "devices", precisions_list},
	{"providers", "providers", providers_list},
	{"sweeps", NULL, sweeps_list},
};
enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

/* ---- arguments ---- */

static int kind_find(const char *name)
{
	for (int i = 0; i < N_KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return i;
	return -1;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case 'o':
		if (strcmp(arg, "text") != 0 && strcmp(arg, "json") != 0)
			argp_error(state, "--output \"%.60s\": expected text or json", arg);
		a->json = strcmp(arg, "json") == 0;
		break;
	case OPTION_WORKER:
		a->worker = arg;
		break;
	case ARGP_KEY_ARG:
		if (a->what)
			argp_error(state, "unexpected argument \"%.60s\"", arg);
		if (kind_find(arg) < 0)
			argp_error(state,
				   "\"%.60s\": expected counters, engines, devices, workloads, isas, "
				   "precisions, providers or sweeps",
				   arg);
		a->what = arg;
		break;
	case ARGP_KEY_END:
		if (!a->what)
			argp_error(state, "expected what to list, as counters");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "counters|engines|devices|workloads\nisas|precisions|providers|sweeps",
	.doc = "Lists what the worker has, whether it can be used here, and why not. counters: each source, "
	       "group "
	       "and event, after a loop that must move it. sweeps: those that come with the program.",
};

/* ---- printing ---- */

static void put_column(struct strbuf *line, const char *text, int width)
{
	struct strbuf plain = {0};
	text_plain(&plain, text);
	strbuf_puts(line, strbuf_text(&plain));
	for (int n = text_width(strbuf_text(&plain)); n < width; n++)
		strbuf_putc(line, ' ');
	strbuf_free(&plain);
}

static int width_of(const struct items *list, bool detail)
{
	int most = 0;
	for (int i = 0; i < list->n; i++) {
		const struct item *it = &list->item[i];
		int n = text_width(detail ? it->detail : it->name) + (!detail && *it->of ? 2 : 0);
		most = n > most && n <= 60 ? n : most;
	}
	return most;
}

static void print_item(const struct item *it, int name_width, int detail_width)
{
	struct strbuf line = {0};
	strbuf_puts(&line, *it->of ? "  " : "");
	put_column(&line, it->name, name_width - (*it->of ? 2 : 0));
	if (detail_width) {
		strbuf_puts(&line, "  ");
		put_column(&line, it->detail, detail_width);
	}
	if (it->with)
		strbuf_printf(&line, "  %s ", it->key);
	if (it->with)
		put_column(&line, it->with, 0);
	strbuf_puts(&line, it->usable ? "  yes" : "  no: ");
	if (!it->usable)
		put_column(&line, it->why, 0);
	else if (it->passes > 1)
		strbuf_printf(&line, ", in %d visits", it->passes);
	puts(strbuf_text(&line));
	strbuf_free(&line);
}

/* Names of a device's choices stand under their device. */
static void print_items(const struct items *list, bool grouped)
{
	int name_width = width_of(list, false), detail_width = width_of(list, true);
	const char *of = "";
	for (int i = 0; i < list->n; i++) {
		const struct item *it = &list->item[i];
		if (grouped && strcmp(of, it->of) != 0) {
			struct strbuf plain = {0};
			text_plain(&plain, it->of);
			puts(strbuf_text(&plain));
			strbuf_free(&plain);
			of = it->of;
		}
		print_item(it, name_width, detail_width);
	}
}

static json_t *json_of_text(const char *text)
{
	struct strbuf plain = {0};
	text_plain(&plain, text);
	json_t *o = json_string(strbuf_text(&plain));
	strbuf_free(&plain);
	return o;
}

static void print_json(const struct items *list)
{
	json_t *a = json_array();
	for (int i = 0; i < list->n; i++) {
		const struct item *it = &list->item[i];
		json_t *o = json_object();
		json_object_set_new(o, "name", json_of_text(it->name));
		json_object_set_new(o, "of", json_of_text(it->of));
		json_object_set_new(o, "detail", json_of_text(it->detail));
		json_object_set_new(o, "usable", json_boolean(it->usable));
		json_object_set_new(o, "why", json_of_text(it->why));
		if (it->with)
			json_object_set_new(o, it->key, json_of_text(it->with));
		if (it->passes)
			json_object_set_new(o, "visits", json_integer(it->passes));
		json_array_append_new(a, o);
	}
	json_dumpf(a, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(a);
}

/* ---- asking ---- */

static int ask_hello(struct client *c, const char *part, struct wire_hello *out, struct diag *d)
{
	json_t *answer = NULL, *body = json_pack("{s:i, s:b, s:[s]}", "protocol", WIRE_PROTOCOL, "events",
						 strcmp(part, "counters") == 0, "parts", part);
	int64_t wall_ns;
	int rc = client_ask(c, "hello", body, PATIENCE_NS, NULL, NULL, &answer, &wall_ns, d);
	json_decref(body);
	if (rc == 0)
		rc = wire_hello_from_json(answer, out, d);
	json_decref(answer);
	return rc;
}

/* kind: an index. */
static void print_list(const struct arguments *a, int kind, const struct wire_hello *hello)
{
	struct items items = {0};
	kinds[kind].list(&items, hello);
	if (a->json)
		print_json(&items);
	else
		print_items(&items, kinds[kind].list != counters_list);
	for (int i = 0; i < items.n; i++)
		free(items.item[i].with);
	free(items.item);
}

static int list(const struct arguments *a, struct diag *d)
{
	struct client *c = NULL;
	struct wire_hello hello = {0};
	char *found = NULL;
	int kind = kind_find(a->what), rc = 0;
	if (!kinds[kind].part) {
		print_list(a, kind, &hello);
		return 0;
	}
	if (!a->worker)
		rc = client_find_worker(&found, d);
	if (rc == 0)
		rc = client_start(&c, a->worker ? a->worker : found, d);
	free(found);
	if (rc)
		return rc;
	interrupt_kills(client_pid(c));
	rc = ask_hello(c, kinds[kind].part, &hello, d);
	interrupt_kills(0);
	client_stop(c, NULL);
	if (rc)
		return rc;
	print_list(a, kind, &hello);
	wire_hello_free(&hello);
	return 0;
}

int cmd_list(int argc, char **argv)
{
	struct arguments a = {0};
	struct diag d = {0};
	cmd_parse(&argp, argc, argv, &a);
	interrupt_catch();
	int rc = list(&a, &d);
	if (rc && interrupt_seen())
		return EXIT_INTERRUPTED;
	return cmd_finish(rc ? cmd_fail(&d) : EXIT_OK);
}
