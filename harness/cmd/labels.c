/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/labels.h"

void labels_add(struct labels *out, const char *arg, struct argp_state *state)
{
	struct diag d = {0};
	if (out->n == LABELS_MAX)
		argp_error(state, "more than %d labels", LABELS_MAX);
	if (run_label_parse(&out->label[out->n++], arg, &d))
		argp_error(state, "%s", d.text);
}

void labels_free(struct labels *l)
{
	for (int i = 0; i < l->n; i++)
		run_label_free(&l->label[i]);
	l->n = 0;
}
