/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of the library that stands for libcupti: records of what the fake driver did (tests/gpu/fake), where that is the one
 * that is used. Tests of the sources have no driver, and records that are made up (fake_cupti.c).
 */
#ifndef IFM_TESTS_FAKE_RECORDS_H
#define IFM_TESTS_FAKE_RECORDS_H

#include <cupti.h>
#include <stdbool.h>

/* A callback of domain RESOURCE is due, if it is enabled. */
typedef void records_node_fn(CUpti_CallbackId id, CUgraphNode node, CUgraphNode original);

/* From now on the driver that $INFEROMETER_LIBCUDA names is watched; false: it tells nothing. */
bool records_open(records_node_fn *node);
void records_close(void);
/* Is it watched? */
bool records_on(void);

void records_buffers(CUpti_BuffersCallbackRequestFunc request, CUpti_BuffersCallbackCompleteFunc complete);
void records_kind(CUpti_ActivityKind kind, bool on);
/* Operations that are open, the last of which calls are tied to; 0 ends one. */
void records_op(uint64_t op);
/* What is there is handed over. */
void records_flush(void);
uint64_t records_ns(void);
/* 0: no node. */
uint64_t records_node_id(CUgraphNode node);

#endif
