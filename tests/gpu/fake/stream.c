/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/gpu/fake/stream.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tests/gpu/fake/graph.h"
#include "tests/gpu/fake/memory.h"

enum capture {
	CAPTURE_NONE,
	CAPTURE_ACTIVE,
	CAPTURE_SPOILED,
};

struct stream {
	struct context *owner;
	unsigned flags;
	bool legacy;
	enum capture capture;
	CUstreamCaptureMode mode;
	pthread_t by;
	const struct work_kind *last; /* what was submitted last, alone or for a graph; NULL: neither */
	struct work_list left, captured;
};

void work_append(struct work_list *l, const struct work_kind *kind, const struct work_mark *mark,
		 const void *body, size_t size)
{
	struct work *w = malloc(sizeof *w + size);
	if (!w)
		abort();
	*w = (struct work){.kind = kind, .mark = *mark, .size = size};
	memcpy(w->body, body, size);
	if (!l->first)
		l->last = &l->first;
	*l->last = w;
	l->last = &w->next;
}

void work_copy(struct work_list *to, const struct work_list *from)
{
	for (const struct work *w = from->first; w; w = w->next)
		work_append(to, w->kind, &w->mark, w->body, w->size);
}

void work_free(struct work_list *l)
{
	for (struct work *w = l->first, *next; w; w = next) {
		next = w->next;
		free(w);
	}
	*l = (struct work_list){0};
}

void stream_make(struct context *owner, unsigned flags, CUstream *stream)
{
	bool legacy = stream == &owner->legacy;
	struct stream *s = object_make(OBJECT_STREAM, owner, sizeof *s, stream);
	*s = (struct stream){.owner = owner, .flags = flags, .legacy = legacy};
}

static struct stream *stream_of(CUstream stream)
{
	if (stream == CU_STREAM_PER_THREAD) {
		fake_complain(0, "the fake has no streams of threads");
		return NULL;
	}
	return object_find(OBJECT_STREAM,
			   stream && stream != CU_STREAM_LEGACY ? stream : context_current()->legacy);
}

static int work_run(const struct work *w)
{
	int r = w->kind->check(w->body);
	if (!w->kind->shows)
		memory_show();
	if (!r)
		watch_run(w->kind, w->body, &w->mark);
	return r;
}

/* The first of all that is left, which belongs to the caller; NULL: nothing is. */
static struct work *work_take(struct stream *s)
{
	struct work *w = s->left.first;
	if (w)
		s->left.first = w->next;
	return w;
}

static bool is_ready(const struct stream *s)
{
	const struct work *w = s->left.first;
	return !w || !w->kind->ready || w->kind->ready(w->body);
}

/* The first error of all that is left. Who waits for what the host holds back waits for nothing. */
static int drain(struct stream *s)
{
	int first = 0;
	if (!is_ready(s))
		fake_complain(0, "nobody has let go of the device");
	for (struct work *w; (w = work_take(s)) != NULL;) {
		int r = work_run(w);
		first = first ? first : r;
		free(w);
	}
	return first;
}

/* What can be done at once. */
static int advance(struct stream *s)
{
	bool waits = fake_setting("FAKE_CUDA_BLOCKING", 0);
	if (fake_setting("FAKE_CUDA_LAZY", 0) || (!waits && !is_ready(s)))
		return 0;
	for (struct work *w; (waits || is_ready(s)) && (w = work_take(s)) != NULL;) {
		int r = work_run(w);
		free(w);
		if (r)
			return r;
	}
	return 0;
}

static int drained;

static void drain_each(void *body)
{
	int r = drain(body);
	drained = drained ? drained : r;
}

static void drain_blocking(void *body)
{
	if (!(((struct stream *)body)->flags & CU_STREAM_NON_BLOCKING))
		drain_each(body);
}

int streams_drain(struct context *owner)
{
	drained = 0;
	object_each(OBJECT_STREAM, owner, drain_each);
	return drained;
}

static void stream_drop(void *body)
{
	struct stream *s = body;
	work_free(&s->left);
	work_free(&s->captured);
}

void streams_drop(struct context *owner)
{
	object_each(OBJECT_STREAM, owner, stream_drop);
	graphs_drop(owner);
}

static int implicit;

static void spoil_blocking(void *body)
{
	struct stream *s = body;
	if (s->capture == CAPTURE_NONE || (s->flags & CU_STREAM_NON_BLOCKING))
		return;
	s->capture = CAPTURE_SPOILED;
	implicit = CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
}

int streams_legacy_wait(struct context *owner)
{
	implicit = 0;
	object_each(OBJECT_STREAM, owner, spoil_blocking);
	if (implicit)
		return fake_complain(implicit, "the legacy stream waits for a stream that captures");
	drained = 0;
	object_each(OBJECT_STREAM, owner, drain_blocking);
	return drained;
}

static int unsafe;

static void spoil_own(void *body)
{
	struct stream *s = body;
	if (s->capture == CAPTURE_NONE || s->mode == CU_STREAM_CAPTURE_MODE_RELAXED ||
	    (s->mode == CU_STREAM_CAPTURE_MODE_THREAD_LOCAL && !pthread_equal(s->by, pthread_self())))
		return;
	s->capture = CAPTURE_SPOILED;
	unsafe = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
}

int stream_need_no_capture(void)
{
	unsafe = 0;
	object_each(OBJECT_STREAM, NULL, spoil_own);
	return unsafe ? fake_complain(unsafe, "illegal while a stream captures") : 0;
}

bool stream_captures(CUstream stream)
{
	const struct stream *s = stream_of(stream);
	return s && s->capture != CAPTURE_NONE;
}

bool stream_ends_with(CUstream stream, const struct work_kind *kind)
{
	const struct stream *s = stream_of(stream);
	return s && s->last == kind;
}

int stream_drain(CUstream stream)
{
	struct stream *s = stream_of(stream);
	return s ? drain(s) : CUDA_ERROR_INVALID_HANDLE;
}

static int submit(struct stream *s, const struct work_kind *kind, struct work_mark mark, const void *body,
		  size_t size)
{
	int r = 0;
	if (s->capture == CAPTURE_SPOILED)
		return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
	if (s->legacy)
		r = streams_legacy_wait(s->owner);
	else if (!(s->flags & CU_STREAM_NON_BLOCKING) && s->capture == CAPTURE_NONE)
		r = stream_drain(s->owner->legacy);
	if (!r)
		r = kind->check(body);
	if (r) {
		s->capture = s->capture ? CAPTURE_SPOILED : CAPTURE_NONE;
		return r;
	}
	s->last = kind;
	if (s->capture)
		watch_node_make(s->owner, &mark, NULL);
	work_append(s->capture ? &s->captured : &s->left, kind, &mark, body, size);
	return s->capture ? 0 : advance(s);
}

static struct stream *stream_for(CUstream stream, const struct context *owner)
{
	struct stream *s = stream_of(stream);
	if (s && s->owner != owner) {
		fake_complain(0, "the stream belongs to another context");
		return NULL;
	}
	return s;
}

int stream_submit(CUstream stream, const struct context *owner, const struct work_kind *kind,
		  const void *body, size_t size)
{
	struct stream *s = stream_for(stream, owner);
	const struct work_mark mark = {.correlation = watch_correlation()};
	return s ? submit(s, kind, mark, body, size) : CUDA_ERROR_INVALID_HANDLE;
}

int stream_submit_all(CUstream stream, const struct context *owner, const struct work_list *l)
{
	struct stream *s = stream_for(stream, owner);
	int r = s ? 0 : CUDA_ERROR_INVALID_HANDLE;
	for (const struct work *w = l->first; w && !r; w = w->next) {
		struct work_mark mark = w->mark;
		mark.correlation = watch_correlation();
		r = submit(s, w->kind, mark, w->body, w->size);
	}
	if (s)
		s->last = NULL;
	return r;
}

FAKE(cuStreamCreate, NEED_CONTEXT, (CUstream * stream, unsigned flags), (stream, flags))
{
	if (!stream || (flags & ~(unsigned)CU_STREAM_NON_BLOCKING))
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "flags %u or no place for the stream", flags);
	stream_make(context_current(), flags, stream);
	return CUDA_SUCCESS;
}

FAKE(cuStreamDestroy, NEED_CONTEXT, (CUstream stream), (stream))
{
	struct stream *s = object_find(OBJECT_STREAM, stream);
	if (!s || s->legacy)
		return CUDA_ERROR_INVALID_HANDLE;
	if (s->capture)
		fake_complain(0, "the stream still captures");
	int r = drain(s);
	stream_drop(s);
	object_end(stream);
	return r;
}

FAKE(cuStreamSynchronize, NEED_CONTEXT | NEED_NO_CAPTURE, (CUstream stream), (stream))
{
	struct stream *s = stream_of(stream);
	if (!s)
		return CUDA_ERROR_INVALID_HANDLE;
	if (s->capture) {
		s->capture = CAPTURE_SPOILED;
		return fake_complain(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "the stream captures");
	}
	return s->legacy ? streams_legacy_wait(s->owner) : drain(s);
}

FAKE(cuCtxSynchronize, NEED_CONTEXT | NEED_NO_CAPTURE, (void), ())
{
	return streams_drain(context_current());
}

FAKE(cuStreamBeginCapture, NEED_CONTEXT, (CUstream stream, CUstreamCaptureMode mode), (stream, mode))
{
	struct stream *s = stream_of(stream);
	if (!s)
		return CUDA_ERROR_INVALID_HANDLE;
	if (s->legacy)
		return fake_complain(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED,
				     "the legacy stream cannot capture");
	if (s->capture)
		return fake_complain(CUDA_ERROR_ILLEGAL_STATE, "the stream captures already");
	if (mode < CU_STREAM_CAPTURE_MODE_GLOBAL || mode > CU_STREAM_CAPTURE_MODE_RELAXED)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "no capture mode %d", (int)mode);
	s->last = NULL;
	s->capture = CAPTURE_ACTIVE;
	s->mode = mode;
	s->by = pthread_self();
	return CUDA_SUCCESS;
}

FAKE(cuStreamEndCapture, NEED_CONTEXT, (CUstream stream, CUgraph *graph), (stream, graph))
{
	struct stream *s = stream_of(stream);
	if (!s || !graph)
		return CUDA_ERROR_INVALID_VALUE;
	if (!s->capture)
		return fake_complain(CUDA_ERROR_ILLEGAL_STATE, "the stream does not capture");
	if (s->mode != CU_STREAM_CAPTURE_MODE_RELAXED && !pthread_equal(s->by, pthread_self()))
		return fake_complain(CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD,
				     "another thread began the capture");
	bool spoiled = s->capture == CAPTURE_SPOILED;
	s->capture = CAPTURE_NONE;
	s->last = NULL;
	*graph = NULL;
	if (!spoiled)
		graph_make(s->owner, &s->captured, graph);
	else
		nodes_end(&s->captured);
	work_free(&s->captured);
	return spoiled ? CUDA_ERROR_STREAM_CAPTURE_INVALIDATED : CUDA_SUCCESS;
}
