/* SPDX-License-Identifier: Apache-2.0 */
/* Events: the clock of this machine, in steps as coarse as those of a device. */
#include "config.h"

#include <time.h>

#include "tests/gpu/fake/fake.h"
#include "tests/gpu/fake/stream.h"

/* cuEventElapsedTime says about half a microsecond of itself. */
#define STEP_NS 500

enum event_state {
	EVENT_NEVER,
	EVENT_CAPTURED, /* by a stream that captured: it has no time */
	EVENT_PENDING,
	EVENT_DONE,
};

struct event {
	enum event_state state;
	unsigned flags;
	CUstream stream;
	long long ns;
};

struct stamp {
	CUevent event;
};

static int stamp_check(const void *body)
{
	(void)body;
	return 0;
}

static void stamp_run(const void *body)
{
	const struct stamp *stamp = body;
	/* It may be destroyed by now, that is allowed. */
	struct event *e = object_look(OBJECT_EVENT, stamp->event);
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!e)
		return;
	e->ns = (now.tv_sec * 1000000000LL + now.tv_nsec) / STEP_NS * STEP_NS;
	e->state = EVENT_DONE;
}

static const struct work_kind stamp_kind = {stamp_check, stamp_run, NULL, false, NULL};

FAKE(cuEventCreate, NEED_CONTEXT, (CUevent * event, unsigned flags), (event, flags))
{
	const unsigned known = CU_EVENT_BLOCKING_SYNC | CU_EVENT_DISABLE_TIMING;
	if (!event || (flags & ~known))
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "flags %u or no place for the event", flags);
	struct event *e = object_make(OBJECT_EVENT, context_current(), sizeof *e, event);
	e->flags = flags;
	return CUDA_SUCCESS;
}

FAKE(cuEventDestroy, NEED_CONTEXT, (CUevent event), (event))
{
	if (!object_find(OBJECT_EVENT, event))
		return CUDA_ERROR_INVALID_HANDLE;
	object_end(event);
	return CUDA_SUCCESS;
}

FAKE(cuEventRecord, NEED_CONTEXT, (CUevent event, CUstream stream), (event, stream))
{
	struct event *e = object_find(OBJECT_EVENT, event);
	const struct stamp stamp = {event};
	if (!e)
		return CUDA_ERROR_INVALID_HANDLE;
	if (stream_captures(stream)) {
		e->state = EVENT_CAPTURED;
		return CUDA_SUCCESS;
	}
	e->state = EVENT_PENDING;
	e->stream = stream;
	return stream_submit(stream, object_owner(event), &stamp_kind, &stamp, sizeof stamp);
}

/* NULL after a complaint. */
static struct event *event_recorded(CUevent event)
{
	struct event *e = object_find(OBJECT_EVENT, event);
	if (e && e->state == EVENT_NEVER)
		fake_complain(0, "the event was never recorded");
	else if (e && e->state == EVENT_CAPTURED)
		fake_complain(0, "the event was recorded by a capture");
	else
		return e;
	return NULL;
}

FAKE(cuEventSynchronize, NEED_CONTEXT | NEED_NO_CAPTURE, (CUevent event), (event))
{
	const struct event *e = event_recorded(event);
	if (!e)
		return CUDA_ERROR_INVALID_HANDLE;
	return e->state == EVENT_PENDING ? stream_drain(e->stream) : CUDA_SUCCESS;
}

FAKE(cuEventElapsedTime, NEED_CONTEXT, (float *ms, CUevent begin, CUevent end), (ms, begin, end))
{
	const struct event *b = event_recorded(begin), *e = event_recorded(end);
	if (!b || !e || !ms)
		return CUDA_ERROR_INVALID_HANDLE;
	if ((b->flags | e->flags) & CU_EVENT_DISABLE_TIMING)
		return fake_complain(CUDA_ERROR_INVALID_HANDLE, "an event has no time");
	if (b->state != EVENT_DONE || e->state != EVENT_DONE)
		return fake_complain(CUDA_ERROR_NOT_READY, "nobody waited for the events");
	*ms = (float)((double)(e->ns - b->ns) / 1e6);
	return CUDA_SUCCESS;
}
