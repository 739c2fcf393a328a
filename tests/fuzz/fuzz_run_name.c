/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a label and as the date of a run: taken as they are, or refused with a reason. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/store/runs.h"

static const char *const seeds[] = {"nightly", "branch=main",	   "a.b_c-1=x=y",	  "=x",
				    "2026",    "2026-11-25T18:09", "2026-11-25 18:09 UTC"};

const void *fuzz_seed(int i, size_t *n)
{
	if (i >= (int)(sizeof seeds / sizeof *seeds))
		return NULL;
	*n = strlen(seeds[i]);
	return seeds[i];
}

/* Key and value are the text again. */
static void label_run(const char *text)
{
	struct run_label l;
	struct diag d = {0};
	if (run_label_parse(&l, text, &d)) {
		FUZZ_CHECK(d.code == ERR_USAGE && d.text[0]);
		return;
	}
	char *again = l.key ? mem_printf("%s=%s", l.key, l.value) : mem_strdup(l.value);
	FUZZ_CHECK(strcmp(again, text) == 0);
	FUZZ_CHECK(!l.key || (l.key[0] && !strchr(l.key, '=')));
	free(again);
	run_label_free(&l);
}

/* What was taken is taken again as the same. */
static void date_run(const char *text)
{
	char date[RUN_DATE_SIZE], again[RUN_DATE_SIZE];
	if (!run_date_parse(date, text))
		return;
	FUZZ_CHECK(strlen(date) >= 4 && strlen(date) < RUN_DATE_SIZE);
	FUZZ_CHECK(run_date_parse(again, date) && strcmp(again, date) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = mem_strndup((const char *)data, n);
	label_run(text);
	date_run(text);
	free(text);
	return 0;
}
