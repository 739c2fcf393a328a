/* SPDX-License-Identifier: Apache-2.0 */
/* Which part of a session's repetition is compared with the reference. Within workloads/. */
#ifndef IFM_WORKLOADS_SESSION_PLAN_H
#define IFM_WORKLOADS_SESSION_PLAN_H

#include "workloads/session.h"

/* As much of all as WORKLOAD_VERIFY_FLOPS allows: of the prompt first, then of the depth. */
MUST_CHECK int session_part_choose(const struct engine_ops *ops, const struct model *m,
				   const struct session_shape *s, struct session_part *out, struct diag *d);

#endif
