/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a list of CPUs of /sys, as the affinity and as the options of a point: an error, or what is allowed. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/cpu_list.h"
#include "engines/base/mem.h"
#include "engines/base/place.h"
#include "engines/base/strbuf.h"
#include "engines/cpu/options.h"

static const char *const seeds[] = {"0-3,8\n",	   "0-3+8", "compact",
				    "scatter",	   "node0", "1,1",
				    "8191-8192",   "7+3-5", "wait:spin+hugepages:off",
				    "packcache:on"};

const void *fuzz_seed(int i, size_t *n)
{
	if (i >= (int)(sizeof seeds / sizeof *seeds))
		return NULL;
	*n = strlen(seeds[i]);
	return seeds[i];
}

static void list_run(const char *text)
{
	struct cpu_list l;
	struct diag d = {0};
	if (cpu_list_parse(&l, text, ',', &d)) {
		FUZZ_CHECK(d.code == ERR_USAGE && d.text[0]);
		return;
	}
	for (int i = 0; i < l.n; i++)
		FUZZ_CHECK(l.cpu[i] >= 0 && l.cpu[i] < CPU_LIST_MAX);
	cpu_list_free(&l);
}

/* On a machine that tells nothing of itself. */
static void place_run(const char *text)
{
	int cpus[] = {0, 1, 2, 3, 4, 5, 6, 7};
	const struct cpu_list allowed = {8, cpus};
	struct place p;
	struct diag d = {0};
	if (place_choose(&p, &(struct place_request){text, 2, "/nowhere", &allowed}, &d)) {
		FUZZ_CHECK(d.code && d.text[0]);
		return;
	}
	for (int i = 0; i < 2; i++)
		FUZZ_CHECK(cpu_list_has(&allowed, p.cpus[i]));
	FUZZ_CHECK(p.cpus[0] != p.cpus[1] && p.node == -1);
	free(p.cpus);
}

static void options_run(const char *text)
{
	struct cpu_options o;
	struct strbuf out = {0};
	struct diag d = {0};
	if (cpu_options_parse(&o, text, &d)) {
		FUZZ_CHECK(d.code && d.text[0]);
		return;
	}
	cpu_options_describe(&o, &out);
	FUZZ_CHECK(out.len > 0);
	strbuf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = mem_alloc(n + 1);
	memcpy(text, data, n);
	text[n] = '\0';
	list_run(text);
	place_run(text);
	options_run(text);
	free(text);
	return 0;
}
