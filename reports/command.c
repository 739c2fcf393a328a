/* SPDX-License-Identifier: Apache-2.0 */
/* The line that measures a point again, from its keys and what the run was asked. */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "reports/text.h"
#include "reports/view.h"

/* What a run has that was told neither: harness/spec. */
#define SEED_USUAL     20240229
#define COUNTERS_USUAL "clock, rusage"

/* A model's path may hold commas, which part models. */
static void put_value(struct strbuf *out, enum point_key key, const char *value)
{
	struct strbuf text = {0};

	for (; *value; value++) {
		if (key == KEY_MODEL && *value == ',')
			strbuf_putc(&text, '\\');
		strbuf_putc(&text, *value);
	}
	text_shell(out, strbuf_text(&text));
	strbuf_free(&text);
}

static void put_keys(struct strbuf *out, const struct row *r)
{
	static const struct {
		enum point_key key;
		const char *flag;
	} flags[] = {{KEY_MODEL, "-m"},
		     {KEY_WORKLOAD, "--workload"},
		     {KEY_PRECISION, "--precision"},
		     {KEY_KV, "--kv"},
		     {KEY_SEQUENCES, "--sequences"},
		     {KEY_DEPTH, "--depth"},
		     {KEY_UBATCH, "--ubatch"},
		     {KEY_THREADS, "-t"},
		     {KEY_ISA, "--isa"},
		     {KEY_BLOCKING, "--blocking"},
		     {KEY_PROVIDER, "--provider"},
		     {KEY_ENGINE, "--engine"},
		     {KEY_DEVICE, "--device"},
		     {KEY_M, "--gemm-m"},
		     {KEY_N, "--gemm-n"},
		     {KEY_K, "--gemm-k"},
		     {KEY_SIZE, "--size"},
		     {KEY_TYPE, "--type"},
		     {KEY_AFFINITY, "--affinity"},
		     {KEY_CACHE, "--cache"},
		     {KEY_DURATION, "--duration"},
		     {KEY_OPTIONS, "--options"},
		     {KEY_INJECT, "--inject"}};
	_Static_assert(sizeof flags / sizeof flags[0] == KEY_COUNT, "each key has its flag");

	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		const char *value = r->point->point.value[flags[i].key];
		const char *usual = point_key_default(flags[i].key);

		if (!value || (usual && strcmp(usual, value) == 0))
			continue;
		strbuf_printf(out, " %s ", flags[i].flag);
		put_value(out, flags[i].key, value);
	}
}

/*
 * The counters as the spec's text has them when it was written by harness/spec, "counters: [a, b]" on a line of its
 * own. One that was written by hand may have another form: it is then not repeated.
 */
static void put_counters(struct strbuf *out, const char *spec)
{
	static const char head[] = "\ncounters: [";
	const char *list = spec ? strstr(spec, head) : NULL;
	struct strbuf names = {0};
	size_t n;

	if (!list)
		return;
	list += strlen(head);
	n = strspn(list, "abcdefghijklmnopqrstuvwxyz0123456789_-:, ");
	if (list[n] != ']' || (n == strlen(COUNTERS_USUAL) && strncmp(list, COUNTERS_USUAL, n) == 0))
		return;
	for (size_t i = 0; i < n; i++)
		if (list[i] != ' ')
			strbuf_putc(&names, list[i]);
	strbuf_puts(out, " --counters ");
	text_shell(out, n ? strbuf_text(&names) : "none");
	strbuf_free(&names);
}

/* What stands behind "NAME: " on a line of its own in the spec's text, of these characters alone; 0: nothing does. */
static size_t option_find(const char *spec, const char *name, const char *characters, const char **value)
{
	for (const char *line = spec; line && *line; line = strchr(line, '\n')) {
		size_t n = strlen(name), length;

		line += *line == '\n';
		if (strncmp(line, name, n) != 0 || line[n] != ':' || line[n + 1] != ' ')
			continue;
		*value = line + n + 2;
		length = strspn(*value, characters);
		return (*value)[length] == '\n' || (*value)[length] == '\0' ? length : 0;
	}
	return 0;
}

/* How often and how long, where it is not as usual: what failed by a limit, or in the fourth repetition, does so
 * again. */
static void put_options(struct strbuf *out, const char *spec)
{
	static const struct {
		const char *name, *usual,
			*flag; /* of harness/spec; a flag that ends with a blank takes the value */
	} options[] = {{"rounds", "6", "-r "},
		       {"warmup", "1", "--warmup "},
		       {"repeat", "auto", "--repeat "},
		       {"min_time", "0.1", "--min-time "},
		       {"max_time", "60", "--max-time "},
		       {"timeout", "300", "--timeout "},
		       {"visit_timeout", "0", "--visit-timeout "},
		       {"memory_limit", "0", "--memory-limit "},
		       {"idle", "10", "--idle "},
		       {"wait_quiet", "0", "--wait-quiet "},
		       {"verify", "true", "--no-verify"},
		       {"ceilings", "true", "--no-ceilings"}};

	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
		const char *value = "", *flag = options[i].flag;
		size_t n = option_find(spec, options[i].name, "0123456789.+-truefalseauto", &value);

		if (n == 0 || (n == strlen(options[i].usual) && strncmp(value, options[i].usual, n) == 0))
			continue;
		strbuf_printf(out, " %s", flag);
		if (flag[strlen(flag) - 1] == ' ')
			strbuf_add(out, value, n);
	}
}

/* Bytes of the word at the begin of a command, with its quotes as text_shell sets them. */
static size_t word_length(const char *command)
{
	size_t n = 0;
	bool quoted = false;

	for (; command[n] && (quoted || command[n] != ' '); n++) {
		if (command[n] == '\'')
			quoted = !quoted;
		else if (!quoted && command[n] == '\\' && command[n + 1])
			n++;
	}
	return n;
}

/* The worker that was named, as it was typed: "--worker PROGRAM", "--worker=PROGRAM", with one dash as well. */
static void put_worker(struct strbuf *out, const char *command)
{
	static const char name[] = "-worker";

	for (const char *at = command; at && *at;) {
		const char *next = at + word_length(at), *end = at + strlen(name);

		next += strspn(next, " ");
		if (at[0] == '-' && at[1] == '-')
			at++, end++;
		if (strncmp(at, name, strlen(name)) == 0 && (*end == '=' || *end == ' ')) {
			const char *value = *end == '=' ? end + 1 : next;

			strbuf_puts(out, " --worker ");
			strbuf_add(out, value, word_length(value));
			return;
		}
		at = next;
	}
}

void row_command(struct strbuf *out, const struct stored_run *run, const struct row *r)
{
	strbuf_puts(out, "inferometer run");
	put_keys(out, r);
	if (run->seed != SEED_USUAL)
		strbuf_printf(out, " --seed %lld", (long long)run->seed);
	put_options(out, run->spec_text);
	put_counters(out, run->spec_text);
	put_worker(out, run->command);
}

void command_lines(struct strbuf *out, const char *command, int width, const char *indent)
{
	int column = 0;

	for (const char *at = command; *at;) {
		size_t n = word_length(at);
		struct strbuf word = {0};
		int w;

		strbuf_add(&word, at, n);
		at += n + strspn(at + n, " ");
		w = text_width(strbuf_text(&word));
		/* A blank and a backslash behind it, unless it is the last. */
		if (column > 0 && column + 1 + w + (*at ? 2 : 0) > width) {
			strbuf_printf(out, " \\\n%s  ", indent);
			column = text_width(indent) + 2;
		} else {
			strbuf_puts(out, column > 0 ? " " : indent);
			column += column > 0 ? 1 : text_width(indent);
		}
		strbuf_puts(out, strbuf_text(&word));
		column += w;
		strbuf_free(&word);
	}
}
