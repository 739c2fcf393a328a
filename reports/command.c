/* SPDX-License-Identifier: Apache-2.0 */
/* The line that measures a point again, from its keys and what the run was asked. */
#include "config.h"

#include <string.h>

#include "reports/text.h"
#include "reports/view.h"

/* What a run has that was told neither: harness/spec. */
#define SEED_USUAL     20240229
#define COUNTERS_USUAL "clock, rusage"

static void put_keys(struct strbuf *out, const struct row *r)
{
	static const struct {
		enum point_key key;
		const char *flag;
	} flags[] = {{KEY_MODEL, "-m"},
		     {KEY_WORKLOAD, "--workload"},
		     {KEY_PRECISION, "--precision"},
		     {KEY_KV, "--kv"},
		     {KEY_SEQUENCES, "--sequences"},
		     {KEY_DEPTH, "--depth"},
		     {KEY_UBATCH, "--ubatch"},
		     {KEY_THREADS, "-t"},
		     {KEY_ISA, "--isa"},
		     {KEY_BLOCKING, "--blocking"},
		     {KEY_PROVIDER, "--provider"},
		     {KEY_ENGINE, "--engine"},
		     {KEY_DEVICE, "--device"},
		     {KEY_M, "--gemm-m"},
		     {KEY_N, "--gemm-n"},
		     {KEY_K, "--gemm-k"},
		     {KEY_SIZE, "--size"},
		     {KEY_TYPE, "--type"},
		     {KEY_AFFINITY, "--affinity"},
		     {KEY_CACHE, "--cache"},
		     {KEY_DURATION, "--duration"},
		     {KEY_OPTIONS, "--options"},
		     {KEY_INJECT, "--inject"}};

	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		const char *value = r->point->point.value[flags[i].key];
		const char *usual = point_key_default(flags[i].key);

		if (!value || (usual && strcmp(usual, value) == 0))
			continue;
		strbuf_printf(out, " %s ", flags[i].flag);
		text_shell(out, value);
	}
}

/*
 * The counters as the spec's text has them when it was written by harness/spec, "counters: [a, b]" on a line of its
 * own. One that was written by hand may have another form: it is then not repeated.
 */
static void put_counters(struct strbuf *out, const char *spec)
{
	static const char head[] = "\ncounters: [";
	const char *list = spec ? strstr(spec, head) : NULL;
	struct strbuf names = {0};
	size_t n;

	if (!list)
		return;
	list += strlen(head);
	n = strspn(list, "abcdefghijklmnopqrstuvwxyz0123456789_-:, ");
	if (list[n] != ']' || (n == strlen(COUNTERS_USUAL) && strncmp(list, COUNTERS_USUAL, n) == 0))
		return;
	for (size_t i = 0; i < n; i++)
		if (list[i] != ' ')
			strbuf_putc(&names, list[i]);
	strbuf_puts(out, " --counters ");
	text_shell(out, n ? strbuf_text(&names) : "none");
	strbuf_free(&names);
}

void row_command(struct strbuf *out, const struct stored_run *run, const struct row *r)
{
	strbuf_puts(out, "inferometer run");
	put_keys(out, r);
	if (run->seed != SEED_USUAL)
		strbuf_printf(out, " --seed %lld", (long long)run->seed);
	put_counters(out, run->spec_text);
}
