/* SPDX-License-Identifier: Apache-2.0 */
/* From keys and values to a record: types as they are, as texts, or as older versions had them. */
#include "config.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "engines/base/mem.h"
#include "harness/exchange/import_private.h"
#include "harness/exchange/value.h"

/* A century in nanoseconds fits with room for sums. */
#define NS_MAX ((int64_t)3000000000 * 1000000000)

static int field_take(struct llama_bench *r, const struct llama_field *f, const json_t *value, struct diag *d)
{
	void *at = (char *)r + f->offset;
	char *text;
	int rc;
	switch (f->type) {
	case LLAMA_INT:
		return value_int(value, f->name, INT64_MIN, INT64_MAX, at, d);
	case LLAMA_BOOL:
		return value_bool(value, f->name, at, d);
	case LLAMA_REAL:
		return value_real(value, f->name, at, d);
	case LLAMA_TEXT:
		break;
	}
	rc = value_text(value, f->name, &text, d);
	if (rc == 0) {
		free(*(char **)at);
		*(char **)at = text;
	}
	return rc;
}

/* What older versions said otherwise. */
static int old_take(struct llama_bench *r, const json_t *o, struct diag *d)
{
	const json_t *mmap = json_object_get(o, "use_mmap");
	bool mapped;
	if (!mmap || json_object_get(o, "load_mode"))
		return 0;
	int rc = value_bool(mmap, "use_mmap", &mapped, d);
	if (rc == 0)
		llama_text_set(&r->load_mode, mapped ? "mmap" : "none");
	return rc;
}

static int samples_take(struct llama_bench *r, const json_t *o, struct diag *d)
{
	const json_t *list = json_object_get(o, "samples_ns");
	size_t n = json_array_size(list);
	int rc = 0;
	if (!list)
		return 0;
	if (!json_is_array(list) || n > IMPORT_SAMPLES_MAX)
		return diag_set(d, ERR_FORMAT, "key \"samples_ns\": expected a list of at most %d times",
				IMPORT_SAMPLES_MAX);
	r->samples_ns = mem_alloc((n + 1) * sizeof *r->samples_ns);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = value_int(json_array_get(list, i), "samples_ns", 1, NS_MAX, &r->samples_ns[i], d);
	if (rc == 0)
		r->n_samples = (int)n;
	return rc;
}

static int range_check(int64_t value, const char *key, int64_t min, int64_t max, struct diag *d)
{
	if (value >= min && value <= max)
		return 0;
	return diag_set(d, ERR_FORMAT, "key \"%s\": %lld, expected %lld to %lld", key, (long long)value,
			(long long)min, (long long)max);
}

/* There must be a test and its time; of a rate alone the time is computed. */
static int record_check(struct llama_bench *r, struct diag *d)
{
	int rc = range_check(r->n_prompt, "n_prompt", 0, INT_MAX, d);
	if (rc == 0)
		rc = range_check(r->n_gen, "n_gen", 0, INT_MAX, d);
	if (rc == 0)
		rc = range_check(r->n_depth, "n_depth", 0, INT_MAX, d);
	if (rc == 0)
		rc = range_check(r->n_threads, "n_threads", 0, INT_MAX, d);
	if (rc == 0 && r->n_prompt + r->n_gen == 0)
		rc = diag_set(d, ERR_FORMAT, "keys \"n_prompt\" and \"n_gen\": both are 0 or missing");
	if (rc)
		return rc;
	double ns = r->avg_ts > 0 ? 1e9 * (double)(r->n_prompt + r->n_gen) / r->avg_ts : 0;
	if (r->avg_ns == 0 && ns >= 1 && ns < (double)NS_MAX)
		r->avg_ns = (int64_t)ns;
	if (r->n_samples == 0)
		rc = range_check(r->avg_ns, "avg_ns", 1, NS_MAX, d);
	return rc;
}

static int llama_take(struct llama_bench *r, const json_t *o, struct diag *d)
{
	int rc = 0;
	llama_bench_init(r);
	for (const struct llama_field *f = llama_fields; f->name && rc == 0; f++) {
		const json_t *value = json_object_get(o, f->name);
		if (value && !json_is_null(value))
			rc = field_take(r, f, value, d);
	}
	if (rc == 0)
		rc = old_take(r, o, d);
	if (rc == 0)
		rc = samples_take(r, o, d);
	return rc ? rc : record_check(r, d);
}

int import_take(struct import_record *out, const json_t *o, struct diag *d)
{
	out->batched = json_object_get(o, "pl") && json_object_get(o, "t_pp");
	if (out->batched)
		return batched_read(o, &out->batch, d);
	if (!json_object_get(o, "avg_ns") && !json_object_get(o, "avg_ts") &&
	    !json_object_get(o, "samples_ns"))
		return diag_set(d, ERR_FORMAT,
				"key \"avg_ns\" is missing: no record of llama-bench or llama-batched-bench");
	return llama_take(&out->llama, o, d);
}
