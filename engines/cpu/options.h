/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What engine "cpu" lets one switch by the key "options": name:value pairs joined by +.
 *
 *   wait:spin|passive        idle threads spin for some 40 us before they sleep, or sleep at once
 *   hugepages:on|off         blocks from 4 MiB on ask for transparent huge pages, or for none
 *   packcache:on|off         packed weights are kept and read from the cache folder, or packed anew
 *   memory:local|interleave  pages go to the node that touches them first, or to all nodes in turn
 *
 * The first value of each is what happens without it.
 */
#ifndef IFM_CPU_OPTIONS_H
#define IFM_CPU_OPTIONS_H

#include <stdbool.h>

#include "engines/base/err.h"

struct strbuf;

struct cpu_options {
	bool passive, small_pages, pack_always, interleave; /* all false: as without options */
};

/* ERR_UNSUPPORTED with the nearest known one for an unknown name or value, ERR_USAGE for a name given twice. */
MUST_CHECK int cpu_options_parse(struct cpu_options *out, const char *text, struct diag *d);

/* "options: wait:spin+hugepages:on+...": all of them as they are. */
void cpu_options_describe(const struct cpu_options *o, struct strbuf *out);

#endif
