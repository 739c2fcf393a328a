/* SPDX-License-Identifier: Apache-2.0 */
/* One self-contained page; as a folder it has its pictures, data and scripts beside it. */
#include "config.h"

#include "reports/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/html/html.h"

static int page_make(struct strbuf *page, const struct analysis *a, const char *plots_directory,
		     struct diag *d)
{
	struct view v = view_make(a);
	struct plots *plots = plots_make(&v);
	int e = plots_draw(plots, plots_directory, d);

	if (!e)
		html_page(page, &v, plots);
	plots_free(plots);
	return e;
}

int report_write_html(const char *directory, const struct analysis *a, struct diag *d)
{
	char *plots = mem_printf("%s/plots", directory), *path = mem_printf("%s/report.html", directory);
	struct strbuf page = {0};
	int e = folder_make(directory, d);

	if (!e)
		e = page_make(&page, a, plots, d);
	if (!e)
		e = file_write(path, page.text, page.len, d);
	strbuf_free(&page);
	free(plots);
	free(path);
	return e;
}

/* The page alone, to any stream; the pictures are drawn in a folder that is gone afterwards unless the
 * options name one. */
static int html_emit(FILE *out, const struct analysis *a, const struct report_options *options,
		     struct diag *d)
{
	bool given = options->directory && options->directory[0];
	struct strbuf page = {0};
	char *own = NULL;
	int e = given ? 0 : folder_temporary(&own, d);

	if (e)
		return e;
	e = page_make(&page, a, given ? options->directory : own, d);
	if (!e && (fwrite(page.text, 1, page.len, out) != page.len || ferror(out)))
		e = diag_set(d, ERR_IO, "cannot write the report");
	if (!given)
		folder_discard(own);
	strbuf_free(&page);
	free(own);
	return e;
}

const struct emitter_ops emit_html = {
	.name = "html",
	.extension = "html",
	.help = "one self-contained page with pictures",
	.emit = html_emit,
};
