/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/gemm_blocking.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined __x86_64__ || defined __i386__
#include <cpuid.h>
#endif

#include "engines/base/embed.h"

/* Larger blocks than any cache or matrix only hide typing errors. */
#define BLOCK_MAX 1048576

extern const struct embedded gemm_blocking_files[];

/* Reads "12x32x..." of up to 3 numbers in [1, BLOCK_MAX]; their count, 0 when malformed. */
static int numbers_parse(const char *text, int v[3])
{
	for (int n = 0; n < 3; n++) {
		char *end;
		if (*text < '0' || *text > '9')
			return 0;
		long x = strtol(text, &end, 10);
		if (x < 1 || x > BLOCK_MAX)
			return 0;
		v[n] = (int)x;
		if (*end == '\0')
			return n + 1;
		if (*end != 'x')
			return 0;
		text = end + 1;
	}
	return 0;
}

int blocking_parse(const char *text, struct blocking *out, struct diag *d)
{
	struct blocking b = {0};
	int v[3];
	if (strcmp(text, "auto") != 0) {
		int n = numbers_parse(text, v);
		if (n < 2)
			return diag_set(
				d, ERR_USAGE,
				"blocking \"%.40s\": expected auto, MCxKCxNC (as 480x256x4096) or MRxNR "
				"(as 12x32)",
				text);
		if (n == 2)
			b = (struct blocking){.mr = v[0], .nr = v[1]};
		else
			b = (struct blocking){.mc = v[0], .kc = v[1], .nc = v[2]};
	}
	*out = b;
	return 0;
}

/* "AuthenticAMD 26" */
static void cpu_class(char *buf, int size)
{
	snprintf(buf, (size_t)size, "unknown 0");
#if defined __x86_64__ || defined __i386__
	unsigned a, b, c, d;
	char vendor[13] = "";
	if (!__get_cpuid(0, &a, &b, &c, &d))
		return;
	memcpy(vendor, &b, 4);
	memcpy(vendor + 4, &d, 4);
	memcpy(vendor + 8, &c, 4);
	if (!__get_cpuid(1, &a, &b, &c, &d))
		return;
	unsigned family = (a >> 8 & 15) + ((a >> 8 & 15) == 15 ? a >> 20 & 255 : 0);
	snprintf(buf, (size_t)size, "%s %u", vendor, family);
#endif
}

struct search {
	const char *dtype, *isa, *cpu;
	bool matches; /* a cpu line names this processor, or there is none */
	bool found;
	struct blocking b;
};

/* Takes one line into account; false when it is malformed. */
static bool line_take(struct search *s, const char *line)
{
	char dtype[16], isa[16], rest[2];
	struct blocking b;
	if (line[strspn(line, " \t")] == '\0')
		return true;
	if (strncmp(line, "cpu ", 4) == 0) {
		s->matches = s->matches || strcmp(line + 4, s->cpu) == 0;
		return true;
	}
	if (sscanf(line, "%15s %15s %dx%d %d %d %d %1s", dtype, isa, &b.mr, &b.nr, &b.mc, &b.kc, &b.nc,
		   rest) != 7)
		return false;
	if (b.mr < 1 || b.nr < 1 || b.mc < 1 || b.kc < 1 || b.nc < 1 || b.mc > BLOCK_MAX ||
	    b.kc > BLOCK_MAX || b.nc > BLOCK_MAX)
		return false;
	if (strcmp(dtype, s->dtype) == 0 && strcmp(isa, s->isa) == 0) {
		s->found = true;
		s->b = b;
	}
	return true;
}

static int file_search(struct search *s, char *text, const char *name, struct diag *d)
{
	int n = 0;
	for (char *line = text, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		line[strcspn(line, "#\r")] = '\0';
		n++;
		if (!line_take(s, line))
			return diag_set_at(d, ERR_FORMAT, name, n,
					   "expected \"cpu VENDOR FAMILY\" or \"dtype isa MRxNR MC KC NC\"");
	}
	return 0;
}

int blocking_default(enum dtype dtype, enum isa isa, struct blocking *out, const char **source,
		     struct diag *d)
{
	char cpu[32];
	cpu_class(cpu, sizeof cpu);
	for (const struct embedded *f = gemm_blocking_files; f->name; f++) {
		/* The last file of the table, generic.blk, is for every processor. */
		struct search s = {dtype_name(dtype), isa_name(isa), cpu, !f[1].name, false, {0}};
		char *text = embed_text(gemm_blocking_files, f->name);
		int rc = file_search(&s, text, f->name, d);
		free(text);
		if (rc)
			return rc;
		if (s.matches && s.found) {
			*out = s.b;
			*source = strrchr(f->name, '/') + 1;
			return 0;
		}
	}
	return diag_set(d, ERR_INTERNAL, "no blocking for %s at level %s in the .blk files",
			dtype_name(dtype), isa_name(isa));
}
