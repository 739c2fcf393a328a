/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks of all points of a plan, many in a request: one a request costs two changes of process each, which is most of
 * the time of a large plan. A worker that does not know lists answers the first point alone and is asked singly. To one
 * that knows them each list is sent before the answer to the one before is read, so that both sides work.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "harness/plan/plan.h"
#include "harness/run/survey.h"
#include "harness/run/sweep.h"

enum {
	/* So many in a request: what it costs is spread, and a worker that dies of one makes few be asked again. */
	CHECKS_MAX = 64,
	/* Bytes of their values: as JSON, with its keys and escapes, a request stays below what client_send may. */
	CHECKS_BYTES = 8 << 10,
};

/* A refusal is an answer; a worker that dies of a check would die of the visit. */
static void admit_refusal(struct survey *s, struct plan *p, int i, int rc, const struct diag *why)
{
	char text[sizeof why->file + sizeof why->text + 16];
	struct wire_check refused = {.why = text, .code = (enum err)rc};
	struct plan_point *point = &p->points[i];
	diag_format(why, text, sizeof text);
	if (client_alive(s->process.client) && rc != ERR_FORMAT) {
		plan_admit(p, i, &refused);
		return;
	}
	free(point->reason);
	point->state = POINT_FAILED;
	point->reason = mem_printf("%s in its check", text);
}

static void admit_answer(struct survey *s, struct plan *p, int i, const json_t *answer)
{
	struct wire_check check;
	struct diag why = {0};
	int rc = wire_check_from_json(answer, &check, &why);
	if (rc) {
		admit_refusal(s, p, i, rc, &why);
		return;
	}
	plan_admit(p, i, &check);
	wire_check_free(&check);
}

static void admit(struct survey *s, struct plan *p, int i, int rc, const json_t *answer,
		  const struct diag *why)
{
	if (rc)
		admit_refusal(s, p, i, rc, why);
	else
		admit_answer(s, p, i, answer);
}

static void check_one(struct survey *s, struct plan *p, int i)
{
	json_t *answer = NULL;
	struct diag why = {0};
	int rc = survey_ask(s, "check", json_pack("{s:o}", "point", point_to_json(&p->points[i].point)),
			    &answer, &why);
	admit(s, p, i, rc, answer, &why);
	json_decref(answer);
}

/* ---- many ---- */

/* {ok: ...} or {error: {code, text}} */
static void admit_entry(struct survey *s, struct plan *p, int i, const json_t *entry)
{
	const json_t *ok = json_object_get(entry, "ok"), *error = json_object_get(entry, "error");
	struct diag why = {0};
	enum err code = err_from_name(json_opt_string(error, "code", ""));
	if (json_is_object(ok)) {
		admit_answer(s, p, i, ok);
		return;
	}
	if (!json_is_object(error) || code == ERR_OK)
		code = diag_set(&why, ERR_FORMAT, "worker sent a check that is neither \"ok\" nor an error");
	else
		diag_set(&why, code, "%s", json_opt_string(error, "text", "the worker gives no reason"));
	admit_refusal(s, p, i, code, &why);
}

/* Points of the order that are asked for at once. */
struct list {
	const int *which; /* indices of points */
	int n;
	struct client_request request;
	bool sent;
	int start; /* the worker that it was sent to, counted by survey.n_starts */
};

/* Points that are asked for apart, after the lists: of a worker that knows none, or that died of one of them. */
struct left {
	int *which, n;
};

static size_t values_bytes(const struct point *p)
{
	size_t n = 0;
	for (int key = 0; key < KEY_COUNT; key++)
		n += strlen(point_get(p, (enum point_key)key));
	return n;
}

/* The next list of at most n; at least one point. */
static struct list list_from(const struct plan *p, const int *which, int n)
{
	struct list l = {.which = which, .n = 1};
	size_t bytes = values_bytes(&p->points[which[0]].point);
	for (; l.n < n && l.n < CHECKS_MAX; l.n++) {
		bytes += values_bytes(&p->points[which[l.n]].point);
		if (bytes > CHECKS_BYTES)
			break;
	}
	return l;
}

/* New reference. Who ignores "points" finds the first of them where it stands for one point. */
static json_t *list_body(const struct plan *p, const struct list *l)
{
	json_t *points = json_array();
	for (int k = 0; k < l->n; k++)
		json_array_append_new(points, point_to_json(&p->points[l->which[k]].point));
	return json_pack("{s:O, s:o}", "point", json_array_get(points, 0), "points", points);
}

static void list_send(struct survey *s, const struct plan *p, struct list *l)
{
	struct diag why = {0};
	json_t *body = list_body(p, l);
	if (survey_awake(s, &why) == 0)
		l->sent = client_send(s->process.client, "check", body, spec_timeout_ns(s->spec), &l->request,
				      &why) == 0;
	l->start = s->n_starts;
	json_decref(body);
}

/* Admits what was answered and puts the rest behind what is left. */
static void list_admit(struct survey *s, struct plan *p, const struct list *l, const json_t *answer,
		       struct left *left)
{
	const json_t *list = json_object_get(answer, "checks");
	bool good = json_is_array(list) && json_array_size(list) == (size_t)l->n;
	for (int k = 0; k < l->n; k++)
		if (good)
			admit_entry(s, p, l->which[k], json_array_get(list, (size_t)k));
		else
			left->which[left->n++] = l->which[k];
}

/* What was sent to a worker that has died since is not answered. */
static void list_receive(struct survey *s, struct plan *p, const struct list *l, struct left *left)
{
	struct diag why = {0};
	json_t *answer = NULL;
	if (l->sent && l->start == s->n_starts &&
	    client_receive(s->process.client, &l->request, &answer, &why))
		answer = NULL;
	list_admit(s, p, l, answer, left);
	json_decref(answer);
}

/* Whether the worker knows lists: found out by a list of its own, which is not sent ahead of another. */
static void lists_try(struct survey *s, struct plan *p, const struct list *l, struct left *left)
{
	struct diag why = {0};
	json_t *answer = NULL;
	int rc = survey_ask(s, "check", list_body(p, l), &answer, &why);
	bool knows = json_object_get(answer, "checks") != NULL;
	s->lists = knows ? LISTS_KNOWN : client_alive(s->process.client) ? LISTS_UNKNOWN : LISTS_UNTRIED;
	if (s->lists == LISTS_UNKNOWN) {
		const struct list rest = {.which = l->which + 1, .n = l->n - 1};
		admit(s, p, l->which[0], rc, answer, &why);
		list_admit(s, p, &rest, NULL, left);
	} else {
		list_admit(s, p, l, answer, left);
	}
	json_decref(answer);
}

/* Two lists are at work at a time. Returns how many of the points it came to. */
static int lists_ask(struct survey *s, struct plan *p, const int *which, int n, struct left *left)
{
	struct list now = list_from(p, which, n), next;
	int at = now.n;
	if (s->lists == LISTS_UNTRIED) {
		lists_try(s, p, &now, left);
		return at;
	}
	for (list_send(s, p, &now); now.n; now = next) {
		next = at < n ? list_from(p, which + at, n - at) : (struct list){0};
		at += next.n;
		if (next.n)
			list_send(s, p, &next);
		list_receive(s, p, &now, left);
	}
	return at;
}

/* By what an engine and its products are opened with, so that they are opened few times; then as they stand. */
static int by_engine(const void *a, const void *b, void *plan)
{
	static const enum point_key keys[] = {KEY_ENGINE,   KEY_DEVICE,	  KEY_ISA,	 KEY_THREADS,
					      KEY_PROVIDER, KEY_AFFINITY, KEY_PRECISION, KEY_BLOCKING};
	const struct plan *p = plan;
	int i = *(const int *)a, j = *(const int *)b, order = 0;
	for (size_t k = 0; k < sizeof keys / sizeof keys[0] && order == 0; k++)
		order = strcmp(point_get(&p->points[i].point, keys[k]),
			       point_get(&p->points[j].point, keys[k]));
	return order ? order : (i > j) - (i < j);
}

void survey_check(struct survey *s, struct plan *p)
{
	size_t size = ((size_t)p->n_points + 1) * sizeof(int);
	struct left left = {mem_alloc(size), 0};
	int *which = mem_alloc(size), n = 0;
	for (int i = 0; i < p->n_points; i++)
		if (p->points[i].state == POINT_PLANNED && !p->points[i].checked)
			which[n++] = i;
	qsort_r(which, (size_t)n, sizeof *which, by_engine, p);
	for (int at = 0; at < n;)
		if (s->lists == LISTS_UNKNOWN)
			left.which[left.n++] = which[at++];
		else
			at += lists_ask(s, p, which + at, n - at, &left);
	for (int i = 0; i < left.n; i++)
		check_one(s, p, left.which[i]);
	free(which);
	free(left.which);
}
