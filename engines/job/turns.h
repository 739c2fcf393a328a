/* SPDX-License-Identifier: Apache-2.0 */
/* Rotary positions (Su et al., arXiv 2104.09864) as a table. */
#ifndef IFM_JOB_TURNS_H
#define IFM_JOB_TURNS_H

struct model;

/*
 * cos and sin of each position below n_positions and each rotated pair: turns is [n_positions][n_rot]. Angles in double:
 * position * rope_scale * rope_base^(-2i / n_rot), divided by the model's factor of the pair where it has some
 * (rope_freqs.weight). Nothing where n_rot is 0.
 */
void turns_fill(const struct model *m, int n_positions, float *turns);

#endif
