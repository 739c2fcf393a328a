/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single operations of engine "cpu": a matrix product on seeded inputs, and the
 * machine's ceilings (read, fma). The functions are those of engine_ops (engines/engine.h);
 * they run on the engine's pool at its ISA (cpu.h).
 */
#ifndef IFM_CPU_OP_H
#define IFM_CPU_OP_H

#include "engines/engine.h"

int op_open(struct engine *e, const struct op_config *config, struct op_job **out, struct diag *d);
int op_submit(struct op_job *j, struct diag *d);
int op_submit_rows(struct op_job *j, int row, int n, struct diag *d);
int op_wait(struct op_job *j, struct step_info *info, struct diag *d);
int op_fetch(struct op_job *j, int row, int n, float *dst, struct diag *d);
void op_describe(const struct op_job *j, struct strbuf *out);
void op_free(struct op_job *j); /* NULL is fine */

#endif
