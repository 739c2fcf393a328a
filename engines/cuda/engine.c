/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/engine.h"

#include <string.h>

#include "engines/base/library.h"
#include "engines/cuda/cuda.h"
#include "engines/cuda/lt.h"
#include "engines/cuda/op.h"
#include "engines/cuda/session.h"
#include "engines/job/job.h"

extern const struct engine_ops cuda_engine;

static const char *provider_why_not(const char *name)
{
	return strcmp(name, "cublaslt") == 0 ? lt_library_why_not() : NULL;
}

const struct engine_ops cuda_engine = {
	.name = "cuda",
	.device_clock = "CUDA events",
	.probe = cuda_probe,
	.provider_why_not = provider_why_not,
	.open = cuda_open,
	.check = cuda_check_job,
	.load = cuda_load,
	.submit = cuda_submit,
	.wait = cuda_wait,
	.fetch = cuda_fetch,
	.argmax = cuda_argmax,
	.seq_edit = cuda_seq_edit,
	.work = job_work,
	.describe = cuda_session_describe,
	.unload = cuda_unload,
	.op_plan = cuda_op_plan,
	.op = cuda_op,
	.op_submit = cuda_op_submit,
	.op_submit_rows = cuda_op_submit_rows,
	.op_wait = cuda_op_wait,
	.op_fetch = cuda_op_fetch,
	.op_describe = cuda_op_describe,
	.op_free = cuda_op_free,
	.describe_engine = cuda_describe,
	.flush = cuda_flush,
	.flush_bytes = cuda_flush_bytes,
	.hold = cuda_hold,
	.close = cuda_close,
};
