/* SPDX-License-Identifier: Apache-2.0 */
/* The workloads of this build, for registry.c alone. */
#ifndef IFM_WORKLOADS_ALL_H
#define IFM_WORKLOADS_ALL_H

#include "workloads/workload.h"

extern const struct workload_ops workload_pp, workload_tg; /* a model's phases */
extern const struct workload_ops workload_gemm;		   /* one operation */
/* ceilings */
extern const struct workload_ops workload_read, workload_write, workload_copy, workload_triad,
	workload_latency;
extern const struct workload_ops workload_fma;
extern const struct workload_ops workload_forkjoin, workload_timer;

#endif
