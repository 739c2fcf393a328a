/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a sweep: an error or a spec, and what is rendered of a spec says the same again. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/spec/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct spec s, back;
	struct diag d = {0};
	if (spec_parse(&s, (const char *)data, n, "fuzz.yaml", &d)) {
		if (d.code != ERR_FORMAT || !d.text[0])
			abort();
		return 0;
	}
	if (spec_check(&s, NULL))
		abort();
	spec_render(&s);
	/* Many long values may be more than a file may hold. */
	if (strlen(s.text) <= SPEC_BYTES_MAX) {
		if (spec_parse(&back, s.text, strlen(s.text), "back.yaml", NULL))
			abort();
		spec_render(&back);
		if (strcmp(s.text, back.text) != 0)
			abort();
		spec_free(&back);
	}
	spec_free(&s);
	return 0;
}
