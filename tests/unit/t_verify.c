/* SPDX-License-Identifier: Apache-2.0 */
/* Which part of a gemm and of a prefill is compared, with an engine that only remembers what it was asked. */
#include "config.h"

#include <stdlib.h>

#include "engines/base/strbuf.h"
#include "engines/model/model.h"
#include "harness/wire/point.h"
#include "tests/tap.h"
#include "workloads/workload.h"

enum { VOCAB = 5, ROWS_MAX = 8192 };

struct op_job {
	int m, n;
	int runs[ROWS_MAX]; /* of each row */
};
struct session {
	int n_tokens;
};

static struct op_job job;
static struct session session;
static double flops_of_token;

static int fake_op(struct engine *e, const struct op_config *c, struct op_job **out, struct diag *d)
{
	(void)e, (void)d;
	job = (struct op_job){.m = c->m, .n = c->n};
	*out = &job;
	return 0;
}

static int fake_submit_rows(struct op_job *j, int row, int n, struct diag *d)
{
	(void)d;
	for (int i = row; i < row + n && i < ROWS_MAX; i++)
		j->runs[i]++;
	return 0;
}

static int fake_submit(struct op_job *j, struct diag *d)
{
	return fake_submit_rows(j, 0, j->m, d);
}

static int fake_wait(struct op_job *j, struct step_info *info, struct diag *d)
{
	(void)j, (void)info, (void)d;
	return 0;
}

/* A row is its number, or -1 when it was not multiplied. */
static int fake_fetch(struct op_job *j, int row, int n, float *dst, struct diag *d)
{
	(void)d;
	for (int i = 0; i < n; i++)
		for (int k = 0; k < j->n; k++)
			*dst++ = j->runs[row + i] == 1 ? (float)(row + i) : -1;
	return 0;
}

static void fake_op_describe(const struct op_job *j, struct strbuf *out)
{
	(void)j;
	strbuf_puts(out, "fake\n");
}

static void fake_op_free(struct op_job *j)
{
	(void)j;
}

static int fake_load(struct engine *e, const struct model *m, const struct job_config *c,
		     struct session **out, struct diag *d)
{
	(void)e, (void)m, (void)c, (void)d;
	*out = &session;
	return 0;
}

static int fake_step(struct session *s, const struct batch *b, struct diag *d)
{
	(void)d;
	s->n_tokens = b->n;
	return 0;
}

static int fake_step_wait(struct session *s, struct step_info *info, struct diag *d)
{
	(void)s, (void)info, (void)d;
	return 0;
}

static int fake_logits(struct session *s, int row, float *logits, struct diag *d)
{
	(void)d;
	for (int i = 0; i < VOCAB; i++)
		logits[i] = (float)(s->n_tokens + row);
	return 0;
}

static int fake_edit(struct session *s, const struct seq_edit *e, struct diag *d)
{
	(void)s, (void)e, (void)d;
	return 0;
}

static int fake_work(const struct model *m, const struct job_config *c, int n_seqs, int n_past, int n_new,
		     int n_rows, struct step_work *work, struct diag *d)
{
	(void)m, (void)c, (void)n_past, (void)n_rows, (void)d;
	*work = (struct step_work){.flops = flops_of_token * n_new * n_seqs};
	return 0;
}

static void fake_describe(const struct session *s, struct strbuf *out)
{
	(void)s, (void)out;
}

static void fake_unload(struct session *s)
{
	(void)s;
}

static const struct engine_ops fake = {
	.name = "fake",
	.load = fake_load,
	.submit = fake_step,
	.wait = fake_step_wait,
	.fetch = fake_logits,
	.seq_edit = fake_edit,
	.work = fake_work,
	.describe = fake_describe,
	.unload = fake_unload,
	.op = fake_op,
	.op_submit = fake_submit,
	.op_submit_rows = fake_submit_rows,
	.op_wait = fake_wait,
	.op_fetch = fake_fetch,
	.op_describe = fake_op_describe,
	.op_free = fake_op_free,
};

/* What verify of a point gave. */
struct outputs {
	float *x;
	int64_t rows, cols;
	struct strbuf text; /* describe */
};

static struct outputs verify(struct point *p, const struct model *m)
{
	const char *argument;
	struct diag d = {0};
	struct outputs o = {0};
	struct workload_run *r = NULL;
	const struct workload_ops *w = workload_find(point_get(p, KEY_WORKLOAD), &argument, &d);
	if (!ok(w && w->build(&fake, NULL, m, p, 1, &r, &d) == 0, "%s is built",
		point_get(p, KEY_WORKLOAD))) {
		printf("# %s\n", d.text);
		bail("no run");
	}
	is_int(w->verify(r, &o.x, &o.rows, &o.cols, &d), 0, "and has outputs");
	w->describe(r, &o.text);
	w->free(r);
	point_free(p);
	return o;
}

static void outputs_free(struct outputs *o)
{
	free(o->x);
	strbuf_free(&o->text);
}

static struct outputs verify_gemm(const char *m, const char *n, const char *k, const char *isa)
{
	struct point p = {0};
	point_set(&p, KEY_WORKLOAD, "gemm");
	point_set(&p, KEY_M, m);
	point_set(&p, KEY_N, n);
	point_set(&p, KEY_K, k);
	point_set(&p, KEY_PRECISION, "f32");
	point_set(&p, KEY_ISA, isa);
	return verify(&p, NULL);
}

static float row_of(const struct outputs *o, int64_t row)
{
	return o->x[row * o->cols];
}

static int rows_run(void)
{
	int n = 0;
	for (int i = 0; i < job.m && i < ROWS_MAX; i++)
		n += job.runs[i];
	return n;
}

static void test_gemm(void)
{
	struct outputs o = verify_gemm("47", "3", "5", "avx2");
	ok(o.rows == 47 && o.cols == 3, "few rows are compared all");
	ok(row_of(&o, 0) == 0 && row_of(&o, 46) == 46, "in order");
	has_text(strbuf_text(&o.text), "fake\nverify: rows 0 to 46 of 0 to 46\n", "which is said");
	outputs_free(&o);
	o = verify_gemm("1001", "3", "5", "avx2");
	is_int(o.rows, 48, "of many rows 48");
	ok(row_of(&o, 0) == 0 && row_of(&o, 15) == 15, "the first ones");
	ok(row_of(&o, 16) == 492 && row_of(&o, 31) == 507, "those in the middle");
	ok(row_of(&o, 32) == 985 && row_of(&o, 47) == 1000, "the last ones");
	is_int(rows_run(), 1001, "of the product as it is measured");
	has_text(strbuf_text(&o.text), "verify: rows 0 to 15, 492 to 507, 985 to 1000 of 0 to 1000\n",
		 "which is said");
	outputs_free(&o);
	o = verify_gemm("4", "1048576", "1", "avx2");
	ok(o.rows == 3 && row_of(&o, 1) == 1 && row_of(&o, 2) == 3, "wide rows are fewer");
	outputs_free(&o);
}

/* 2e10 operations are 1000 rows of 10^7 multiply-adds. */
static void test_reference(void)
{
	struct outputs own = verify_gemm("1001", "1000", "10000", "avx2"),
		       reference = verify_gemm("1001", "1000", "10000", "ref");
	is_int(rows_run(), 48, "a large reference multiplies what is compared alone");
	ok(own.rows == reference.rows && own.cols == reference.cols &&
		   memcmp(own.x, reference.x, (size_t)(own.rows * own.cols) * sizeof *own.x) == 0,
	   "the same rows");
	has_text(strbuf_text(&reference.text), "of 0 to 1000, no others multiplied", "which is said");
	ok(!strstr(strbuf_text(&own.text), "no others"), "of it alone");
	outputs_free(&own);
	outputs_free(&reference);
	reference = verify_gemm("1000", "1000", "10000", "ref");
	is_int(rows_run(), 1000, "a small one is run as it is measured");
	outputs_free(&reference);
}

/* So many tokens of each of so many sequences are compared. */
static void test_at(const char *workload, const char *depth, double flops, const char *text)
{
	const struct model m = {.hp = {.n_vocab = VOCAB, .n_context = 8192}};
	struct point p = {0};
	flops_of_token = flops;
	point_set(&p, KEY_WORKLOAD, workload);
	point_set(&p, KEY_PRECISION, "f32");
	point_set(&p, KEY_DEPTH, depth);
	struct outputs o = verify(&p, &m);
	is_text(strbuf_text(&o.text), text, "says what is compared");
	outputs_free(&o);
}

static void test_pp(const char *workload, const char *sequences, double flops, int n_tokens, const char *text)
{
	const struct model m = {.hp = {.n_vocab = VOCAB, .n_context = 4096}};
	struct point p = {0};
	int n_seqs = strcmp(sequences, "1") == 0 ? 1 : 2;
	flops_of_token = flops;
	point_set(&p, KEY_WORKLOAD, workload);
	point_set(&p, KEY_PRECISION, "f32");
	point_set(&p, KEY_KV, "f32");
	point_set(&p, KEY_SEQUENCES, sequences);
	struct outputs o = verify(&p, &m);
	ok(o.rows == n_seqs && o.cols == VOCAB, "the logits of each sequence's last token");
	is_int((int)o.x[0], n_tokens * n_seqs, "of so many tokens");
	is_text(strbuf_text(&o.text), text, "which is said");
	outputs_free(&o);
}

int main(void)
{
	test_gemm();
	test_reference();
	test_pp("pp3000", "1", 5e6, 3000, "verify: 3000 of 3000 tokens, 1 of 1 sequences\n");
	test_pp("pp3000", "1", 1e7, 2000, "verify: 2000 of 3000 tokens, 1 of 1 sequences\n");
	test_pp("pp3000", "3", 1e7, 1000, "verify: 1000 of 3000 tokens, 2 of 3 sequences\n");
	test_pp("pp512", "1", 2e9, 32, "verify: 32 of 512 tokens, 1 of 1 sequences\n");
	test_pp("pp7", "2", 2e12, 7, "verify: 7 of 7 tokens, 2 of 2 sequences\n");
	test_at("pp512", "4096", 1e6, "verify: 512 of 512 tokens, 1 of 1 sequences, at depth 4096 of 4096\n");
	test_at("pp512", "4096", 1e7, "verify: 512 of 512 tokens, 1 of 1 sequences, at depth 1488 of 4096\n");
	test_at("pp512", "4096", 1e9, "verify: 32 of 512 tokens, 1 of 1 sequences, at depth 0 of 4096\n");
	test_at("pp512+tg8", "64", 1e6,
		"verify: 512 of 512 tokens and 2 of 8 steps, 1 of 1 sequences, at depth 64 of 64\n");
	test_at("tg8", "4096", 1e6,
		"verify: 2 steps after a prompt of 4 tokens, 1 of 1 sequences, at depth 4096 of 4096\n");
	test_at("tg8", "4096", 1e7,
		"verify: 2 steps after a prompt of 4 tokens, 1 of 1 sequences, at depth 1996 of 4096\n");
	return tap_done();
}
