/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work that streams do in order: at once; later, where $FAKE_CUDA_LAZY is set; or kept for a graph while the stream
 * captures.
 */
#ifndef IFM_TESTS_GPU_FAKE_STREAM_H
#define IFM_TESTS_GPU_FAKE_STREAM_H

#include "tests/gpu/fake/fake.h"
#include "tests/gpu/fake/watch.h"

/* A kind of work. Its body is copied when it is submitted. */
struct work_kind {
	/* Complains of what is wrong before it runs, a CUresult. Called again each time it is due. */
	int (*check)(const void *body);
	/* Device memory may be touched. */
	void (*run)(const void *body);
	/* May it run now, or does it wait for the host? NULL: it may. */
	bool (*ready)(const void *body);
	/* It shows memory itself, what it wants of it. */
	bool shows;
	/* Kind, name and bytes, for who watches. NULL: there is nothing to tell. */
	void (*tell)(const void *body, struct fake_ran *out);
};

/* Where work comes from. */
struct work_mark {
	uint32_t correlation; /* of the call, where somebody watches */
	uint32_t graph;	      /* executable one, 0: none */
	CUgraphNode node;     /* of a graph, NULL: none */
	uint64_t node_id;
};

struct work {
	struct work *next;
	const struct work_kind *kind;
	struct work_mark mark;
	size_t size;
	_Alignas(16) unsigned char body[];
};

struct work_list {
	struct work *first, **last;
};

void work_append(struct work_list *l, const struct work_kind *kind, const struct work_mark *mark,
		 const void *body, size_t size);
void work_copy(struct work_list *to, const struct work_list *from);
void work_free(struct work_list *l);

/* owner: whose memory the work touches. A CUresult. */
int stream_submit(CUstream stream, const struct context *owner, const struct work_kind *kind,
		  const void *body, size_t size);
/* The same of each of a graph. */
int stream_submit_all(CUstream stream, const struct context *owner, const struct work_list *l);

void stream_make(struct context *owner, unsigned flags, CUstream *stream);
/* What is left to do of all streams that owner has: the first error. */
int streams_drain(struct context *owner);
/* Frees what streams and graphs of owner hold. */
void streams_drop(struct context *owner);
/* Before what waits for all blocking streams: a CUresult, not 0 after a complaint when one of them captures. */
int streams_legacy_wait(struct context *owner);
/* Not 0 after a complaint: this thread captures, and the capture is spoiled now. */
int stream_need_no_capture(void);

/* For events: whether it captures; all that it has left is done. */
bool stream_captures(CUstream stream);
int stream_drain(CUstream stream);
/* Was that the last thing it was given? Graphs are none. */
bool stream_ends_with(CUstream stream, const struct work_kind *kind);

/* ---- for who watches (watch.c) ---- */

void watch_call(void);
/* Of the call that is under way. */
uint32_t watch_correlation(void);
void watch_run(const struct work_kind *kind, const void *body, const struct work_mark *mark);
/* A new node of a graph; original: that it is a clone of, NULL: none. */
void watch_node_make(struct context *owner, struct work_mark *mark, CUgraphNode original);
void watch_node_end(const struct work_mark *mark);

#endif
