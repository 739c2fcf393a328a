/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/mistake.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/nearest.h"
#include "engines/base/plain.h"
#include "engines/base/strbuf.h"
#include "harness/cmd/cmd.h"
#include "harness/plan/plan.h"
#include "harness/spec/spec.h"
#include "reports/plots/plots.h"
#include "reports/text.h"

/* ---- words that are no commands ---- */

static bool is_sweep(const char *word)
{
	for (const char *const *n = spec_named(); *n; n++)
		if (strcmp(*n, word) == 0)
			return true;
	return plain_ends(word, ".yaml") || plain_ends(word, ".yml");
}

/* What to put between the program's name and what was typed; NULL: nothing is known. */
static const char *missing_word(const char *word)
{
	if (*word == '-' || is_sweep(word))
		return "run";
	if (plain_ends(word, ".gguf"))
		return "run -m";
	return plain_ends(word, ".db") ? "report" : NULL;
}

static void put_nearest(struct strbuf *out, const char *word)
{
	struct nearest near = {.name = word};
	for (const struct command *c = commands; c->name; c++)
		nearest_offer(&near, c->name);
	nearest_put(&near, out);
	strbuf_puts(out, "; 'inferometer --help' lists the commands");
}

int mistake_command(int argc, char **argv)
{
	const char *missing = missing_word(argv[0]);
	struct strbuf line = {0}, plain = {0};
	strbuf_printf(&line, "inferometer: unknown command \"%.40s\"", argv[0]);
	if (missing) {
		strbuf_printf(&line, ": a command comes first, as inferometer %s", missing);
		for (int i = 0; i < argc; i++) {
			strbuf_putc(&line, ' ');
			text_shell(&line, argv[i]);
		}
	} else {
		put_nearest(&line, argv[0]);
	}
	text_plain(&plain, strbuf_text(&line));
	fprintf(stderr, "%s\n", strbuf_text(&plain));
	strbuf_free(&line);
	strbuf_free(&plain);
	return EXIT_WRONG_USE;
}

/* ---- plans that are odd ---- */

void mistake_threads(const struct plan *p, const struct wire_hello *hello)
{
	for (int i = 0; i < p->n_points; i++) {
		const struct plan_point *point = &p->points[i];
		const struct wire_device *d = wire_hello_device(hello, point_get(&point->point, KEY_DEVICE));
		long n = strtol(point_get(&point->point, KEY_THREADS), NULL, 10);
		if (point->state != POINT_PLANNED || !d || d->n_cpus < 1 || n <= d->n_cpus)
			continue;
		fprintf(stderr,
			"inferometer: %ld threads on %d CPUs take turns, and are slower for it; '-t all' "
			"gives "
			"each "
			"CPU one\n",
			n, d->n_cpus);
		return;
	}
}

void mistake_gnuplot(void)
{
	char path[PATH_MAX];
	if (gnuplot_find(path, sizeof path))
		return;
	fprintf(stderr,
		"inferometer: the page has no pictures, for there is no gnuplot (PATH, $GNUPLOT): install "
		"gnuplot-nox, then make it again with 'inferometer report --html DIR'\n");
}

const char *mistake_memory(const struct plan_point *p)
{
	if (!p->checked || p->check.code != ERR_OOM)
		return "";
	return ": a smaller --precision (q8_0, q4_0), fewer --sequences, less --depth or a smaller model "
	       "takes "
	       "less; "
	       "'inferometer doctor' tells what holds memory";
}
