/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/model/model.h"
#include "harness/measure/devices.h"

enum { THREADS_MAX = 4096 };

/* ---- the model ---- */

static void model_forget(struct server *s)
{
	model_close(s->model);
	free(s->model_name);
	s->model = NULL;
	s->model_name = NULL;
}

int state_model(struct server *s, const char *name, const struct model_options *options,
		const struct model **out, struct diag *d)
{
	bool same = s->model && strcmp(s->model_name, name) == 0;
	if (same && s->model_has_tokenizer >= options->with_tokenizer &&
	    s->model_has_hash >= options->with_hash) {
		*out = s->model;
		return 0;
	}
	if (!*name)
		return diag_set(d, ERR_USAGE, "point: key \"model\" is missing");
	struct model_options all = {
		.with_tokenizer = options->with_tokenizer || (same && s->model_has_tokenizer),
		.with_hash = options->with_hash || (same && s->model_has_hash),
	};
	struct model *m;
	int rc = model_open(&m, name, &all, d);
	if (rc)
		return rc;
	char *kept = mem_strdup(name);
	model_forget(s);
	s->model = m;
	s->model_name = kept;
	s->model_has_tokenizer = all.with_tokenizer;
	s->model_has_hash = all.with_hash;
	*out = m;
	return 0;
}

/* ---- the engine ---- */

bool engine_waits_as(const struct open_engine *e, bool passive)
{
	return e->passive == passive || e->ops->device_clock;
}

static bool engine_is(const struct open_engine *a, const struct open_engine *b)
{
	return a->engine && a->ops == b->ops && strcmp(a->isa, b->isa) == 0 &&
	       strcmp(a->device, b->device) == 0 && strcmp(a->affinity, b->affinity) == 0 &&
	       strcmp(a->options, b->options) == 0 && a->n_threads == b->n_threads && a->pin == b->pin &&
	       engine_waits_as(a, b->passive);
}

void state_engine_close(struct server *s)
{
	state_unprepare(s);
	if (s->engine.engine)
		s->engine.ops->close(s->engine.engine);
	free(s->engine.affinity);
	free(s->engine.options);
	memset(&s->engine, 0, sizeof s->engine);
}

static int engine_reopen(struct server *s, struct open_engine *want, struct diag *d)
{
	state_engine_close(s);
	const struct engine_config config = {
		.device = want->device,
		.isa = want->isa,
		.n_threads = want->n_threads,
		.pin = want->pin,
		.passive_wait = want->passive,
		.affinity = want->affinity,
		.options = want->options,
	};
	int rc = want->ops->open(&want->engine, &config, d);
	if (rc)
		return rc;
	s->engine = *want;
	s->engine.affinity = mem_strdup(want->affinity);
	s->engine.options = mem_strdup(want->options);
	return 0;
}

/* Threads are pinned where the point says so. Left to us they are not when there are more than CPUs, which cannot have
 * one each. Those that another provider starts would all inherit the one CPU of the thread that calls it. */
static bool is_pinned(const struct point *p, int64_t threads)
{
	bool own = strcmp(point_get(p, KEY_PROVIDER), point_key_default(KEY_PROVIDER)) == 0;
	bool placed = strcmp(point_get(p, KEY_AFFINITY), point_key_default(KEY_AFFINITY)) != 0;
	return own && (placed || threads <= pool_usable_cpus());
}

int state_engine(struct server *s, const struct point *p, int n_threads, bool passive, struct diag *d)
{
	struct open_engine want = {.passive = passive};
	const struct device_caps *device = NULL;
	int rc = device_find(s, p, &want.ops, &device, d);
	int most = device && device->n_cpus > 0 ? device->n_cpus : 1;
	int64_t threads = n_threads < most ? n_threads : most;
	if (rc == 0 && n_threads == 0)
		rc = point_get_int(p, KEY_THREADS, 1, THREADS_MAX, &threads, d);
	if (rc)
		return rc;
	want.n_threads = (int)threads;
	want.pin = is_pinned(p, threads);
	/* Texts of the point: engine_reopen copies them. */
	want.affinity = (char *)(uintptr_t)point_get(p, KEY_AFFINITY);
	want.options = (char *)(uintptr_t)point_get(p, KEY_OPTIONS);
	snprintf(want.isa, sizeof want.isa, "%s", point_get(p, KEY_ISA));
	snprintf(want.device, sizeof want.device, "%s", device->name);
	return engine_is(&s->engine, &want) ? 0 : engine_reopen(s, &want, d);
}

/* ---- the prepared point ---- */

void state_unprepare(struct server *s)
{
	if (s->prepared.workload)
		s->prepared.workload->free(s->prepared.run);
	point_free(&s->prepared.point);
	memset(&s->prepared, 0, sizeof s->prepared);
}

void state_free(struct server *s)
{
	state_engine_close(s);
	model_forget(s);
	json_decref(s->pending);
	devices_forget(s);
}
