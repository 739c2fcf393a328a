/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/job/turns.h"

#include <math.h>
#include <stddef.h>

#include "engines/model/model.h"

void turns_fill(const struct model *m, int n_positions, float *turns)
{
	const struct hparams *hp = &m->hp;
	const struct tensor *t = model_tensor(m, "rope_freqs.weight");
	float factors[HEAD_DIM_MAX / 2];
	if (t)
		tensor_read_rows(t, 0, 1, factors);
	for (int i = 0; i < hp->n_rot; i += 2) {
		double speed = hp->rope_scale * pow(hp->rope_base, -(double)i / hp->n_rot) /
			       (t ? factors[i / 2] : 1);
		for (int p = 0; p < n_positions; p++) {
			float *pair = turns + (size_t)p * (size_t)hp->n_rot + i;
			pair[0] = (float)cos(p * speed);
			pair[1] = (float)sin(p * speed);
		}
	}
}
