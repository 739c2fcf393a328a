/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks of all points of a plan, many in a request: one a request costs two changes of process each, which is most of
 * the time of a large plan. A worker that does not know lists answers the first point alone and is asked singly.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "harness/plan/plan.h"
#include "harness/run/survey.h"

/* So many in a request: what a request costs is spread, and a worker that dies of one makes few be asked again. */
enum { CHECKS_MAX = 256 };

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

/* How many of them were answered. */
static int check_list(struct survey *s, struct plan *p, const int *which, int n)
{
	json_t *points = json_array(), *answer = NULL;
	struct diag why = {0};
	for (int k = 0; k < n; k++)
		json_array_append_new(points, point_to_json(&p->points[which[k]].point));
	/* Who ignores "points" finds the first of them where it stands for one point. */
	json_t *body = json_pack("{s:O, s:o}", "point", json_array_get(points, 0), "points", points);
	int rc = survey_ask(s, "check", body, &answer, &why), done = 0;
	const json_t *list = json_object_get(answer, "checks");
	s->one_by_one = !list && client_alive(s->process.client);
	if (s->one_by_one) {
		admit(s, p, which[0], rc, answer, &why);
		done = 1;
	} else if (json_is_array(list) && json_array_size(list) == (size_t)n) {
		for (; done < n; done++)
			admit_entry(s, p, which[done], json_array_get(list, (size_t)done));
	}
	json_decref(answer);
	return done;
}

/* After one that died of a list each point is asked for apart: it dies of one of them. */
static void check_many(struct survey *s, struct plan *p, const int *which, int n)
{
	int done = n > 1 && !s->one_by_one ? check_list(s, p, which, n) : 0;
	for (; done < n; done++)
		check_one(s, p, which[done]);
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
	int *which = mem_alloc(((size_t)p->n_points + 1) * sizeof *which), n = 0;
	for (int i = 0; i < p->n_points; i++)
		if (p->points[i].state == POINT_PLANNED && !p->points[i].checked)
			which[n++] = i;
	qsort_r(which, (size_t)n, sizeof *which, by_engine, p);
	for (int at = 0; at < n; at += CHECKS_MAX)
		check_many(s, p, which + at, n - at < CHECKS_MAX ? n - at : CHECKS_MAX);
	free(which);
}
