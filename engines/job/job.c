/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/job/job.h"

#include <stdio.h>

#include "engines/engine.h"
#include "engines/job/arch.h"
#include "engines/job/kv.h"
#include "engines/job/parts.h"
#include "engines/model/model.h"

static int kv_check(const struct model *m, enum dtype kv, struct diag *d)
{
	if (!dtype_in_caches(kv))
		return diag_set(d, ERR_UNSUPPORTED, "kv \"%s\": expected %s", dtype_name(kv),
				dtype_cache_names());
	/* A head's cells are whole blocks. */
	if (m->hp.head_dim % dtype_block(kv) != 0)
		return diag_set(d, ERR_UNSUPPORTED, "kv %s: heads of %d elements, expected a multiple of %d",
				dtype_name(kv), m->hp.head_dim, dtype_block(kv));
	return 0;
}

int job_check(const struct model *m, const struct job_config *job, const struct arch **arch, struct diag *d)
{
	const struct arch *a = arch_find(m->arch);
	if (!a) {
		diag_set(d, ERR_UNSUPPORTED, "no engine runs architecture \"%s\"", m->arch);
		return ERR_UNSUPPORTED;
	}
	int rc = kv_check(m, job->kv, d);
	if (rc)
		return rc;
	const struct {
		const char *name;
		int value, least, most;
	} limits[] = {
		{"n_cells", job->n_cells, 1, INT32_MAX},
		{"n_seqs", job->n_seqs, 1, INT32_MAX},
		{"max_tokens", job->max_tokens, 1, INT32_MAX},
		{"max_rows", job->max_rows, 0, job->max_tokens},
	};
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		if (limits[i].value < limits[i].least || limits[i].value > limits[i].most)
			return diag_set(d, ERR_USAGE, "%s is %d, expected %d to %d", limits[i].name,
					limits[i].value, limits[i].least, limits[i].most);
	*arch = a;
	return 0;
}

struct kv_config job_kv(const struct model *m, const struct job_config *job)
{
	const struct hparams *hp = &m->hp;
	return (struct kv_config){
		.n_layers = hp->n_layers,
		.n_cells = job->n_cells,
		.n_seqs = job->n_seqs,
		.n_positions = job->n_cells < hp->n_context ? job->n_cells : hp->n_context,
		.row = hp->n_kv_heads * hp->head_dim,
		.dtype = job->kv,
	};
}

/* "12.3 MiB", "1.20 GiB" */
static const char *human(uint64_t bytes, char buf[32])
{
	double mib = (double)bytes / (1 << 20);
	snprintf(buf, 32, mib < 1024 ? "%.1f MiB" : "%.2f GiB", mib < 1024 ? mib : mib / 1024);
	return buf;
}

int job_too_large(const struct memory_plan *plan, const struct job_config *job, struct diag *d)
{
	char need[32], weights[32], kv[32], scratch[32], limit[32];
	return diag_set(d, ERR_OOM,
			"needs %s (weights %s, KV cache of %d cells %s, scratch %s), %s is available: a "
			"smaller precision or model takes less",
			human(plan->total, need), human(plan->weights, weights), job->n_cells,
			human(plan->kv, kv), human(plan->scratch, scratch), human(plan->limit, limit));
}

/* Adds the elements of the layers' matrices, and their bytes as a file would hold them. */
static void layers_add(const struct arch *a, const struct model *m, enum dtype held, double *elements,
		       double *bytes)
{
	for (int l = 0; l < m->hp.n_layers; l++) {
		for (int i = 0; i < MATRIX_COUNT; i++) {
			int n, k;
			weights_shape(a, m, l, i, &n, &k);
			*elements += (double)n * k;
			*bytes += (double)n *
				  (double)dtype_bytes(weights_matrix_dtype(a, m, l, i, held), (size_t)k);
		}
	}
}

/* The sums of the model that was asked of last: each step of a repetition asks for them, and a plan asks for thousands
 * of repetitions. */
static void layers_sum(const struct arch *a, const struct model *m, enum dtype held, double *elements,
		       double *bytes)
{
	static _Thread_local struct {
		uint64_t serial;
		enum dtype held;
		double elements, bytes;
	} last;
	if (!m->serial || last.serial != m->serial || last.held != held) {
		last.elements = last.bytes = 0;
		layers_add(a, m, held, &last.elements, &last.bytes);
		last.serial = m->serial;
		last.held = held;
	}
	*elements = last.elements;
	*bytes = last.bytes;
}

int job_work(const struct model *m, const struct job_config *job, int n_seqs, int n_past, int n_new,
	     int n_rows, struct step_work *work, struct diag *d)
{
	const struct arch *a;
	int rc = job_check(m, job, &a, d);
	if (rc)
		return rc;
	const struct hparams *hp = &m->hp;
	double elements, layer_bytes, tokens = (double)n_seqs * n_new;
	layers_sum(a, m, weights_held(job), &elements, &layer_bytes);
	/* Each new token sees the past, the new ones before it, and itself. */
	double seen = n_seqs * ((double)n_new * n_past + (double)n_new * (n_new + 1.0) / 2);
	work->flops = 2 * elements * tokens + 2.0 * hp->n_vocab * hp->n_embd * n_rows +
		      4.0 * hp->n_layers * hp->n_heads * hp->head_dim * seen;

	size_t n_embd = (size_t)hp->n_embd;
	double row = (double)dtype_bytes(weights_output_dtype(m, weights_held(job)), n_embd);
	double row_in = (double)dtype_bytes(weights_embedding_dtype(m, weights_held(job)), n_embd);
	double kv = 2.0 * hp->n_layers * (double)dtype_bytes(job->kv, (size_t)hp->n_kv_heads * hp->head_dim);
	if (model_tensor(m, "position_embd.weight"))
		row_in += (double)n_embd * sizeof(float);
	work->bytes = layer_bytes + (n_rows ? row * hp->n_vocab : 0) + row_in * tokens +
		      kv * n_seqs * ((double)n_past + n_new);
	return 0;
}
