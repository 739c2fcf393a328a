/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "workloads/workload.h"

#include <stddef.h>
#include <string.h>

#include "engines/base/nearest.h"
#include "engines/base/strbuf.h"
#include "workloads/all.h"

const struct workload_ops *const workload_registry[] = {
	&workload_pp,	   &workload_tg,       &workload_gemm,	&workload_read,
	&workload_fma,	   &workload_write,    &workload_copy,	&workload_triad,
	&workload_latency, &workload_forkjoin, &workload_timer, NULL,
};

enum { NAME_BYTES_MAX = 31 }; /* of what is compared with known names */

/* Of nothing that is near, all there are. */
static void unknown_fail(const char *text, const char *name, struct diag *d)
{
	struct nearest near = {.name = name};
	struct strbuf hint = {0};
	for (int i = 0; workload_registry[i]; i++)
		nearest_offer(&near, workload_registry[i]->name);
	if (!nearest_put(&near, &hint)) {
		strbuf_puts(&hint, ", known are");
		for (int i = 0; workload_registry[i]; i++)
			strbuf_printf(&hint, "%s %s", i ? "," : "", workload_registry[i]->name);
	}
	diag_set(d, ERR_UNSUPPORTED, "unknown workload \"%.40s\"%s", text, strbuf_text(&hint));
	strbuf_free(&hint);
}

const struct workload_ops *workload_find(const char *text, const char **argument, struct diag *d)
{
	char name[NAME_BYTES_MAX + 1] = "";
	size_t letters = strcspn(text, "0123456789");
	strncat(name, text, letters < NAME_BYTES_MAX ? letters : NAME_BYTES_MAX);
	for (int i = 0; workload_registry[i]; i++) {
		const struct workload_ops *w = workload_registry[i];
		if (strlen(w->name) != letters || memcmp(text, w->name, letters) != 0)
			continue;
		if (w->accepts(text + letters, d))
			return NULL;
		*argument = text + letters;
		return w;
	}
	unknown_fail(text, name, d);
	return NULL;
}
