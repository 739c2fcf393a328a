/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/vector.h"

#include <math.h>

#include "engines/kernels/ref/math.h"

void rmsnorm_f32_ref(float *y, const float *x, const float *w, int n, float eps)
{
	double sum = 0;
	for (int i = 0; i < n; i++)
		sum += (double)x[i] * x[i];
	float scale = (float)(1 / sqrt(sum / n + eps));
	for (int i = 0; i < n; i++)
		y[i] = x[i] * scale * w[i];
}

void layer_norm_f32_ref(float *y, const float *x, const float *w, const float *b, int n, float eps)
{
	double sum = 0, squares = 0;
	for (int i = 0; i < n; i++)
		sum += x[i];
	double mean = sum / n;
	for (int i = 0; i < n; i++)
		squares += (x[i] - mean) * (x[i] - mean);
	double scale = 1 / sqrt(squares / n + eps);
	for (int i = 0; i < n; i++)
		y[i] = (float)((x[i] - mean) * scale) * w[i] + b[i];
}

void rope_f32_ref(float *x, const float *turn, int n_heads, int head_dim, int n_rot)
{
	for (int h = 0; h < n_heads; h++, x += head_dim) {
		for (int i = 0; i < n_rot; i += 2) {
			float a = x[i], b = x[i + 1];
			x[i] = fma_ref(a, turn[i], -(b * turn[i + 1]));
			x[i + 1] = fma_ref(b, turn[i], a * turn[i + 1]);
		}
	}
}

void silu_mul_f32_ref(float *y, const float *gate, const float *up, int n)
{
	for (int i = 0; i < n; i++)
		y[i] = gate[i] / (1 + exp_ref(-gate[i])) * up[i];
}

void gelu_f32_ref(float *y, const float *x, int n)
{
	/* (1 + tanh(u)) / 2 is 1 / (1 + exp(-2 u)), without the cancellation for negative u. */
	const float linear = -1.59576912f, cubic = -0.0713548162f;
	for (int i = 0; i < n; i++)
		y[i] = x[i] / (1 + exp_ref(x[i] * fma_ref(x[i] * x[i], cubic, linear)));
}

void add_f32_ref(float *y, const float *x, int n)
{
	for (int i = 0; i < n; i++)
		y[i] += x[i];
}

void softmax_f32_ref(float *x, int n)
{
	float max = -INFINITY;
	double sum = 0;
	for (int i = 0; i < n; i++)
		max = x[i] > max ? x[i] : max;
	for (int i = 0; i < n; i++) {
		x[i] = exp_ref(x[i] - max);
		sum += x[i];
	}
	float scale = (float)(1 / sum);
	for (int i = 0; i < n; i++)
		x[i] *= scale;
}

int argmax_f32_ref(const float *x, int n)
{
	float max = -INFINITY;
	int best = 0;
	for (int i = 0; i < n; i++) {
		if (x[i] > max) {
			max = x[i];
			best = i;
		}
	}
	return best;
}
