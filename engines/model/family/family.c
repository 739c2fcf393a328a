/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/family/family.h"

#include <string.h>

#include "engines/base/strbuf.h"

extern const struct family family_llama, family_gpt2;

static const struct family *const families[] = {&family_llama, &family_gpt2, NULL};

const struct family *family_find(const char *name, size_t n)
{
	for (const struct family *const *f = families; *f; f++)
		if (strlen((*f)->name) == n && memcmp((*f)->name, name, n) == 0)
			return *f;
	return NULL;
}

const struct family *family_default(void)
{
	return families[0];
}

void family_names(struct strbuf *out)
{
	for (const struct family *const *f = families; *f; f++)
		strbuf_printf(out, "%s%s", f == families ? "" : f[1] ? ", " : " and ", (*f)->name);
}
