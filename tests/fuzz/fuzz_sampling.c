/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as how to draw, then as logits: refused, or every draw is a token of the row. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "engines/base/mem.h"
#include "workloads/sampler.h"

enum { DRAWS = 3, VOCAB_MAX = 4096 };

/* Raw, so that no padding of the struct is read. */
struct head {
	double temp, top_p, min_p, repeat_penalty;
	int64_t top_k, repeat_last_n;
};

struct input {
	struct head head;
	float logits[8];
};

const void *fuzz_seed(int i, size_t *n)
{
	static const struct input seeds[] = {
		{{1, 0.95, 0.05, 1.1, 40, 64}, {1, 2, 3, -1, 0.5f, 2, 1, 0}},
		{{0, 1, 0, 1, 0, 0}, {0, 0, -0.0f, 1e30f, -1e30f, 0, 0, 0}},
		{{1e-6, 1e-9, 1, 1e6, 1, 65536}, {-3, -3, -3, -3, -3, -3, -3, -3}},
		{{-1, 2, 2, 0, -1, 1 << 20}, {0}},
	};
	if (i >= (int)(sizeof seeds / sizeof *seeds))
		return NULL;
	*n = sizeof seeds[i];
	return &seeds[i];
}

static void draws(struct sampler *s, const float *logits, int n_vocab)
{
	for (int i = 0; i < DRAWS; i++) {
		int32_t id = sampler_draw(s, logits, (uint64_t)i);
		FUZZ_CHECK(id >= 0 && id < n_vocab && sampler_draw(s, logits, (uint64_t)i) == id);
		sampler_accept(s, id);
		sampler_accept(s, i - 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct head h;
	struct sampler *s;
	struct diag d = {0};
	if (n < sizeof h + sizeof(float))
		return 0;
	memcpy(&h, data, sizeof h);
	const struct sampling how = {h.temp,	       (int)h.top_k,	     h.top_p, h.min_p,
				     h.repeat_penalty, (int)h.repeat_last_n, n};
	int n_vocab = (int)((n - sizeof h) / sizeof(float));
	n_vocab = n_vocab < VOCAB_MAX ? n_vocab : VOCAB_MAX;
	int rc = sampler_open(&s, &how, n_vocab, &d);
	FUZZ_CHECK((rc == 0) == (sampling_check(&how, NULL) == 0));
	if (rc) {
		FUZZ_CHECK(rc == ERR_USAGE && d.text[0]);
		return 0;
	}
	float *logits = mem_try_array((size_t)n_vocab, sizeof *logits);
	FUZZ_CHECK(logits);
	memcpy(logits, data + sizeof h, (size_t)n_vocab * sizeof *logits);
	draws(s, logits, n_vocab);
	free(logits);
	sampler_close(s);
	return 0;
}
