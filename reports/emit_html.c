/* SPDX-License-Identifier: Apache-2.0 */
/* One self-contained page; as a folder it has its pictures, data and scripts beside it. */
#include "config.h"

#include "reports/report.h"

#include "reports/html/html.h"

static int page_make(struct strbuf *page, const void *of, const char *plots_directory, struct diag *d)
{
	struct view v = view_make(of);
	struct plots *plots = plots_make(&v);
	int e = plots_draw(plots, plots_directory, d);

	if (!e)
		html_page(page, &v, plots);
	plots_free(plots);
	return e;
}

int report_write_html(const char *directory, const struct analysis *a, struct diag *d)
{
	const struct page_maker m = {page_make, a};

	return html_page_write(directory, "report.html", &m, d);
}

static int html_emit(FILE *out, const struct analysis *a, const struct report_options *options,
		     struct diag *d)
{
	const struct page_maker m = {page_make, a};

	return html_page_print(out, options, &m, d);
}

const struct emitter_ops emit_html = {
	.name = "html",
	.extension = "html",
	.help = "one self-contained page with pictures",
	.emit = html_emit,
};
