/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/gemm_blocking.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined __x86_64__ || defined __i386__
#include <cpuid.h>
#endif

#include "engines/base/embed.h"
#include "engines/base/mem.h"

/* Larger blocks than any cache or matrix only hide typing errors. */
#define BLOCK_MAX 1048576
#define BLANKS	  " \t"

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

/* "AuthenticAMD 26"; "arm64 0x41 0xd0c" */
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
#elif defined __aarch64__
	snprintf(buf, (size_t)size, "%s", cpuid_brand());
#endif
}

struct search {
	const struct blocking_query *q;
	bool matches; /* a cpu line names the processor, or there need be none */
	bool found;
	struct blocking b;
};

/* A number in [1, BLOCK_MAX] and the byte behind it, which must be end; false when there is none. */
static bool number_take(const char **text, char end, int *out)
{
	char *rest;
	if (**text < '0' || **text > '9')
		return false;
	long x = strtol(*text, &rest, 10);
	if (x < 1 || x > BLOCK_MAX || *rest != end)
		return false;
	*out = (int)x;
	*text = rest + (end != '\0');
	return true;
}

/* Cuts the next word out of a line; "" behind the last. */
static const char *word_next(char **line)
{
	char *word = *line + strspn(*line, BLANKS);
	size_t n = strcspn(word, BLANKS);
	*line = word + n + (word[n] != '\0');
	word[n] = '\0';
	return word;
}

/* MRxNR MC KC NC, and nothing behind. */
static bool blocking_take(struct blocking *b, char *rest)
{
	const char *tile = word_next(&rest), *mc = word_next(&rest), *kc = word_next(&rest);
	const char *nc = word_next(&rest);
	return number_take(&tile, 'x', &b->mr) && number_take(&tile, '\0', &b->nr) &&
	       number_take(&mc, '\0', &b->mc) && number_take(&kc, '\0', &b->kc) &&
	       number_take(&nc, '\0', &b->nc) && *word_next(&rest) == '\0';
}

/* Takes one line into account; false when it is malformed. */
static bool line_take(struct search *s, char *line)
{
	struct blocking b;
	if (line[strspn(line, BLANKS)] == '\0')
		return true;
	if (strncmp(line, "cpu ", 4) == 0) {
		s->matches = s->matches || strcmp(line + 4, s->q->cpu) == 0;
		return true;
	}
	const char *dtype = word_next(&line), *isa = word_next(&line);
	if (!blocking_take(&b, line))
		return false;
	if (strcmp(dtype, s->q->dtype) == 0 && strcmp(isa, s->q->isa) == 0) {
		s->found = true;
		s->b = b;
	}
	return true;
}

static int lines_search(struct search *s, char *text, const char *name, struct diag *d)
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

int blocking_read(const char *text, const char *file, const struct blocking_query *q, struct blocking *out,
		  bool *found, struct diag *d)
{
	struct search s = {.q = q, .matches = q->any_cpu};
	char *copy = mem_strdup(text);
	int rc = lines_search(&s, copy, file, d);
	free(copy);
	if (rc)
		return rc;
	*found = s.matches && s.found;
	if (*found)
		*out = s.b;
	return 0;
}

int blocking_default(enum dtype dtype, enum isa isa, struct blocking *out, const char **source,
		     struct diag *d)
{
	char cpu[32];
	cpu_class(cpu, sizeof cpu);
	for (const struct embedded *f = gemm_blocking_files; f->name; f++) {
		/* The last file of the table, generic.blk, is for every processor. */
		const struct blocking_query q = {dtype_name(dtype), isa_name(isa), cpu, !f[1].name};
		char *text = embed_text(gemm_blocking_files, f->name);
		bool found = false;
		int rc = blocking_read(text, f->name, &q, out, &found, d);
		free(text);
		if (rc)
			return rc;
		if (found) {
			*source = strrchr(f->name, '/') + 1;
			return 0;
		}
	}
	return diag_set(d, ERR_INTERNAL, "no blocking for %s at level %s in the .blk files",
			dtype_name(dtype), isa_name(isa));
}
