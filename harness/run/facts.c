/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of a run beside those of its machine: the worker that measures and what it is given. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/host/host.h"
#include "harness/run/run.h"
#include "harness/run/survey.h"
#include "harness/run/sweep.h"

/* A worker that does not say who it is within this time is none. */
#define HELLO_NS ((int64_t)60 * 1000000000)

int run_hello(const char *worker, struct wire_hello *out, struct diag *d)
{
	struct process process = {0};
	json_t *answer = NULL, *body = json_pack("{s:i}", "protocol", WIRE_PROTOCOL);
	int rc = process_start(&process, worker, d);
	if (rc == 0)
		rc = process_ask(&process, "hello", body, HELLO_NS, &answer, NULL, d);
	if (rc == 0)
		rc = wire_hello_from_json(answer, out, d);
	json_decref(body);
	json_decref(answer);
	process_free(&process);
	return rc;
}

/* Usable providers of matrix products: "own, openblas". */
static void providers_of(const struct wire_hello *hello, struct strbuf *out)
{
	const struct wire_device *d = hello->n_devices > 0 ? &hello->devices[0] : NULL;
	for (int i = 0; d && i < d->providers.n; i++)
		if (d->providers.item[i].usable)
			strbuf_printf(out, "%s%s", out->len ? ", " : "", d->providers.item[i].name);
}

/* What those beside the CPU are, as far as they can be used. */
static void devices_put(json_t *facts, const struct wire_hello *hello)
{
	for (int i = 0; i < hello->n_devices; i++) {
		const struct wire_device *dev = &hello->devices[i];
		char key[WIRE_NAME + 16];
		if (!dev->usable || device_is_cpu(dev->name))
			continue;
		snprintf(key, sizeof key, "device.%s", dev->name);
		json_t *what = json_string(dev->description);
		json_object_set_new(facts, key,
				    what ? what : json_string("unknown: what it says of itself is no UTF-8"));
	}
}

void run_put_worker(json_t *facts, const char *worker, const struct wire_hello *hello)
{
	struct strbuf providers = {0};
	providers_of(hello, &providers);
	host_put_worker(facts, worker, hello->build, strbuf_text(&providers));
	strbuf_free(&providers);
	devices_put(facts, hello);
}

/* Files by their content, seeded models by their recipe. */
static json_t *models_of(const struct plan *p)
{
	struct strbuf text = {0};
	for (int i = 0; i < p->n_models; i++)
		strbuf_printf(&text, "%s%s", i ? ", " : "", p->models[i].hash);
	json_t *fact = json_string(text.len ? text.text : "none");
	strbuf_free(&text);
	return fact;
}

json_t *sweep_environment(const struct sweep *s)
{
	json_t *facts = host_environment("");
	run_put_worker(facts, s->worker, s->hello);
	json_t *beside = beside_facts(s->plan);
	json_object_update(facts, beside);
	json_decref(beside);
	json_object_set_new(facts, "inputs.models", models_of(s->plan));
	json_object_set_new(facts, "inputs.seed", json_integer(s->spec->seed));
	json_object_set_new(facts, "inputs.tokenizers", json_string("of the model files"));
	json_object_set_new(facts, "inputs.tokens", json_string("made from the seed"));
	json_object_set_new(facts, "inputs.blocking",
			    json_string(getenv("INFEROMETER_DATA")
						? "files of INFEROMETER_DATA, else the worker's"
						: "the worker's"));
	return facts;
}
