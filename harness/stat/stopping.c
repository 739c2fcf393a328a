/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/stat/stopping.h"

#include <math.h>

#include "harness/stat/size.h"

/* Narrower is below what the window itself can tell. */
#define HALF_MIN 0.0025

const int stopping_looks[] = {10, 15, 22, 33, 50, 75, 110};
const int stopping_n_looks = (int)(sizeof stopping_looks / sizeof stopping_looks[0]);

int stopping_next(int n)
{
	for (int i = 0; i < stopping_n_looks; i++)
		if (stopping_looks[i] > n)
			return stopping_looks[i];
	return 0;
}

bool stopping_is_look(int n)
{
	for (int i = 0; i < stopping_n_looks; i++)
		if (stopping_looks[i] == n)
			return true;
	return false;
}

double stopping_half_width(double delta_eq)
{
	return fmax(log1p(delta_eq) / 2, HALF_MIN);
}

int stopping_least(int n_tests, double q)
{
	return size_pairs_for_tests(2 * n_tests, q);
}

bool stopping_narrow(double lo, double hi, double delta_eq)
{
	return (hi - lo) / 2 <= stopping_half_width(delta_eq);
}
