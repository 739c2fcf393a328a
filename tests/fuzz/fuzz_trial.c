/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the annotation of a trial: refused with the place, or a trial that makes sense and is written as it was read. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/store/trial_text.h"

#define CALIBRATION                                                                                          \
	"\"calibration\":{\"campaigns\":5,\"k\":6,\"missed\":false,\"n\":100,\"n_found\":19,"                \
	"\"n_injected\":20,\"q99\":null}"
#define ARM(name)                                                                                            \
	"{\"build\":\"\",\"keys\":{\"threads\":\"4\"},\"title\":\"" name                                     \
	"\",\"version\":\"0.1\",\"worker\":\"./w\"}"
#define ID   "\"00112233445566778899aabbccddeeff\""
#define CELL "{\"delta\":0.05,\"id\":[" ID "," ID "],\"persistent\":true,\"reason\":\"\",\"required\":true}"
#define RULES                                                                                                \
	"\"budget_s\":60.0,\"confirms\":0,\"copy\":\"\",\"cut\":-1,\"delta_eq\":0.015,\"delta_fail\":0.03,"  \
	"\"estimator\":\"auto\",\"injected\":0.0,\"level\":0.95,\"no_copy\":\"\",\"pairs\":0,"               \
	"\"pairs_max\":60,\"purpose\":\"compare\",\"q\":0.05,\"restart_pairs\":5,"                           \
	"\"seed\":\"18446744073709551615\",\"warmup\":\"flat\""

static const char *const seeds[] = {
	"{\"allowed\":[\"a\"],\"arms\":[" ARM("a") "," ARM("b") "]," CALIBRATION ",\"cells\":[" CELL "," CELL
								"],\"differences\":[]," RULES "}",
	"{\"allowed\":[],\"arms\":[" ARM("a") "," ARM("b") "]," CALIBRATION
							   ",\"cells\":[],\"differences\":[\"x\",\"\"]," RULES
							   "}",
	"{\"purpose\":\"gate\"}",
	"[]",
};

const void *fuzz_seed(int i, size_t *n)
{
	if (i >= (int)(sizeof seeds / sizeof *seeds))
		return NULL;
	*n = strlen(seeds[i]);
	return seeds[i];
}

static void rules_check(const struct trial *t)
{
	FUZZ_CHECK(t->delta_fail > 0 && t->delta_fail < 1 && t->delta_eq > 0 && t->delta_eq < 1);
	FUZZ_CHECK(t->level > 0 && t->level < 1 && t->q > 0 && t->q < 1);
	FUZZ_CHECK(isfinite(t->budget_s) && t->budget_s >= 0 && t->injected >= 0 && t->injected <= 1000);
	FUZZ_CHECK(t->pairs >= 0 && t->pairs_max >= 0 && t->restart_pairs >= 0 && t->cut >= -1);
	FUZZ_CHECK(t->confirms >= 0 && t->estimator >= 0 && t->estimator < 4 && t->warmup && t->copy);
	FUZZ_CHECK(t->calibration.k <= t->calibration.n && !isinf(t->calibration.q99));
}

static void cells_check(const struct trial *t)
{
	FUZZ_CHECK(t->n_cells >= 0 && t->n_cells <= TRIAL_CELLS_MAX);
	for (int i = 0; i < t->n_cells; i++) {
		const struct trial_cell *c = &t->cell[i];
		FUZZ_CHECK(c->delta >= 0 && c->delta <= 1 && c->reason);
		FUZZ_CHECK(!c->persistent || t->restart_pairs > 0);
		for (int arm = 0; arm < TRIAL_ARMS; arm++)
			FUZZ_CHECK(strspn(c->id[arm], "0123456789abcdef") == POINT_ID_SIZE - 1);
	}
}

/* The text that was read may be spaced and ordered otherwise; what is written of it is read as itself. */
static void written_check(const struct trial *t)
{
	struct trial again;
	char *first, *second;

	FUZZ_CHECK(trial_format(t, &first, NULL) == 0);
	FUZZ_CHECK(trial_parse(first, strlen(first), &again, NULL) == 0);
	FUZZ_CHECK(trial_format(&again, &second, NULL) == 0 && strcmp(first, second) == 0);
	trial_free(&again);
	free(first);
	free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct trial t;
	struct diag d = {0};
	int rc = trial_parse((const char *)data, n, &t, &d);

	if (rc) {
		FUZZ_CHECK((rc == ERR_FORMAT || rc == ERR_OOM) && d.code == (enum err)rc && d.text[0]);
		return 0;
	}
	rules_check(&t);
	cells_check(&t);
	written_check(&t);
	trial_free(&t);
	return 0;
}
