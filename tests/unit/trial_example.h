/* SPDX-License-Identifier: Apache-2.0 */
/* A trial with something in every field. */
#ifndef IFM_TESTS_TRIAL_EXAMPLE_H
#define IFM_TESTS_TRIAL_EXAMPLE_H

#include <math.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/store/trial.h"

__attribute__((unused)) static void trial_example_cells(struct trial *t)
{
	t->n_cells = 2;
	t->cell = mem_alloc(sizeof *t->cell * 2);
	for (int i = 0; i < 2; i++) {
		strcpy(t->cell[i].id[0], "00112233445566778899aabbccddeeff");
		strcpy(t->cell[i].id[1], "ffeeddccbbaa99887766554433221100");
	}
	t->cell[0].delta = 0.05;
	t->cell[0].required = true;
	t->cell[0].reason = mem_strdup("");
	t->cell[1].persistent = true;
	t->cell[1].reason = mem_strdup("b: no memory for 3 GB");
}

__attribute__((unused)) static void trial_example(struct trial *t)
{
	*t = (struct trial){
		.purpose = TRIAL_CONFIRM,
		.confirms = 7,
		.injected = 2.5,
		.delta_fail = 0.03,
		.delta_eq = 0.015,
		.level = 0.95,
		.q = 0.05,
		.estimator = 3,
		.pairs = 12,
		.pairs_max = 60,
		.budget_s = 90.5,
		.restart_pairs = 5,
		.cut = 2,
		.warmup = mem_strdup("warm-up of 12 in \"tg32\" \xc3\xa9\n"),
		.seed = UINT64_MAX - 1,
		.copy = mem_strdup("/tmp/copy/worker"),
		.no_copy = mem_strdup(""),
		.calibration = {100, 6, 20, 19, true, 0.0125, 5},
		.n_allowed = 1,
		.n_differences = 2,
	};
	for (int i = 0; i < TRIAL_ARMS; i++) {
		t->arm[i].title = mem_printf("main %d", i);
		t->arm[i].worker = mem_printf("./w%d", i);
		t->arm[i].version = mem_strdup(i ? "0.2.0" : "");
		t->arm[i].build = mem_strdup(i ? "{\"compiler\":\"cc\"}" : "");
		point_set(&t->arm[i].keys, KEY_PRECISION, i ? "q8_0" : "f32");
	}
	point_set(&t->arm[1].keys, KEY_THREADS, "4");
	t->allowed = mem_alloc(sizeof *t->allowed);
	t->allowed[0] = mem_strdup("build.compiler");
	t->difference = mem_alloc(sizeof *t->difference * 2);
	t->difference[0] = mem_strdup("build.compiler: cc and clang");
	t->difference[1] = mem_strdup("");
	trial_example_cells(t);
}

#endif
