/* SPDX-License-Identifier: Apache-2.0 */
/* A page goes into a folder with its pictures beside it, or alone to a stream. */
#include "config.h"

#include "reports/html/html.h"

#include <stdio.h>
#include <stdlib.h>

#include "engines/base/mem.h"

int html_page_write(const char *directory, const char *name, const struct page_maker *m, struct diag *d)
{
	char *plots = mem_printf("%s/plots", directory), *path = mem_printf("%s/%s", directory, name);
	struct strbuf page = {0};
	int rc = folder_make(directory, d);

	if (rc == 0)
		rc = m->make(&page, m->of, plots, d);
	if (rc == 0)
		rc = file_write(path, page.text, page.len, d);
	strbuf_free(&page);
	free(plots);
	free(path);
	return rc;
}

int html_page_print(FILE *out, const struct report_options *o, const struct page_maker *m, struct diag *d)
{
	struct strbuf page = {0};
	char *own = NULL;
	const char *folder = o->directory && *o->directory ? o->directory : NULL;
	int rc = folder ? 0 : folder_temporary(&own, d);

	if (rc == 0)
		rc = m->make(&page, m->of, folder ? folder : own, d);
	if (rc == 0 && (fwrite(page.text, 1, page.len, out) != page.len || ferror(out)))
		rc = diag_set(d, ERR_IO, "cannot write the report");
	if (own)
		folder_discard(own);
	strbuf_free(&page);
	free(own);
	return rc;
}
