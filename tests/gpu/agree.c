/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: agree [DEVICE [SEED [quick|answer]]]
 * Engine "cuda" on a real device (cuda:0) against engine "cpu" on the same inputs, in one process: matrix products of awkward
 * shapes and models, each at every precision, against the CPU at that precision (is it right?) and in f32 (what does the
 * precision cost?). What disagrees is tried once more with launches that do not overlap. SEED makes the inputs. quick: a few
 * small ones, for a device made for tests; answer: of a model alone, the shortest. Status 77 where there is no device. Part of
 * tests/gpu/run.sh; not of `make check`.
 */
#include "config.h"

#include <stdint.h>

#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/engine.h"
#include "engines/model/model.h"
#include "harness/stat/stat.h"
#include "tests/tap.h"
#include "workloads/workload.h"

/* Largest difference over largest magnitude, as in reports: products, models, and against f32. A GPU keeps activations in
 * f16 where the CPU rounds them to blocks of 8 bits (q8_0, q4_0), which is half a percent of a sum; twice that is allowed. */
static const struct bound {
	const char *precision;
	double gemm, model, gemm_f32, model_f32;
} bounds[] = {
	/* clang-format off */
	{"f32",    1e-4, 1e-3, 1e-4, 2e-3}, /* cells are f16 */
	{"tf32",   2e-3, 1e-2, 2e-3, 1e-2},
	{"f16",    1e-3, 1e-2, 2e-3, 1e-2},
	{"bf16",   1e-3, 1e-2, 1e-2, 5e-2},
	{"q8_0",   1e-2, 2e-2, 2e-2, 5e-2},
	{"q4_0",   1e-2, 2e-2, 2e-1, 5e-1},
	{"wi8ai8", 1e-3, 2e-2, 5e-2, 2e-1},
	/* clang-format on */
};
enum { N_PRECISIONS = sizeof bounds / sizeof bounds[0] };

/* In a deep model a rounding that falls the other way grows from layer to layer: half as much again as what the precision costs
 * the CPU itself is allowed, up to a tenth (reports/analysis/residual.c). */
#define COST_ALLOWED	 1.5
#define COST_ALLOWED_MAX 0.1

static const char *const providers[] = {"own", "cublaslt", NULL};

/* One row, some, more than own kernels take at once; sides that are no multiple of a tile, a warp or a block. */
static const struct shape {
	int m, n, k;
} shapes[] = {
	{1, 67, 96},	{3, 33, 160},	  {17, 129, 96},     {1, 4096, 4096},
	{8, 640, 1376}, {5, 11008, 2048}, {64, 512, 2080},   {130, 1000, 512},
	{7, 45, 83},	{33, 1001, 77},	  {257, 4096, 1024}, {512, 2048, 2048},
};
enum { N_SHAPES = sizeof shapes / sizeof shapes[0], N_SHAPES_QUICK = 2 };

/* Short and long heads, grouped and not, biases, odd widths; then whole ones at fewer precisions. */
static const struct model_case {
	const char *path;
	bool whole;
} models[] = {
	{"synthetic:llama-1b?layers=1&embd=64&heads=2&kv_heads=1&head_dim=32&ff=96&vocab=101", false},
	{"synthetic:gpt2-124m?layers=2&vocab=1003", false},
	{"synthetic:smollm2-135m?layers=2&vocab=1001", false},
	{"synthetic:llama-3-8b?layers=1&vocab=1001", false},
	{"default", false},
	{"synthetic:llama-160m", true},
};
enum { N_MODELS = sizeof models / sizeof models[0], N_MODELS_QUICK = 1 };

static const struct work_case {
	const char *workload, *sequences, *depth;
} works[] = {{"pp37", "3", "0"}, {"tg5", "1", "0"}, {"tg3", "9", "21"}};
enum { N_WORKS = sizeof works / sizeof works[0], WORK_QUICK = 0, WORK_ANSWER = 1 };

static const char *const kvs[] = {"f32", "bf16", "q8_0", NULL}; /* beside f16 */

struct side {
	const struct engine_ops *ops;
	struct engine *engine;
};
static struct side gpu, cpu;
static struct side serial; /* the GPU without launches that overlap; opened when it is wanted */
static const char *device;
static uint64_t seed;

static int side_open(struct side *s, const char *engine, const char *name, int n_threads, const char *options,
		     struct diag *d)
{
	const struct engine_config c = {
		.device = name, .isa = "auto", .n_threads = n_threads, .options = options};
	s->ops = engine_find(engine);
	return s->ops ? s->ops->open(&s->engine, &c, d) : ERR_UNAVAILABLE;
}

/* ---- outputs ---- */

struct outputs {
	float *x;
	int64_t rows, cols;
};

static int outputs_make(const struct side *s, const struct model *m, const struct point *p,
			struct outputs *out, struct diag *d)
{
	struct workload_run *run = NULL;
	const char *argument;
	*out = (struct outputs){0};
	const struct workload_ops *w = workload_find(point_get(p, KEY_WORKLOAD), &argument, d);
	int rc = w ? w->build(s->ops, s->engine, m, p, seed, &run, d) : ERR_UNSUPPORTED;
	if (rc == 0)
		rc = w->verify(run, &out->x, &out->rows, &out->cols, d);
	if (w)
		w->free(run);
	return rc;
}

/* NULL: what is missing keeps its value. */
static void point_fill(struct point *p, const char *precision, const char *kv, const char *provider)
{
	point_set(p, KEY_PRECISION, precision);
	if (kv)
		point_set(p, KEY_KV, kv);
	point_set(p, KEY_PROVIDER, provider);
}

/* The CPU's, which must be there; tf32 is f32 that is rounded on its way into a product. */
static void reference_make(const struct model *m, const struct point *p, const char *precision,
			   const char *kv, struct outputs *out)
{
	struct point own;
	struct diag d = {0};
	point_copy(&own, p);
	point_fill(&own, strcmp(precision, "tf32") == 0 ? "f32" : precision, kv, NULL);
	if (outputs_make(&cpu, m, &own, out, &d) != 0) {
		printf("# %s\n", d.text);
		printf("Bail out! engine cpu has no outputs\n");
		exit(1);
	}
	point_free(&own);
}

static double residual_of(const struct outputs *a, const struct outputs *b)
{
	if (a->rows != b->rows || a->cols != b->cols)
		return INFINITY;
	double r = stat_residual(a->x, b->x, (long)(a->rows * a->cols));
	return isnan(r) ? INFINITY : r;
}

/* ---- one comparison ---- */

struct references {
	struct outputs same, f32;
	double cost; /* of one against the other */
};

struct limits {
	double same, f32;
};

static struct limits limits_of(const struct model *m, const struct bound *b, const struct references *r,
			       const char *kv)
{
	if (!m)
		return (struct limits){b->gemm, fmax(b->gemm_f32, 2 * r->cost)};
	/* An 8-bit cache costs as much as 8-bit activations. */
	double same = strcmp(kv, "f16") == 0 ? b->model : fmax(b->model, 2e-2);
	return (struct limits){fmax(same, fmin(COST_ALLOWED * r->cost, COST_ALLOWED_MAX)),
			       fmax(b->model_f32, 2 * r->cost)};
}

/* Of a case that disagrees: is it that kernels overlap? */
static void compare_serial(const struct model *m, const struct point *p, const struct references *r,
			   const struct limits *most)
{
	struct outputs out = {0};
	struct diag d = {0};
	int rc = serial.engine ? 0 : side_open(&serial, "cuda", device, 1, "launch:serial", &d);
	if (rc == 0)
		rc = outputs_make(&serial, m, p, &out, &d);
	if (rc)
		printf("# has no outputs with launch:serial: %s\n", d.text);
	else if (residual_of(&out, &r->same) <= most->same && residual_of(&out, &r->f32) <= most->f32)
		printf("# agrees with launch:serial: kernels that overlap are wrong\n");
	else
		printf("# disagrees with launch:serial, too\n");
	free(out.x);
}

static void compare(const struct model *m, struct point *p, const char *provider, const struct bound *b,
		    const struct references *r, const char *kv)
{
	char name[300];
	struct outputs out;
	struct diag d = {0};
	point_fill(p, b->precision, kv, provider);
	point_label(p, name, sizeof name);
	int rc = outputs_make(&gpu, m, p, &out, &d);
	if (rc == ERR_UNSUPPORTED || rc == ERR_UNAVAILABLE) {
		skip(d.text);
		return;
	}
	if (!ok(rc == 0, "%s has outputs", name)) {
		printf("# %s\n", d.text);
		return;
	}
	double same = residual_of(&out, &r->same), f32 = residual_of(&out, &r->f32);
	const struct limits most = limits_of(m, b, r, kv);
	bool agrees = ok(same <= most.same, "%s: the CPU's at that precision within %.2g (%.1e)", name,
			 most.same, same);
	agrees = ok(f32 <= most.f32, "%s: its f32 within %.2g (%.1e)", name, most.f32, f32) && agrees;
	if (!agrees)
		compare_serial(m, p, r, &most);
	free(out.x);
}

static void compare_providers(const struct model *m, struct point *p, const struct bound *b,
			      const struct outputs *f32, const char *kv)
{
	struct references r = {.f32 = *f32};
	reference_make(m, p, b->precision, kv, &r.same);
	r.cost = residual_of(&r.same, &r.f32);
	for (int i = 0; providers[i]; i++)
		compare(m, p, providers[i], b, &r, kv);
	free(r.same.x);
}

/* ---- products ---- */

static void side_set(struct point *p, enum point_key key, int side)
{
	char text[16];
	snprintf(text, sizeof text, "%d", side);
	point_set(p, key, text);
}

static void test_gemm(const struct shape *s)
{
	struct point p = {0};
	struct outputs f32;
	point_set(&p, KEY_WORKLOAD, "gemm");
	side_set(&p, KEY_M, s->m);
	side_set(&p, KEY_N, s->n);
	side_set(&p, KEY_K, s->k);
	reference_make(NULL, &p, "f32", NULL, &f32);
	for (int i = 0; i < N_PRECISIONS; i++)
		compare_providers(NULL, &p, &bounds[i], &f32, NULL);
	free(f32.x);
	point_free(&p);
}

/* ---- models ---- */

/* Whole models: what a cell and a weight are in differs most. */
static bool left_out(const struct model_case *c, const char *precision)
{
	return c->whole && strcmp(precision, "bf16") != 0 && strcmp(precision, "q8_0") != 0;
}

static void test_work(const struct model_case *c, const struct model *m, const struct work_case *w)
{
	struct point p = {0};
	struct outputs f32;
	point_set(&p, KEY_WORKLOAD, w->workload);
	point_set(&p, KEY_MODEL, c->path);
	point_set(&p, KEY_SEQUENCES, w->sequences);
	point_set(&p, KEY_DEPTH, w->depth);
	reference_make(m, &p, "f32", "f32", &f32);
	for (int i = 0; i < N_PRECISIONS; i++)
		if (!left_out(c, bounds[i].precision))
			compare_providers(m, &p, &bounds[i], &f32, "f16");
	for (int i = 0; kvs[i] && !c->whole; i++) {
		/* Blocks of a cache want heads of a multiple of 32. */
		if (strcmp(kvs[i], "q8_0") != 0 || m->hp.head_dim % 32 == 0)
			compare_providers(m, &p, &bounds[2], &f32, kvs[i]);
	}
	free(f32.x);
	point_free(&p);
}

static void test_model(const struct model_case *c, int first_work, int n_works)
{
	const struct model_options options = {0};
	struct model *m;
	struct diag d = {0};
	printf("# %s\n", c->path);
	if (!ok(model_open(&m, c->path, &options, &d) == 0, "%s opens", c->path)) {
		printf("# %s\n", d.text);
		return;
	}
	for (int i = 0; i < n_works; i++)
		test_work(c, m, &works[first_work + i]);
	model_close(m);
}

/* ---- both engines ---- */

static void no_device(const char *why)
{
	printf("1..0 # SKIP %s\n", why);
	exit(77);
}

static void side_need(struct side *s, const char *engine, const char *name, int n_threads)
{
	struct diag d = {0};
	int rc = side_open(s, engine, name, n_threads, NULL, &d);
	if (rc == ERR_UNAVAILABLE)
		no_device(d.text);
	if (rc) {
		printf("Bail out! engine %s does not open: %s\n", engine, d.text);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	device = argc > 1 ? argv[1] : "cuda:0";
	const char *how = argc > 3 ? argv[3] : "";
	bool answer = strcmp(how, "answer") == 0, quick = answer || strcmp(how, "quick") == 0;
	int n_shapes = answer ? 0 : quick ? N_SHAPES_QUICK : N_SHAPES;
	int work = answer ? WORK_ANSWER : WORK_QUICK;
	seed = argc > 2 ? strtoull(argv[2], NULL, 10) : WORKLOAD_SEED;
	side_need(&gpu, "cuda", device, 1);
	side_need(&cpu, "cpu", "cpu", pool_usable_cpus());
	printf("# seed %llu\n", (unsigned long long)seed);
	for (int i = 0; i < n_shapes; i++)
		test_gemm(&shapes[i]);
	for (int i = 0; i < (quick ? N_MODELS_QUICK : N_MODELS); i++)
		test_model(&models[i], work, quick ? 1 : N_WORKS);
	if (serial.engine)
		serial.ops->close(serial.engine);
	gpu.ops->close(gpu.engine);
	cpu.ops->close(cpu.engine);
	return tap_done();
}
