/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/ask_convert.h"

#include <string.h>

#include "engines/base/clock.h"
#include "engines/base/json.h"
#include "engines/base/pool.h"
#include "engines/model/convert/convert.h"
#include "harness/measure/state.h"

/* Progress is told so often. */
#define PROGRESS_NS 200000000
/* More threads than any machine has CPUs: a bound for what a false number can cost. */
#define THREADS_MAX 4096

struct listener {
	struct server *server;
	int64_t told; /* when progress was told last */
	int failed;   /* of an event that could not be sent */
};

static int on_progress(void *arg, uint64_t done, uint64_t all)
{
	struct listener *l = arg;
	int64_t now = clock_ns();
	if (now - l->told >= PROGRESS_NS) {
		json_t *event = json_pack("{s:I, s:I}", "done", (json_int_t)done, "all", (json_int_t)all);
		l->told = now;
		l->failed = server_event(l->server, "progress", event, NULL);
	}
	return l->failed || server_cancelled(l->server);
}

static int get_config(struct convert_config *c, const json_t *message, struct diag *d)
{
	const char *precision;
	int64_t n = pool_usable_cpus();
	int rc = json_get_string(message, "path", &c->path, d);
	if (!rc)
		rc = json_get_string(message, "precision", &precision, d);
	if (!rc && json_object_get(message, "threads"))
		rc = json_get_int(message, "threads", 1, THREADS_MAX, &n, d);
	if (rc)
		return rc;
	if (!dtype_parse(precision, &c->precision))
		return diag_set(d, ERR_UNSUPPORTED, "unknown precision \"%.60s\", files have %s", precision,
				dtype_file_names());
	c->replace = json_opt_bool(message, "replace", 0);
	c->n_threads = (int)n;
	return 0;
}

static json_t *result_json(const struct convert_result *r)
{
	json_t *types = json_object();
	for (int i = 0; i < DTYPE_COUNT; i++)
		if (r->n_of[i])
			json_object_set_new(types, dtype_name((enum dtype)i), json_integer(r->n_of[i]));
	return json_pack("{s:I, s:i, s:o}", "bytes", (json_int_t)r->n_bytes, "tensors", r->n_tensors, "types",
			 types);
}

int ask_convert(struct server *s, const json_t *message, const struct model *m, json_t **ok, struct diag *d)
{
	struct listener listener = {.server = s, .told = clock_ns()};
	struct convert_config config = {.progress = on_progress, .arg = &listener};
	struct convert_result result;
	int rc = get_config(&config, message, d);
	if (!rc)
		rc = convert_model(m, &config, &result, d);
	if (!rc)
		*ok = result_json(&result);
	return rc;
}
