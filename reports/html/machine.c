/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/html/html.h"

#include <string.h>

#include "reports/text.h"

static void put_fact(struct strbuf *out, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	strbuf_puts(out, "<dt>");
	text_html(out, name);
	strbuf_puts(out, "</dt><dd>");
	text_html(out, value);
	strbuf_puts(out, "</dd>\n");
}

/* Every fact there is: what turns out to matter is not known beforehand. Objects one level deep. */
static void put_facts(struct strbuf *out, const json_t *facts, const char *prefix)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)facts, key, value)
	{
		struct strbuf name = {0}, text = {0};

		strbuf_printf(&name, "%s%s", prefix, key);
		if (json_is_object(value) && !*prefix) {
			strbuf_putc(&name, ' ');
			put_facts(out, value, strbuf_text(&name));
		} else {
			json_put(&text, value);
			put_fact(out, strbuf_text(&name), strbuf_text(&text));
		}
		strbuf_free(&name);
		strbuf_free(&text);
	}
}

static void put_method(struct page *p)
{
	const struct analysis *a = p->view->a;
	long samples = 0, warmup = 0, faulted = 0, preempted = 0, migrated = 0, contended = 0, failed = 0;
	struct strbuf text = {0};

	for (int i = 0; i < a->n_rows + a->n_ceilings; i++) {
		const struct row *r = analysis_row(a, i);

		samples += r->n_samples;
		warmup += r->n_warmup;
		faulted += r->n_faulted;
		preempted += r->n_preempted;
		migrated += r->n_migrated;
		contended += r->n_contended;
		failed += r->visits_failed;
	}
	strbuf_printf(&text,
		      "%d rounds; in each round every point once, in an order shuffled by the seed %lld; a "
		      "fresh process for every visit",
		      a->run->rounds, (long long)a->run->seed);
	put_fact(&p->out, "order", strbuf_text(&text));
	put_fact(&p->out, "value of a process",
		 "work of its whole repetitions after warm-up over their summed time");
	put_fact(&p->out, "row",
		 "median of its processes; the interval is the order-statistic 95 % interval of the median, "
		 "which "
		 "needs 6 processes");
	put_fact(&p->out, "share",
		 "time the work takes at the binding ceiling over the time it took, paired by round");
	put_fact(&p->out, "residual",
		 "largest difference from the reference worker's outputs over their largest magnitude");
	strbuf_reset(&text);
	strbuf_printf(
		&text,
		"%ld measured, %ld warm-up; marked: %ld with page faults, %ld preempted, %ld migrated, %ld "
		"contended; none dropped. %ld visits failed",
		samples, warmup, faulted, preempted, migrated, contended, failed);
	put_fact(&p->out, "samples", strbuf_text(&text));
	put_fact(&p->out, "command", a->run->command);
	strbuf_free(&text);
}

void html_machine(struct page *p)
{
	const struct stored_run *run = p->view->a->run;
	struct strbuf text = {0};

	strbuf_puts(&p->out,
		    "<section id=\"machine\"><h2>Machine, build, method</h2>\n<div class=\"grid two\">\n"
		    "<div><h3>Machine</h3><dl class=\"facts\">\n");
	put_facts(&p->out, run->machine, "");
	put_fact(&p->out, "id", run->machine_id);
	put_fact(&p->out, "class", run->machine_class);
	strbuf_puts(&p->out, "</dl><h3>Environment</h3><dl class=\"facts\">\n");
	put_facts(&p->out, run->environment, "");
	strbuf_puts(&p->out, "</dl></div>\n<div><h3>Method</h3><dl class=\"facts\">\n");
	put_method(p);
	strbuf_puts(&p->out, "</dl><h3>Build</h3><dl class=\"facts\">\n");
	strbuf_printf(&text, "%s %s", run->build_program ? run->build_program : "",
		      run->build_version ? run->build_version : "");
	put_fact(&p->out, "program", text.len > 1 ? strbuf_text(&text) : "none ran");
	put_facts(&p->out, run->build, "");
	strbuf_puts(&p->out, "</dl></div></div></section>\n\n");
	strbuf_free(&text);
}

void html_spec(struct page *p)
{
	const struct stored_run *run = p->view->a->run;

	strbuf_puts(&p->out,
		    "<section id=\"spec\"><h2>What was asked</h2>\n<p>The spec of this run, as stored");
	if (run->spec_name && run->spec_name[0]) {
		strbuf_puts(&p->out, ": ");
		text_html(&p->out, run->spec_name);
	}
	strbuf_puts(&p->out, ".</p>\n<pre tabindex=\"0\" role=\"region\" aria-label=\"spec\">");
	text_html_lines(&p->out, run->spec_text ? run->spec_text : "");
	strbuf_puts(&p->out, "</pre></section>\n\n");
}
