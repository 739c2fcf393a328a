/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/exchange/batched_bench.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "engines/base/json.h"
#include "harness/exchange/value.h"

struct batched_field {
	const char *name;
	size_t offset;
	int64_t least;
	bool needed;
};

#define FIELD(name, least, needed)                                                                           \
	{                                                                                                    \
#name, offsetof(struct batched_bench, name), least, needed                                   \
	}
static const struct batched_field fields[] = {
	FIELD(n_kv_max, 0, false),
	FIELD(n_batch, 0, false),
	FIELD(n_ubatch, 0, false),
	FIELD(flash_attn, -1, false),
	FIELD(is_pp_shared, 0, false),
	FIELD(n_gpu_layers, -1, false),
	FIELD(n_threads, 0, false),
	FIELD(n_threads_batch, 0, false),
	FIELD(pp, 1, true),
	FIELD(tg, 0, true),
	FIELD(pl, 1, true),
	FIELD(n_kv, 0, false),
};
#define N_FIELDS (sizeof fields / sizeof fields[0])

void batched_bench_init(struct batched_bench *r)
{
	*r = (struct batched_bench){
		.n_batch = 2048, .n_ubatch = 512, .flash_attn = -1, .n_gpu_layers = -1, .pl = 1};
}

int64_t batched_prompt_tokens(const struct batched_bench *r)
{
	return r->is_pp_shared ? r->pp : r->pl * r->pp;
}

static double rate(int64_t tokens, double seconds)
{
	return seconds > 0 ? (double)tokens / seconds : 0;
}

static void put_times(FILE *out, const struct batched_bench *r)
{
	int64_t prompt = batched_prompt_tokens(r), gen = r->pl * r->tg;
	double t = r->t_pp + r->t_tg;
	fprintf(out,
		", \"t_pp\": %f, \"speed_pp\": %f, \"t_tg\": %f, \"speed_tg\": %f, \"t\": %f, \"speed\": %f",
		r->t_pp, rate(prompt, r->t_pp), r->t_tg, rate(gen, r->t_tg), t, rate(prompt + gen, t));
}

void batched_write(FILE *out, const struct batched_bench *r, const char *reason)
{
	for (size_t i = 0; i < N_FIELDS; i++)
		fprintf(out, "%s\"%s\": %" PRId64, i ? ", " : "{", fields[i].name,
			*(const int64_t *)((const char *)r + fields[i].offset));
	if (reason) {
		json_t *text = json_string(reason);
		char *quoted = json_dumps(text ? text : json_null(), JSON_ENCODE_ANY);
		fprintf(out, ", \"reason\": %s", quoted ? quoted : "null");
		free(quoted);
		json_decref(text);
	} else {
		put_times(out, r);
	}
	fputs("}\n", out);
	fflush(out);
}

static int read_seconds(const json_t *o, const char *key, double *out, struct diag *d)
{
	int rc = value_real(json_object_get(o, key), key, out, d);
	/* A century is no time of a test; its nanoseconds must fit. */
	if (rc == 0 && !(*out >= 0 && *out < 3e9))
		rc = diag_set(d, ERR_FORMAT, "key \"%s\": expected seconds not below 0", key);
	return rc;
}

int batched_read(const json_t *o, struct batched_bench *out, struct diag *d)
{
	struct batched_bench r;
	int rc = 0;
	batched_bench_init(&r);
	for (size_t i = 0; i < N_FIELDS && rc == 0; i++) {
		const json_t *value = json_object_get(o, fields[i].name);
		if (value || fields[i].needed)
			rc = value_int(value, fields[i].name, fields[i].least, INT32_MAX,
				       (int64_t *)((char *)&r + fields[i].offset), d);
	}
	if (rc == 0)
		rc = read_seconds(o, "t_pp", &r.t_pp, d);
	if (rc == 0)
		rc = read_seconds(o, "t_tg", &r.t_tg, d);
	if (rc == 0 && r.t_pp + r.t_tg <= 0)
		rc = diag_set(d, ERR_FORMAT, "keys \"t_pp\" and \"t_tg\": expected a time above 0");
	if (rc == 0)
		*out = r;
	return rc;
}
