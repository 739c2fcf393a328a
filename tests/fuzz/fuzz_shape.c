/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the shape of a synthetic model or, behind a question mark, as overrides of one: an error, or
 * a shape whose tensors can be counted. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/model/family/family.h"
#include "engines/model/shape.h"

#define LLAMA                                                                                                \
	"block_count: 2 # another\nembedding_length:  64\nattention.head_count: 4\n"                         \
	"attention.head_count_kv: 2\nattention.key_length: 16\nfeed_forward_length: 96\nvocab_size: 40\n"    \
	"context_length: 128\nrope.dimension_count: 16\nrope.freq_base: 1e4\n"                               \
	"attention.layer_norm_rms_epsilon: 1e-5\ntied: true\n"
#define GPT2                                                                                                 \
	"architecture: gpt2\nblock_count: 2\nembedding_length: 64\nattention.head_count: 4\n"                \
	"attention.head_count_kv: 4\nattention.key_length: 16\nfeed_forward_length: 96\nvocab_size: 40\n"    \
	"context_length: 128\nattention.layer_norm_epsilon: 1e-5\ntied: false\n"

static const char *const seeds[] = {
	"# a comment\n\n" LLAMA,
	GPT2,
	"?layers=4&vocab=1000&context=512&embd=256&heads=8&kv_heads=2&head_dim=32&ff=1024&tied=true",
	"?heads=8&embd=48",
};

const void *fuzz_seed(int i, size_t *n)
{
	if (i >= (int)(sizeof seeds / sizeof *seeds))
		return NULL;
	*n = strlen(seeds[i]);
	return seeds[i];
}

static void shape_walk(const struct shape *s)
{
	struct layout_tensor t;
	int n = layout_count(s->family, &s->hp);
	FUZZ_CHECK(hparams_check(&s->hp, "fuzz", NULL) == 0 && n > 0);
	for (int i = 0; i < n; i += i < 40 ? 1 : 997) {
		layout_at(&t, s->family, &s->hp, i);
		FUZZ_CHECK(t.rows > 0 && t.cols > 0 && t.rows <= INT64_MAX / t.cols && t.name[0]);
	}
}

static void override_run(const char *base, const char *text)
{
	struct shape s;
	struct strbuf name = {0};
	struct diag d = {0};
	FUZZ_CHECK(shape_parse(&s, base, "base.yaml", NULL) == 0);
	if (shape_override(&s, text, "base", &name, &d)) {
		FUZZ_CHECK(d.code && d.text[0] && name.len == 0);
	} else {
		shape_walk(&s);
		FUZZ_CHECK(name.len == 0 || strbuf_text(&name)[0] == '?');
	}
	strbuf_free(&name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct shape s;
	struct diag d = {0};
	char *text = mem_alloc(n + 1);
	memcpy(text, data, n);
	text[n] = '\0';
	if (*text == '?') {
		override_run(LLAMA, text + 1);
		override_run(GPT2, text + 1);
	} else if (shape_parse(&s, text, "fuzz.yaml", &d)) {
		FUZZ_CHECK((d.code == ERR_FORMAT || d.code == ERR_UNSUPPORTED) && d.text[0] && d.file[0]);
	} else {
		shape_walk(&s);
	}
	free(text);
	return 0;
}
