/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/store/content.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "engines/base/strbuf.h"

const char *content_id(char id[CONTENT_ID_SIZE], const char *const *texts, int n)
{
	struct strbuf all = {0};
	XXH128_canonical_t c;

	for (int i = 0; i < n; i++) {
		const char *text = texts[i] ? texts[i] : "";
		strbuf_printf(&all, "%zu:", strlen(text));
		strbuf_puts(&all, text);
	}
	XXH128_canonicalFromHash(&c, XXH3_128bits(strbuf_text(&all), all.len));
	strbuf_free(&all);
	for (int i = 0; i < 16; i++)
		snprintf(id + 2 * i, 3, "%02x", c.digest[i]);
	return id;
}
