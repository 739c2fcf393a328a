/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a file of records, JSON, CSV or SQL: refused with a line, or records that make sense and can be written. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "harness/exchange/import.h"

static const char *const seeds[] = {
	"[{\"n_prompt\": 512, \"n_gen\": 0, \"avg_ns\": 5, \"samples_ns\": [4, 6], \"use_mmap\": true, "
	"\"flash_attn\": false}, {\"n_gen\": 1, \"avg_ts\": 2.5, \"cpu_info\": \"a\\\"b\"}]",
	"{\"pp\": 8, \"tg\": 2, \"pl\": 4, \"t_pp\": 1.5, \"t_tg\": 0.5, \"n_kv\": 40}\n",
	"build_commit,n_prompt,n_gen,avg_ns,model_type\n\"a\"\"b\",\"8\",\"0\",\"7\",\"llama ?B F16\"\n",
	"CREATE TABLE IF NOT EXISTS llama_bench (\n  n_gen INTEGER\n);\n\nINSERT INTO llama_bench (n_gen, "
	"avg_ns, "
	"cpu_info) VALUES ('8', '10', 'it''s');\nINSERT INTO test (n_gen, avg_ns, gpu_info) VALUES (8, 1, "
	"'x'y');\n",
};

const void *fuzz_seed(int i, size_t *n)
{
	if (i >= (int)(sizeof seeds / sizeof *seeds))
		return NULL;
	*n = strlen(seeds[i]);
	return seeds[i];
}

static void record_check(const struct import_record *r, FILE *out)
{
	struct llama_writer w = {0};
	FUZZ_CHECK(r->text && r->line >= 1);
	if (r->batched) {
		FUZZ_CHECK(r->batch.pl >= 1 && r->batch.t_pp + r->batch.t_tg > 0);
		batched_write(out, &r->batch, NULL);
		return;
	}
	FUZZ_CHECK(r->llama.n_prompt + r->llama.n_gen > 0);
	FUZZ_CHECK(r->llama.n_samples > 0 || r->llama.avg_ns > 0);
	for (const struct llama_format *f = llama_formats; f->name; f++) {
		llama_write_begin(&w, out, f);
		llama_write(&w, &r->llama);
		llama_write_end(&w);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct import im;
	struct diag d = {0};
	if (import_parse(&im, (const char *)data, n, "fuzz", &d)) {
		FUZZ_CHECK(d.code == ERR_FORMAT && d.text[0] && d.line >= 1);
		return 0;
	}
	FILE *out = fopen("/dev/null", "we");
	FUZZ_CHECK(out && im.n >= 1);
	for (int i = 0; i < im.n; i++)
		record_check(&im.record[i], out);
	fclose(out);
	import_free(&im);
	return 0;
}
