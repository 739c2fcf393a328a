/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/html/html.h"

#include <string.h>

#include "reports/number.h"
#include "reports/text.h"

void html_fact(struct strbuf *out, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	html_put(out, "<dt>", name, "</dt>");
	html_put(out, "<dd>", value, "</dd>\n");
}

/* What is read first, in this order; a key is looked for in the machine, then in the environment, then in the build. */
static const struct {
	const char *key, *name;
} first_facts[] = {
	{"processor", "processor"},   {"architecture", "architecture"}, {"cores", "cores"},
	{"numa_nodes", "NUMA nodes"}, {"memory_bytes", "memory"},	{"hypervisor", "virtual machine"},
	{"host.kernel", "kernel"},    {"clocks.governor", "governor"},	{"clocks.boost", "boost"},
	{"memory.thp", "huge pages"}, {"compiler", "compiler"},		{"flags", "flags"}};

/* A size as people read it, else the fact as it is. */
static void first_fact_put(struct strbuf *text, const json_t *facts, const char *key)
{
	const json_t *value = json_object_get(facts, key);

	if (json_is_integer(value) && strcmp(key, "memory_bytes") == 0)
		number_bytes(text, (double)json_integer_value(value));
	else
		fact_put(text, facts, key);
}

static void put_first_facts(struct strbuf *out, const struct stored_run *run)
{
	for (size_t i = 0; i < sizeof first_facts / sizeof first_facts[0]; i++) {
		const json_t *of[] = {run->machine, run->environment, run->build};
		struct strbuf text = {0};

		for (size_t k = 0; k < sizeof of / sizeof of[0] && text.len == 0; k++)
			first_fact_put(&text, of[k], first_facts[i].key);
		html_fact(out, first_facts[i].name, strbuf_text(&text));
		strbuf_free(&text);
	}
}

/* Every fact there is: what turns out to matter is not known beforehand. Objects one level deep. */
static int put_facts(struct strbuf *out, const json_t *facts, const char *prefix)
{
	const char *key;
	json_t *value;
	int n = 0;

	json_object_foreach((json_t *)facts, key, value)
	{
		struct strbuf name = {0}, text = {0};

		strbuf_printf(&name, "%s%s", prefix, key);
		if (json_is_object(value) && !*prefix) {
			strbuf_putc(&name, ' ');
			n += put_facts(out, value, strbuf_text(&name));
		} else {
			json_put(&text, value);
			html_fact(out, strbuf_text(&name), strbuf_text(&text));
			n++;
		}
		strbuf_free(&name);
		strbuf_free(&text);
	}
	return n;
}

/* Folded: there are hundreds, and few are looked at. */
static void put_all_facts(struct strbuf *out, const char *of, const json_t *facts)
{
	struct strbuf list = {0};
	int n = put_facts(&list, facts, "");

	if (n > 0)
		strbuf_printf(out,
			      "<details><summary>all %d facts of the %s</summary><dl "
			      "class=\"facts\">\n%s</dl></details>\n",
			      n, of, strbuf_text(&list));
	strbuf_free(&list);
}

static void put_method(struct page *p)
{
	const struct analysis *a = p->view->a;
	long samples = 0, warmup = 0, faulted = 0, preempted = 0, migrated = 0, contended = 0, throttled = 0,
	     power_limited = 0, failed = 0;
	struct strbuf text = {0};

	for (int i = 0; i < a->n_rows + a->n_ceilings; i++) {
		const struct row *r = analysis_row(a, i);

		samples += r->n_samples;
		warmup += r->n_warmup;
		faulted += r->n_faulted;
		preempted += r->n_preempted;
		migrated += r->n_migrated;
		contended += r->n_contended;
		throttled += r->n_throttled;
		power_limited += r->n_power_limited;
		failed += r->visits_failed;
	}
	strbuf_printf(&text,
		      "%d rounds; in each round every point once, in an order shuffled by the seed %lld; a "
		      "fresh process for every visit",
		      a->run->rounds, (long long)a->run->seed);
	html_fact(&p->out, "order", strbuf_text(&text));
	html_fact(&p->out, "value of a process",
		  "work of its whole repetitions after warm-up over their summed time");
	html_fact(&p->out, "row",
		  "median of its processes; the interval is the order-statistic 95 % interval of the median, "
		  "which "
		  "needs 6 processes");
	html_fact(&p->out, "share",
		  "time the work takes at the binding ceiling over the time it took, paired by round");
	html_fact(&p->out, "residual",
		  "largest difference from the reference worker's outputs over their largest magnitude");
	strbuf_reset(&text);
	strbuf_printf(
		&text,
		"%ld measured, %ld warm-up; marked: %ld with page faults, %ld preempted, %ld migrated, %ld "
		"contended, %ld throttled, %ld power-limited; none dropped. %ld visits failed",
		samples, warmup, faulted, preempted, migrated, contended, throttled, power_limited, failed);
	html_fact(&p->out, "samples", strbuf_text(&text));
	html_fact(&p->out, "command", a->run->command);
	strbuf_free(&text);
}

void html_run_facts(struct strbuf *out, const struct stored_run *run)
{
	struct strbuf text = {0};

	strbuf_puts(out, "<h3>Machine and build</h3><dl class=\"facts\">\n");
	put_first_facts(out, run);
	html_fact(out, "machine id", run->machine_id);
	html_fact(out, "machine class", run->machine_class);
	strbuf_printf(&text, "%s %s", run->build_program ? run->build_program : "",
		      run->build_version ? run->build_version : "");
	html_fact(out, "program", text.len > 1 ? strbuf_text(&text) : "none ran");
	strbuf_puts(out, "</dl>\n");
	put_all_facts(out, "machine", run->machine);
	put_all_facts(out, "environment", run->environment);
	put_all_facts(out, "build", run->build);
	strbuf_free(&text);
}

void html_machine(struct page *p)
{
	strbuf_puts(&p->out,
		    "<section id=\"machine\"><h2>Machine, build, method</h2>\n<div class=\"grid two\">\n"
		    "<div>");
	html_run_facts(&p->out, p->view->a->run);
	strbuf_puts(&p->out, "</div>\n<div><h3>Method</h3><dl class=\"facts\">\n");
	put_method(p);
	strbuf_puts(&p->out, "</dl></div></div></section>\n\n");
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
