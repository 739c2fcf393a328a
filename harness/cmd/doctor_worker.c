/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor asks a worker what it can do here. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "build_id.h"
#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/cmd/cmd.h"
#include "harness/cmd/doctor_asks.h"
#include "harness/run/client.h"

/* A worker that has not said what it is by then hangs; it loads libraries and tries counters one by one. */
#define PATIENCE_NS ((int64_t)60 * 1000000000)

static const char group[] = "worker";

int doctor_ask(struct client *c, const char *what, json_t *body, json_t **answer, struct diag *d)
{
	int rc = client_ask(c, what, body, PATIENCE_NS, NULL, NULL, answer, NULL, d);
	json_decref(body);
	return rc;
}

/* ---- what it says it is ---- */

static void judge_build(struct finding *f, const struct wire_hello *h)
{
	const char *git = json_opt_string(h->build, "git", NULL);
	const char *version = json_opt_string(h->build, "version", NULL);
	if (!git || !version) {
		finding_unknown(f, "it does not tell its build: a program of others");
		return;
	}
	finding_value(f, "%s, %s", version, git);
	if (strcmp(git, BUILD_GIT) == 0 && strcmp(version, BUILD_VERSION) == 0)
		return;
	finding_bad(f, "this program is %s, %s: they were built apart", BUILD_VERSION, BUILD_GIT);
	finding_fix(f, "build and install both again, or name the worker that is meant with --worker");
}

int doctor_put_usable(struct finding *f, const struct wire_choices *c, const char *prefix)
{
	struct strbuf text = {0};
	int n = 0;
	for (int i = 0; i < c->n; i++) {
		const char *name = c->item[i].name;
		if (!c->item[i].usable ||
		    (prefix ? strncmp(name, prefix, strlen(prefix)) != 0 : strchr(name, ':') != NULL))
			continue;
		strbuf_printf(&text, "%s%s", n ? ", " : "", name);
		n++;
	}
	finding_value(f, "%s", n ? strbuf_text(&text) : "none");
	strbuf_free(&text);
	return n;
}

static void judge_isas(struct finding *f, const struct wire_device *d)
{
	if (doctor_put_usable(f, &d->isas, NULL) == 0) {
		finding_unknown(f, "it lists none");
		return;
	}
	if (strcmp(f->value, "ref") == 0) {
		finding_bad(f, "plain C alone: speeds are a tenth of what the processor can do");
		finding_fix(
			f,
			"see the summary of ./configure for why kernels were left out, and 'inferometer list "
			"isas'");
	}
}

static void judge_providers(struct finding *f, const struct wire_device *d)
{
	const struct wire_choice *missing = NULL;
	if (d->providers.n == 0) {
		finding_unknown(f, "it lists none");
		return;
	}
	int n = doctor_put_usable(f, &d->providers, NULL);
	for (int i = 0; i < d->providers.n && !missing; i++)
		missing = d->providers.item[i].usable ? NULL : &d->providers.item[i];
	if (n > 1)
		return;
	finding_bad(f, "nobody else's matrix products to compare with%s%s%s%s", missing ? "; " : "",
		    missing ? missing->name : "", missing ? ": " : "", missing ? missing->why : "");
	finding_fix(f, "sudo apt install libopenblas0-pthread libdnnl2 libblis4-pthread, any of them");
}

/* PAPI's groups are usable once their events were seen to move. */
static void judge_counters(struct finding *f, const struct wire_hello *h)
{
	const struct wire_choice *papi = wire_choice_find(&h->counters, "papi"), *base = NULL;
	if (!papi) {
		finding_value(f, "none");
		finding_bad(f, "the worker was built without PAPI: hardware is not counted");
		finding_fix(f, "sudo apt install libpapi-dev, then configure and build again");
		return;
	}
	base = wire_choice_find(&h->counters, "papi:base");
	if (doctor_put_usable(f, &h->counters, "papi:") > 0)
		return;
	finding_bad(f, "PAPI counts nothing here: %s", base && *base->why ? base->why : papi->why);
	finding_fix(f, "'inferometer list counters' tells which events and why");
}

static void judge_hello(struct findings *list, const struct wire_hello *h)
{
	judge_build(finding_add(list, group, "build", VERDICT_WARNING, "its answer to \"hello\""), h);
	judge_counters(finding_add(list, group, "papi", VERDICT_ADVICE, "events counted over a known loop"),
		       h);
	if (h->n_devices == 0)
		return;
	judge_isas(finding_add(list, group, "isas", VERDICT_WARNING, "its answer to \"hello\""),
		   &h->devices[0]);
	judge_providers(finding_add(list, group, "providers", VERDICT_ADVICE,
				    "libraries that it could load (its answer to \"hello\")"),
			&h->devices[0]);
}

/* ---- what it can open ---- */

static json_t *model_point(void)
{
	return json_pack("{s:{s:s, s:s, s:s, s:s}}", "point", "workload", "tg1", "model", "default",
			 "precision", "f16", "threads", "1");
}

static void judge_model(struct finding *f, struct client *c)
{
	struct wire_check check = {0};
	struct diag why = {0};
	char text[FINDING_TEXT];
	json_t *answer = NULL;
	int rc = doctor_ask(c, "check", model_point(), &answer, &why);
	if (rc == 0)
		rc = wire_check_from_json(answer, &check, &why);
	json_decref(answer);
	if (rc) {
		finding_bad(f, "%s", diag_format(&why, text, sizeof text));
		finding_fix(f, "it is $INFEROMETER_DATA/models/default.gguf, else where it was installed to");
		return;
	}
	finding_value(f, "opens, needs %.3g MB of %.3g MB", (double)check.total * 1e-6,
		      (double)check.limit * 1e-6);
	if (!check.fits)
		finding_bad(f, "%s", check.why ? check.why : "does not fit");
	wire_check_free(&check);
}

/* ---- all of it ---- */

static int hello(struct client *c, struct wire_hello *out, struct diag *d)
{
	json_t *answer = NULL;
	int rc = doctor_ask(c, "hello",
			    json_pack("{s:i, s:b, s:b}", "protocol", WIRE_PROTOCOL, "events", 1, "states", 1),
			    &answer, d);
	if (rc == 0)
		rc = wire_hello_from_json(answer, out, d);
	json_decref(answer);
	return rc;
}

static int talk(struct findings *list, const char *path, bool gpu_seen, struct diag *d)
{
	struct client *c = NULL;
	struct wire_hello h = {0};
	int rc = client_start(&c, path, d);
	if (rc)
		return rc;
	interrupt_kills(client_pid(c));
	rc = hello(c, &h, d);
	if (rc == 0) {
		judge_hello(list, &h);
		judge_model(
			finding_add(list, group, "default model", VERDICT_PROBLEM, "its answer to \"check\""),
			c);
		doctor_judge_gpus(list, &h, gpu_seen);
	}
	interrupt_kills(0);
	client_stop(c, NULL);
	wire_hello_free(&h);
	return rc;
}

char *doctor_ask_worker(struct findings *list, const char *worker, bool gpu_seen)
{
	struct diag why = {0};
	char text[FINDING_TEXT], *path = worker ? mem_strdup(worker) : NULL;
	struct finding *f = finding_add(list, group, "program", VERDICT_PROBLEM,
					"--worker, INFEROMETER_WORKER, then beside us");
	int at = list->n - 1, rc = path ? 0 : client_find_worker(&path, &why);
	finding_value(f, "%s", path ? path : "none");
	if (rc == 0)
		rc = talk(list, path, gpu_seen, &why);
	if (rc == 0)
		return path;
	f = &list->item[at];
	finding_bad(f, "nothing can be measured: %s", diag_format(&why, text, sizeof text));
	finding_fix(f, "install inferometer-worker beside inferometer, or name one with --worker PROGRAM");
	free(path);
	return NULL;
}
