/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/spec/spec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/spec/value.h"

#define REPEAT	      3
#define REPEAT_KERNEL 20

int spec_repeat(const struct spec *s, const struct point *p)
{
	bool kernel = !p->value[KEY_MODEL] && !point_is_on_cpu(p);
	return s->repeat ? s->repeat : kernel ? REPEAT_KERNEL : REPEAT;
}

void spec_init(struct spec *s)
{
	static const char *const counters[] = {"clock", "rusage"};
	*s = (struct spec){
		.name = mem_strdup(""),
		.file = mem_strdup(""),
		.text = mem_strdup(""),
		.seed = SPEC_SEED,
		.rounds = 6, /* the fewest whose median has a 95 % interval */
		.warmup = 1,
		.min_time_s = 0.1,
		.max_time_s = 60,
		.idle_s = SPEC_IDLE_S,
		.timeout_s = 300, /* a large model from a slow disk, or one verified in plain C */
		.verify = true,
		.ceilings = true,
		.n_counters = 2,
		.n_sections = 1,
	};
	s->counters = mem_alloc(2 * sizeof *s->counters);
	for (int i = 0; i < 2; i++)
		s->counters[i] = mem_strdup(counters[i]);
	s->sections = mem_alloc(sizeof *s->sections);
}

void spec_free(struct spec *s)
{
	for (int i = 0; i < s->n_sections; i++)
		axes_free(s->sections[i].axis);
	for (int i = 0; i < s->n_excludes; i++)
		axes_free(s->excludes[i].axis);
	free(s->sections);
	free(s->excludes);
	for (int i = 0; i < s->n_counters; i++)
		free(s->counters[i]);
	free(s->counters);
	free(s->name);
	free(s->file);
	free(s->text);
	*s = (struct spec){0};
}

static int cannot_open(const char *path, struct diag *d)
{
	struct strbuf known = {0};
	int error = errno;
	if (error == ENOENT)
		strbuf_puts(&known, "; shipped sweeps are named without .yaml:");
	for (const char *const *n = spec_named(); *n && error == ENOENT; n++)
		strbuf_printf(&known, " %s", *n);
	int rc = diag_set_at(d, ERR_IO, path, 0, "%s%s", strerror(error), strbuf_text(&known));
	strbuf_free(&known);
	return rc;
}

int spec_load(struct spec *out, const char *path, struct diag *d)
{
	struct strbuf text = {0};
	FILE *f = fopen(path, "re");
	if (!f)
		return cannot_open(path, d);
	/* One that is too long is refused by spec_parse. */
	int rc = strbuf_read(&text, f, SPEC_BYTES_MAX)
			 ? 0
			 : diag_set_at(d, ERR_IO, path, 0, "%s", strerror(errno));
	fclose(f);
	if (rc == 0)
		rc = spec_parse(out, strbuf_text(&text), text.len, path, d);
	strbuf_free(&text);
	return rc;
}

int spec_set_axis(struct spec *s, enum point_key key, const char *text, struct diag *d)
{
	const struct where flag = {0};
	struct axis axis = {0};
	int rc = axis_add(&axis, key, text, &flag, d);
	for (int i = 0; i < s->n_sections && rc == 0; i++) {
		axis_free(&s->sections[i].axis[key]);
		axis_copy(&s->sections[i].axis[key], &axis);
	}
	axis_free(&axis);
	return rc;
}
