/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a blocking of engine "cuda": an error, or parts of a cuBLASLt algorithm whose name says the same. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/cuda/lt.h"

static const char *const seeds[] = {
	"128x256/stages64x4/splitk1/cluster2x1x1",
	"auto",
	"splitk16",
	"clusterauto/stagesauto",
	"480x256x4096",
	"128x128//splitk",
};

const void *fuzz_seed(int i, size_t *n)
{
	if (i >= (int)(sizeof seeds / sizeof *seeds))
		return NULL;
	*n = strlen(seeds[i]);
	return seeds[i];
}

static int least(int v)
{
	return v < 0 ? 0 : v;
}

/* The algorithm that has just these parts, and "auto" for the others. */
static void name_check(const struct lt_wish *w)
{
	const struct lt_config c = {
		.tile = (uint32_t)least(w->tile),
		.stages = (uint32_t)least(w->stages),
		.splitk = (uint32_t)least(w->splitk),
		.cluster = (uint16_t)least(w->cluster),
	};
	struct strbuf name = {0};
	struct lt_wish again;
	struct diag d = {0};
	FUZZ_CHECK(lt_wish_fits(w, &c));
	lt_config_name(&c, &name);
	FUZZ_CHECK(lt_wish_parse(strbuf_text(&name), &again, &d) == 0);
	FUZZ_CHECK(again.tile == (int)c.tile && again.stages == (int)c.stages &&
		   again.splitk == (int)c.splitk && again.cluster == c.cluster);
	strbuf_free(&name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct lt_wish wish;
	struct diag d = {0};
	char *text = mem_alloc(n + 1);
	memcpy(text, data, n);
	text[n] = '\0';
	if (lt_wish_parse(text, &wish, &d))
		FUZZ_CHECK(d.code == ERR_UNSUPPORTED && d.text[0]);
	else
		name_check(&wish);
	free(text);
	return 0;
}
