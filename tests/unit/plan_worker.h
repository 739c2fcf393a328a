/* SPDX-License-Identifier: Apache-2.0 */
/* Plans under a worker that is only a recorded answer, for tests. */
#ifndef IFM_TESTS_UNIT_PLAN_WORKER_H
#define IFM_TESTS_UNIT_PLAN_WORKER_H

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/plan/plan.h"
#include "tests/tap.h"

/* ---- a worker with 2 CPUs and the levels ref and avx2 ---- */

static const char hello_text[] =
	"{'protocol': 1, 'engine': 'cpu', 'version': '0', 'build': {},"
	" 'devices': [{'name': 'cpu', 'description': 'two cores', 'usable': true, 'why': '', 'n_cpus': 2,"
	"   'memory_bytes': 8000000000,"
	"   'isas': [{'name': 'ref', 'usable': true, 'why': ''}, {'name': 'avx2', 'usable': true, 'why': ''},"
	"     {'name': 'avx512', 'usable': false, 'why': 'not on this CPU'}],"
	"   'precisions': [{'name': 'f32', 'usable': true, 'why': ''}, {'name': 'f16', 'usable': true, "
	"'why': ''},"
	"     {'name': 'q8_0', 'usable': true, 'why': ''}],"
	"   'kvs': [{'name': 'f32', 'usable': true, 'why': ''}, {'name': 'f16', 'usable': true, 'why': ''}],"
	"   'providers': [{'name': 'own', 'usable': true, 'why': ''},"
	"     {'name': 'openblas', 'usable': true, 'why': ''}],"
	"   'affinities': [{'name': 'auto', 'usable': true, 'why': ''}, {'name': 'compact', 'usable': true, "
	"'why': ''},"
	"     {'name': 'node0', 'usable': true, 'why': ''},"
	"     {'name': 'node1', 'usable': false, 'why': 'it has no CPUs'}]},"
	"  {'name': 'cuda:0', 'description': '', 'usable': false, 'why': 'no driver', 'n_cpus': 0,"
	"   'memory_bytes': 0, 'isas': [], 'precisions': [], 'kvs': [], 'providers': []}],"
	" 'workloads': ["
	"  {'name': 'pp', 'ceiling': false, 'uses_model': true, 'keys': ['engine', 'device', 'isa', "
	"'threads',"
	"    'workload', 'model', 'precision', 'kv', 'sequences', 'blocking', 'provider', 'depth', "
	"'ubatch']},"
	"  {'name': 'tg', 'ceiling': false, 'uses_model': true, 'keys': ['engine', 'device', 'isa', "
	"'threads',"
	"    'workload', 'model', 'precision', 'kv', 'sequences', 'blocking', 'provider']},"
	"  {'name': 'gemm', 'ceiling': false, 'uses_model': false, 'keys': ['engine', 'device', 'isa', "
	"'threads',"
	"    'workload', 'm', 'n', 'k', 'precision', 'blocking', 'provider', 'affinity']},"
	"  {'name': 'read', 'ceiling': true, 'uses_model': false, 'keys': ['engine', 'device', 'isa', "
	"'threads',"
	"    'workload', 'size']},"
	"  {'name': 'fma', 'ceiling': true, 'uses_model': false, 'keys': ['engine', 'device', 'isa', "
	"'threads',"
	"    'workload', 'type']}],"
	" 'counters': [{'name': 'clock', 'usable': true, 'why': ''},"
	"  {'name': 'papi', 'usable': true, 'why': '', 'groups': true}],"
	" 'engines': [{'name': 'cpu', 'usable': true, 'why': ''}, {'name': 'null', 'usable': true, 'why': "
	"''}]}";

static struct wire_hello hello;

static inline void hello_make(void)
{
	char *text = mem_strdup(hello_text);
	json_t *o;
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	o = json_loads(text, 0, NULL);
	if (!o || wire_hello_from_json(o, &hello, NULL))
		bail("the worker's answer is malformed");
	json_decref(o);
	free(text);
}

static char name_default[] = "kjv", name_160m[] = "llama-160m", name_1b[] = "llama-1b";
static const struct plan_model models[] = {
	{.name = "default",
	 .answer = {.hash = "0123456789abcdef0123456789abcdef", .name = name_default, .file_type = "f16"}},
	{.name = "synthetic:llama-160m",
	 .answer = {.hash = "00000000000000000000000000000160", .name = name_160m, .file_type = "f32"}},
	{.name = "synthetic:llama-1b",
	 .answer = {.hash = "0000000000000000000000000000001b", .name = name_1b, .file_type = "f32"}},
	{.name = "copy.gguf",
	 .answer = {.hash = "0123456789abcdef0123456789abcdef", .name = name_default, .file_type = "f16"}},
	{.name = "q4.gguf",
	 .answer = {.hash = "000000000000000000000000000000q4", .name = name_default, .file_type = "q4_k"}},
	{.name = "none.gguf", .error = "none.gguf: No such file or directory", .code = ERR_IO},
	{.name = "far.gguf", .error = "its library is absent", .code = ERR_UNAVAILABLE},
};
enum { N_MODELS = sizeof models / sizeof models[0] };

static inline int expand(struct plan *p, const char *yaml, struct diag *d)
{
	struct spec s;
	struct diag own = {0};
	if (spec_parse(&s, yaml, strlen(yaml), "x.yaml", &own)) {
		printf("# %s\n", own.text);
		bail("the spec is malformed");
	}
	int rc = plan_expand(p, &s, &hello, models, N_MODELS, d);
	spec_free(&s);
	return rc;
}

/* Canonical texts of a plan's points with state and reason, one a line, keys parted by spaces. */
static inline void list_points(const struct plan *p, struct strbuf *out)
{
	for (int i = 0; i < p->n_points; i++) {
		const struct plan_point *point = &p->points[i];
		size_t from = out->len;
		point_canonical(&point->point, NULL, out);
		for (size_t c = from; c < out->len; c++)
			out->text[c] = out->text[c] == '\n' ? ' ' : out->text[c];
		if (point->state != POINT_PLANNED)
			strbuf_printf(out, " -> %s: %s",
				      point->state == POINT_SKIPPED ? "skipped" : "unavailable",
				      point->reason);
		strbuf_putc(out, '\n');
	}
}

#endif
