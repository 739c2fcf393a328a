/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/stream.h"

#include <string.h>

#define STREAM(ISA, op, stores, isa)
#define STREAM_READ(ISA, isa) {"read_" #isa, ISA_##ISA, read_##isa},
const struct stream_read_info stream_reads[] = {
#include "engines/kernels/stream.inc"
	{0},
};
#undef STREAM_READ
#undef STREAM

enum { stores_plain = 0, stores_nt };

#define STREAM_READ(ISA, isa)
#define STREAM(ISA, op, stores, isa)                                                                         \
	{#op "_" #stores "_" #isa, #op, stores_##stores, ISA_##ISA, op##_##stores##_##isa},
const struct stream_info streams[] = {
#include "engines/kernels/stream.inc"
	{0},
};
#undef STREAM_READ
#undef STREAM

const struct stream_read_info *stream_read_find(enum isa isa)
{
	const struct stream_read_info *best = NULL;
	for (const struct stream_read_info *r = stream_reads; r->name; r++)
		if (r->isa <= isa && (!best || r->isa > best->isa))
			best = r;
	return best;
}

/* Of one level the kernel with the stores asked for; a level without such has its plain ones. */
const struct stream_info *stream_find(const char *op, bool streaming, enum isa isa)
{
	const struct stream_info *best = NULL;
	for (const struct stream_info *s = streams; s->name; s++) {
		if (s->isa > isa || strcmp(s->op, op) != 0 || (s->streaming && !streaming))
			continue;
		if (!best || s->isa > best->isa || (s->isa == best->isa && s->streaming))
			best = s;
	}
	return best;
}
