/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/same.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/host/host.h"
#include "harness/wire/wire.h"

/* The longest value that is quoted. */
enum { VALUE_MAX = 90 };

static int refuse(int64_t run, const char *what, const char *then, const char *now, int others,
		  struct diag *d)
{
	char more[40] = "";
	if (others > 0)
		snprintf(more, sizeof more, ", and %d more differ%s", others, others == 1 ? "s" : "");
	return diag_set(d, ERR_USAGE, "run %lld cannot be resumed: its %s was %.*s, now it is %.*s%s",
			(long long)run, what, VALUE_MAX, then, VALUE_MAX, now, more);
}

/* ---- texts ---- */

/* The line that `at` begins, without its end. Owned by the caller. */
static char *line_at(const char *at)
{
	return *at ? mem_strndup(at, strcspn(at, "\n")) : mem_strdup("nothing");
}

static const char *after_line(const char *at)
{
	at += strcspn(at, "\n");
	return *at ? at + 1 : at;
}

int same_spec(const struct stored_run *run, const char *now, struct diag *d)
{
	const char *then = run->spec_text, *first_then = NULL, *first_now = NULL;
	int n = 0;
	for (; *then || *now; then = after_line(then), now = after_line(now)) {
		size_t length = strcspn(then, "\n");
		if (length == strcspn(now, "\n") && memcmp(then, now, length) == 0)
			continue;
		if (n++)
			continue;
		first_then = then;
		first_now = now;
	}
	if (n == 0)
		return 0;
	char *a = line_at(first_then), *b = line_at(first_now);
	int rc = refuse(run->id, "spec", a, b, n - 1, d);
	free(a);
	free(b);
	return rc;
}

/* ---- facts ---- */

static char *value_text(const json_t *v)
{
	if (!v)
		return mem_strdup("absent");
	return json_is_string(v) ? mem_strdup(json_string_value(v)) : json_text(v);
}

struct difference {
	int n;
	char *key, *then, *now; /* of the first one; owned */
};

static void difference_free(struct difference *x)
{
	free(x->key);
	free(x->then);
	free(x->now);
}

static void compare_value(struct difference *x, const char *key, const json_t *then, const json_t *now)
{
	if ((!then && !now) || (then && now && json_equal(then, now)))
		return;
	if (x->n++)
		return;
	x->key = mem_strdup(key);
	x->then = value_text(then);
	x->now = value_text(now);
}

static void compare_facts(struct difference *x, const json_t *then, const json_t *now)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)then, key, value)
		compare_value(x, key, value, json_object_get(now, key));
	json_object_foreach((json_t *)now, key, value) if (!json_object_get(then, key))
		compare_value(x, key, NULL, value);
}

/* what: "machine" */
static int refuse_facts(int64_t run, const char *what, const struct difference *x, struct diag *d)
{
	char *name = mem_printf("%s's %.60s", what, x->key);
	int rc = refuse(run, name, x->then, x->now, x->n - 1, d);
	free(name);
	return rc;
}

int same_build(const struct stored_progress *p, const char *program, const struct wire_hello *now,
	       struct diag *d)
{
	struct difference x = {0};
	json_t *then = json_pack("{s:s, s:s}", "program", p->build_program, "version", p->build_version);
	json_t *is = json_pack("{s:s, s:s}", "program", program, "version", now->version);
	if (then && p->build)
		json_object_update_missing(then, p->build);
	if (is && now->build)
		json_object_update_missing(is, now->build);
	compare_facts(&x, then, is);
	int rc = x.n ? refuse_facts(p->run->id, "worker", &x, d) : 0;
	difference_free(&x);
	json_decref(then);
	json_decref(is);
	return rc;
}

int same_machine(const struct stored_run *run, struct diag *d)
{
	char id[33], class_[33];
	struct difference x = {0};
	json_t *now = host_machine("", id, class_);
	int rc = 0;
	if (strcmp(id, run->machine_id) != 0) {
		compare_facts(&x, run->machine, now);
		rc = x.n ? refuse_facts(run->id, "machine", &x, d)
			 : refuse(run->id, "machine", run->machine_id, id, 0, d);
	}
	difference_free(&x);
	json_decref(now);
	return rc;
}

char *same_environment(const struct stored_run *run)
{
	/* What was set, not what varies from minute to minute. */
	static const char *const keys[] = {
		"host.kernel",	   "host.libc",	   "host.affinity",	 "cpu.microcode", "cpu.smt",
		"clocks.governor", "clocks.boost", "clocks.mitigations", "memory.thp"};
	struct difference x = {0};
	json_t *now = host_environment("");
	char *text = NULL;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		compare_value(&x, keys[i], json_object_get(run->environment, keys[i]),
			      json_object_get(now, keys[i]));
	if (x.n)
		text = mem_printf("%s was %.*s, now it is %.*s%s", x.key, VALUE_MAX, x.then, VALUE_MAX, x.now,
				  x.n > 1 ? ", and more of the environment differs" : "");
	difference_free(&x);
	json_decref(now);
	return text;
}

int same_model(const struct stored_point *point, const char *hash, struct diag *d)
{
	const char *then = json_opt_string(point->model, "hash", "");
	if (strcmp(then, hash) == 0)
		return 0;
	return diag_set(d, ERR_USAGE,
			"cannot be resumed: the content of model \"%.120s\" was %.32s, now it is %.32s",
			point_get(&point->point, KEY_MODEL), then, hash);
}
