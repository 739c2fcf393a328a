/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as what follows a flag: "KEY VALUE" sets an axis (lists, ranges) or an option, or says why not. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "engines/base/mem.h"
#include "harness/spec/spec.h"

static const char *const seeds[] = {
	"threads 1,2,4-8,all",	"sequences 1-1024*2",	  "workload pp64-512*2,tg32 @ d128,pp4+tg8",
	"size 4096-65536+4096", "affinity 0-3+8,scatter", "model synthetic:llama-160m?layers=2",
	"min_time 1e-3",	"counters clock,rusage",  "seed -9223372036854775808",
	"verify off",
};

const void *fuzz_seed(int i, size_t *n)
{
	if (i >= (int)(sizeof seeds / sizeof *seeds))
		return NULL;
	*n = strlen(seeds[i]);
	return seeds[i];
}

static void axis_run(struct spec *s, enum point_key key, const char *text)
{
	struct diag d = {0};
	if (spec_set_axis(s, key, text, &d)) {
		FUZZ_CHECK(d.code == ERR_USAGE && d.text[0]);
		return;
	}
	const struct axis *a = &s->sections[0].axis[key];
	FUZZ_CHECK(a->n >= 1 && a->n <= SPEC_VALUES_MAX);
	for (int i = 0; i < a->n; i++)
		FUZZ_CHECK(a->value[i][0] || key == KEY_OPTIONS);
}

static void option_run(struct spec *s, const char *name, const char *text)
{
	struct diag d = {0};
	if (spec_set_option(s, name, text, &d))
		FUZZ_CHECK(d.code == ERR_USAGE && d.text[0]);
}

/* What was taken can be written and read again. */
static void render_run(struct spec *s)
{
	struct spec back;
	if (spec_check(s, NULL))
		return;
	spec_render(s);
	if (strlen(s->text) > SPEC_BYTES_MAX)
		return;
	FUZZ_CHECK(spec_parse(&back, s->text, strlen(s->text), "back.yaml", NULL) == 0);
	spec_free(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct spec s;
	char *text = mem_strndup((const char *)data, n), *value = strchr(text, ' ');
	spec_init(&s);
	if (value) {
		*value++ = '\0';
		enum point_key key = point_key_find(text);
		if (key < KEY_COUNT)
			axis_run(&s, key, value);
		else
			option_run(&s, text, value);
		render_run(&s);
	}
	spec_free(&s);
	free(text);
	return 0;
}
