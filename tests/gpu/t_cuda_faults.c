/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engine "cuda" when calls of the driver fail, one after the other: each gives an error that says what was done, and
 * everything is given back. The driver for tests aborts a process in which something is not.
 */
#include "config.h"

#include <sys/wait.h>

#include "tests/gpu/cuda_example.h"

static const char *const functions[] = {
#define ENTRY(f) #f,
#include "engines/cuda/driver.inc"
#undef ENTRY
};

/* What the child did, by its exit status. */
enum { CHILD_WORKED = 0, CHILD_TOLD = 10, CHILD_MUTE = 11, CHILD_ABSENT = 12 };

static int steps(struct session *s, struct diag *d)
{
	int32_t id;
	struct step_info info;
	int rc = 0;
	for (int i = 0; i < 3 && rc == 0; i++) {
		const struct batch b = {1, &ids[i], (int32_t[]){i}, (int32_t[]){0}, (uint8_t[]){1}};
		rc = ops->submit(s, &b, d);
		rc = rc ? rc : ops->wait(s, &info, d);
	}
	if (rc == 0)
		rc = ops->argmax(s, 0, &id, d);
	if (rc == 0)
		rc = ops->seq_edit(s, &(struct seq_edit){.kind = SEQ_COPY, .seq = 1, .to = -1}, d);
	return rc;
}

static int use_model(struct engine *e, struct diag *d)
{
	struct job_config job = job_of(DTYPE_WI8AI8, DTYPE_F16);
	struct session *s;
	int rc = ops->load(e, &tiny.model, &job, &s, d);
	if (rc)
		return rc;
	rc = steps(s, d);
	ops->unload(s);
	return rc;
}

static int use_op(struct engine *e, struct op_config c, struct diag *d)
{
	struct op_job *j;
	struct step_info info;
	float out[4 * 8];
	int rc = ops->op(e, &c, &j, d);
	if (rc)
		return rc;
	rc = ops->op_submit(j, d);
	rc = rc ? rc : ops->op_wait(j, &info, d);
	if (rc == 0 && c.kind == OP_GEMM)
		rc = ops->op_fetch(j, 0, 4, out, d);
	ops->op_free(j);
	return rc;
}

/* A copy moves 2 GiB: not here. */
static int open_op(struct engine *e, struct op_config c, struct diag *d)
{
	struct op_job *j;
	int rc = ops->op(e, &c, &j, d);
	if (rc == 0)
		ops->op_free(j);
	return rc;
}

static int life(struct diag *d)
{
	const struct engine_config config = {.device = device, .isa = "auto", .n_threads = 1};
	const struct op_config gemm = {.kind = OP_GEMM,
				       .m = 4,
				       .n = 8,
				       .k = 32,
				       .precision = DTYPE_Q4_0,
				       .provider = "cublaslt",
				       .blocking = "tune",
				       .seed = 1};
	struct engine *e;
	uint64_t bytes;
	int rc = ops->open(&e, &config, d);
	if (rc)
		return rc;
	rc = use_model(e, d);
	if (rc == 0)
		rc = use_op(e, gemm, d);
	if (rc == 0)
		rc = use_op(e, (struct op_config){.kind = OP_LATENCY, .bytes = 1 << 16, .seed = 1}, d);
	if (rc == 0)
		rc = open_op(e, (struct op_config){.kind = OP_COPY, .bytes = 1 << 16}, d);
	if (rc == 0)
		rc = ops->flush(e, &bytes, d);
	ops->close(e);
	return rc;
}

/* ---- cuBLASLt that does not start ---- */

/* A product of many rows; what describes it. */
static int many_rows(struct engine *e, const char *provider, struct strbuf *says, struct diag *d)
{
	const struct op_config c = {.kind = OP_GEMM,
				    .m = 20,
				    .n = 8,
				    .k = 32,
				    .precision = DTYPE_F16,
				    .provider = provider,
				    .blocking = "auto",
				    .seed = 1};
	struct op_job *j;
	struct step_info info;
	int rc = ops->op(e, &c, &j, d);
	if (rc)
		return rc;
	rc = ops->op_submit(j, d);
	rc = rc ? rc : ops->op_wait(j, &info, d);
	ops->op_describe(j, says);
	ops->op_free(j);
	return rc;
}

/* A product of which one call fails: it is done, and what describes it has that part. */
static bool many_rows_say(struct engine *e, const char *fail, const char *part)
{
	struct strbuf says = {0};
	struct diag d = {0};
	setenv("FAKE_CUDA_FAIL", fail, 1);
	bool good = many_rows(e, "own", &says, &d) == 0 && strstr(strbuf_text(&says), part);
	if (!good)
		fprintf(stderr, "# %s: not \"%s\": %s%s\n", fail, part, d.text, strbuf_text(&says));
	strbuf_free(&says);
	return good;
}

/* Each product has what is there when it is asked for. Its own three matrices are allocated before cuBLASLt's workspace. */
static bool starts_again(struct engine *e)
{
	static const char own[] = "cublaslt: not started, own kernels do all: cuBLASLt does not start: ";
	struct strbuf says = {0};
	struct diag d = {0};
	bool good = many_rows_say(e, "cuMemAlloc:4:2", own) && many_rows_say(e, "cublasLtCreate:1:3", own) &&
		    many_rows_say(e, "cuEventCreate:1:2", own);
	setenv("FAKE_CUDA_FAIL", "cuMemAlloc:1:2", 1);
	good = good && many_rows(e, "cublaslt", &says, &d) == ERR_OOM &&
	       strstr(d.text, "provider cublaslt: cuBLASLt does not start: cuda:0: no memory for cuBLASLt: ");
	strbuf_free(&says);
	return good && many_rows_say(e, "none:1:1", "cublaslt: version ");
}

/* What is not here is not looked for again. */
static bool stays_away(struct engine *e)
{
	static const char own[] = "cublaslt: not here, own kernels do all: INFEROMETER_LIBCUBLASLT: ";
	const char *fake = getenv("FAKE_CUDA");
	setenv("INFEROMETER_LIBCUBLASLT", "/nosuch/libcublasLt.so", 1);
	bool good = many_rows_say(e, "none:1:1", own);
	setenv("INFEROMETER_LIBCUBLASLT", fake ? fake : "", 1);
	return good && many_rows_say(e, "none:1:1", own);
}

/* In a process of its own: a library that is found stays. */
static void test_lt(const char *name, bool (*told)(struct engine *))
{
	const struct engine_config config = {.device = device, .isa = "auto", .n_threads = 1};
	int status = 0;
	fflush(stdout);
	pid_t pid = fork();
	if (pid < 0)
		bail("no fork");
	if (pid == 0) {
		struct engine *e;
		if (ops->open(&e, &config, NULL))
			exit(1);
		bool good = told(e);
		ops->close(e);
		exit(!good);
	}
	if (waitpid(pid, &status, 0) != pid)
		bail("no child");
	is_int(status, 0, name);
}

/* ---- one call after the other ---- */

static int child(const char *fail)
{
	struct device_caps caps[2];
	struct diag d = {0};
	setenv("FAKE_CUDA_FAIL", fail, 1);
	int n = ops->probe(caps, 2);
	if (n < 1 || !caps[0].usable)
		return n == 1 && caps[0].why_not[0] ? CHILD_ABSENT : CHILD_MUTE;
	int rc = life(&d);
	if (rc == 0)
		return CHILD_WORKED;
	return d.text[0] ? CHILD_TOLD : CHILD_MUTE;
}

/* The n-th call of a function fails. */
static int status_of(const char *function, int n)
{
	char fail[80];
	int status = 0;
	snprintf(fail, sizeof fail, "%s:%d:%d", function, n, 700); /* an illegal address */
	fflush(stdout);
	pid_t pid = fork();
	if (pid < 0)
		bail("no fork");
	if (pid == 0)
		exit(child(fail));
	if (waitpid(pid, &status, 0) != pid)
		bail("no child");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* What gives back cannot give back when it fails, and a capture that does not end is nobody's to repair. */
static bool is_left_out(const char *function)
{
	static const char *const words[] = {"Destroy", "Release", "Unload", "MemFree", "EndCapture"};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strstr(function, words[i]))
			return true;
	return false;
}

/* Those whose failure costs only a number or a little time, or which this life does not call. */
static bool is_harmless(const char *function)
{
	static const char *const words[] = {"GetError",		"MemGetInfo",	  "GetPCIBusId",
					    "GetAttribute",	"BeginCapture",	  "GraphInstantiate",
					    "GraphUpload",	"DtoHAsync",	  "DtoDAsync",
					    "FuncSetAttribute", "CtxSynchronize", "EventSynchronize"};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strstr(function, words[i]))
			return true;
	return false;
}

static void test_function(const char *function)
{
	static const int calls[] = {1, 2, 7};
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
		int status = status_of(function, calls[i]);
		bool told = status == CHILD_TOLD || status == CHILD_ABSENT;
		/* Few are called so often. */
		bool good = told || (status == CHILD_WORKED && (i > 0 || is_harmless(function)));
		ok(good, "%s fails in its call %d: told, and all given back (%d)", function, calls[i],
		   status);
	}
}

int main(void)
{
	cuda_example_open();
	setenv("FAKE_CUDA_ABORT", "1", 1);
	setenv("FAKE_CUDA_OPEN", "1", 1);
	setenv("FAKE_CUDA_EARLY", "0", 1); /* the other tests look; here it would be done a hundred times */
	setenv("FAKE_CUDA_L2", "65536", 1);
	struct hparams small = shape;
	small.n_layers = 1;
	example_make(&small, 0);
	is_int(status_of("none", 1), CHILD_WORKED, "a life without failures");
	test_lt("cuBLASLt that did not start is tried again for the next product", starts_again);
	test_lt("and one that is not here is not", stays_away);
	for (size_t f = 0; f < sizeof functions / sizeof functions[0]; f++)
		if (!is_left_out(functions[f]))
			test_function(functions[f]);
	example_free();
	return tap_done();
}
