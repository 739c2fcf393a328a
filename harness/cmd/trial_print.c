/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/trial_print.h"

#include <inttypes.h>

#include "engines/base/strbuf.h"
#include "harness/store/store.h"
#include "harness/store/trial.h"
#include "reports/text.h"

void trial_mark_put(struct strbuf *out, const struct stored_run *run)
{
	struct trial t;

	if (!stored_run_is_trial(run))
		return;
	if (stored_trial(&t, run, NULL)) {
		strbuf_puts(out, "a comparison that cannot be read");
		return;
	}
	if (t.purpose == TRIAL_AA || t.purpose == TRIAL_INJECTED)
		strbuf_puts(out, "calibration");
	else
		strbuf_puts(out, trial_purpose_name(t.purpose));
	if (t.confirms)
		strbuf_printf(out, " of run %lld", (long long)t.confirms);
	trial_free(&t);
}

/* "a: main 1a2b3c4 (/usr/bin/worker 0.1.0), precision q8_0": one line, whatever is in it. */
static void arm_put(struct strbuf *out, int i, const struct trial_arm *arm)
{
	struct strbuf line = {0};

	strbuf_printf(&line, "arm %s: %s (%s%s%s)", trial_arm_name[i], arm->title, arm->worker,
		      *arm->version ? " " : "", arm->version);
	for (int k = 0; k < KEY_COUNT; k++)
		if (arm->keys.value[k])
			strbuf_printf(&line, ", %s %s", point_key_name((enum point_key)k),
				      arm->keys.value[k]);
	text_plain(out, strbuf_text(&line));
	strbuf_putc(out, '\n');
	strbuf_free(&line);
}

static void pairs_put(struct strbuf *out, const struct trial *t)
{
	int compared = 0;

	for (int i = 0; i < t->n_cells; i++)
		compared += !*t->cell[i].reason;
	strbuf_printf(out, "cells: %d of %d can be compared\n", compared, t->n_cells);
	if (t->pairs)
		strbuf_printf(out, "pairs: %d of each\n", t->pairs);
	else
		strbuf_printf(out, "pairs: until intervals are narrow, %d of each at most\n", t->pairs_max);
	if (t->budget_s > 0)
		strbuf_printf(out, "budget: %.6g s\n", t->budget_s);
	if (t->injected > 0)
		strbuf_printf(out, "injected: %.6g %% into arm b\n", t->injected);
}

void trial_lines_put(struct strbuf *out, const struct stored_run *run)
{
	struct trial t;
	struct diag d = {0};

	if (!stored_run_is_trial(run))
		return;
	if (stored_trial(&t, run, &d)) {
		strbuf_printf(out, "cannot be read: %s\n", d.text);
		return;
	}
	trial_mark_put(out, run);
	strbuf_putc(out, '\n');
	for (int i = 0; i < TRIAL_ARMS; i++)
		arm_put(out, i, &t.arm[i]);
	pairs_put(out, &t);
	strbuf_printf(out, "seed: %" PRIu64 "\n", t.seed);
	trial_free(&t);
}

json_t *trial_mark_json(const struct stored_run *run)
{
	struct trial t;
	json_t *o;

	if (!stored_run_is_trial(run) || stored_trial(&t, run, NULL))
		return json_null();
	o = json_pack("{s:s, s:o}", "purpose", trial_purpose_name(t.purpose), "confirms",
		      t.confirms ? json_integer(t.confirms) : json_null());
	trial_free(&t);
	return o;
}
