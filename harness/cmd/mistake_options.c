/* SPDX-License-Identifier: Apache-2.0 */
/* Options that a command has not: argp says so, but not what was meant. */
#include "config.h"

#include "harness/cmd/mistake.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/nearest.h"
#include "engines/base/strbuf.h"
#include "harness/cmd/cmd.h"
#include "reports/text.h"

struct known {
	const char *name; /* NULL: a letter alone */
	int key;	  /* a letter, or beyond all characters */
	bool takes;	  /* a value, and it must have one */
};
struct known_list {
	struct known *item;
	int n;
};

/* ---- what there is ---- */

static void known_add(struct known_list *list, const char *name, int key, bool takes)
{
	list->item = mem_realloc(list->item, ((size_t)list->n + 1) * sizeof *list->item);
	list->item[list->n++] = (struct known){name, key, takes};
}

/* Those of argp's children, too; their depth is that of a table in a program. */
static void known_collect(struct known_list *list, const struct argp *argp)
{
	const struct argp_option *real = argp->options;
	for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc); o++) {
		if (!(o->flags & OPTION_ALIAS))
			real = o;
		if (o->name || o->key)
			known_add(list, o->name, real->key,
				  real->arg && !(real->flags & OPTION_ARG_OPTIONAL));
	}
	for (const struct argp_child *c = argp->children; c && c->argp; c++)
		known_collect(list, c->argp);
}

static bool is_letter(int key)
{
	return key > ' ' && key < 0x7f;
}

static const struct known *letter_find(const struct known_list *list, char letter)
{
	for (int i = 0; i < list->n; i++)
		if (is_letter(list->item[i].key) && list->item[i].key == letter)
			return &list->item[i];
	return NULL;
}

/* As getopt_long does: the whole name, else the beginning of one. *exact: the whole one. */
static const struct known *name_find(const struct known_list *list, const char *name, size_t n, bool *exact)
{
	const struct known *found = NULL;
	*exact = false;
	for (int i = 0; i < list->n; i++) {
		const struct known *k = &list->item[i];
		if (!k->name || strncmp(k->name, name, n) != 0)
			continue;
		found = found ? found : k;
		if (k->name[n])
			continue;
		*exact = true;
		return k;
	}
	return found;
}

/* ---- what was meant ---- */

/* clang-format off */
static const struct {
	const char *name, *alias, *hint;
} llama_bench[] = {
	{"b", "batch-size", "--ubatch N (-ub) bounds the tokens of a step"},
	{"ctk", "cache-type-k", "--kv TYPE sets the type of keys and values"},
	{"ctv", "cache-type-v", "--kv TYPE sets the type of keys and values together"},
	{"pg", "pg", "--workload pp512+tg128 is a prompt and a generation in one"},
	{"ngl", "n-gpu-layers", "engine cpu has no layers on a GPU"},
	{"fa", "flash-attn", "attention is always computed in tiles: there is nothing to switch"},
	{"mmp", "mmap", "model files are always mapped"},
	{"sm", "split-mode", "engine cpu has no GPUs to split over"},
	{"mg", "main-gpu", "engine cpu has no GPU"},
	{"ts", "tensor-split", "engine cpu has no GPUs to split over"},
	{"nkvo", "no-kv-offload", "engine cpu has its cache in memory anyway"},
	{"C", "cpu-mask", "--affinity names CPUs, as 0-3"},
	{"embd", "embeddings", "embeddings are not measured"},
	{"oe", "output-err", "-o FORMAT and --html DIR say what is written"},
	{"numa", "numa", "--affinity nodeN"},
	{"delay", "delay", "--wait-quiet SECONDS waits for a quiet machine"},
	{"prio", "prio", "run it as 'nice -n -5 inferometer ...'"},
	{"no-warmup", "no-warmup", "--warmup 0"},
	{"progress", "progress", "it is shown unless -q is given"},
	{"s", "seed", "--seed N"},
};
/* clang-format on */

static const char *llama_bench_hint(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof llama_bench / sizeof llama_bench[0]; i++) {
		const char *const names[] = {llama_bench[i].name, llama_bench[i].alias};
		for (int k = 0; k < 2; k++)
			if (strlen(names[k]) == n && strncmp(names[k], name, n) == 0)
				return llama_bench[i].hint;
	}
	return NULL;
}

static bool has_bench(void)
{
	const struct command *c = commands;
	while (c->name && strcmp(c->name, "bench") != 0)
		c++;
	return c->name != NULL;
}

static void put_hint(struct strbuf *out, const struct known_list *list, const char *name, size_t n)
{
	const char *other = llama_bench_hint(name, n);
	char *alone = mem_strndup(name, n);
	struct nearest near = {.name = alone};
	for (int i = 0; i < list->n; i++)
		if (list->item[i].name)
			nearest_offer(&near, list->item[i].name);
	if (other)
		strbuf_printf(out, ", an option of llama-bench: %s%s", other,
			      has_bench() ? "; 'inferometer bench' takes llama-bench's own" : "");
	else if (near.best)
		strbuf_printf(out, " (did you mean --%s?)", near.best);
	free(alone);
}

/* Ends the program. What was typed may hold anything. */
static _Noreturn void die(const char *program, const char *text)
{
	struct strbuf plain = {0};
	text_plain(&plain, text);
	fprintf(stderr, "%s: %s\n", program, strbuf_text(&plain));
	exit(EXIT_WRONG_USE);
}

static _Noreturn void refuse(const struct known_list *list, const char *program, const char *word,
			     const char *name, size_t n)
{
	struct strbuf line = {0};
	strbuf_printf(&line, "unrecognized option '%.80s'", word);
	put_hint(&line, list, name, n);
	strbuf_printf(&line, "; '%s --help' lists them", program);
	die(program, strbuf_text(&line));
}

/* "-t=2", which getopt_long takes for the beginning of a long option's name; as such it may be of several. */
static void letter_value_check(const struct known_list *list, const char *program, const char *word)
{
	struct strbuf line = {0};
	int n = 0, key = 0;
	for (int i = 0; i < list->n; i++) {
		const struct known *k = &list->item[i];
		if (!k->name || k->name[0] != word[1] || (n && k->key == key))
			continue;
		key = k->key;
		n++;
	}
	if (n == 1)
		return;
	strbuf_printf(&line, "'%.80s': the value of a letter stands behind a blank, as -%c %.60s", word,
		      word[1], word + 3);
	die(program, strbuf_text(&line));
}

/* ---- the scan ---- */

/* Letters behind one dash; true when the last one's value is the next word. */
static bool letters_skip(const struct known_list *list, const char *letters)
{
	for (; *letters; letters++) {
		const struct known *k = letter_find(list, *letters);
		if (k && k->takes)
			return letters[1] == '\0';
	}
	return false;
}

/* True when the next word is the value of this one. */
static bool word_check(const struct known_list *list, const char *program, char **word)
{
	static char help[] = "--help";
	bool exact, two = (*word)[1] == '-';
	const char *name = *word + (two ? 2 : 1);
	size_t n = strcspn(name, "=");
	const struct known *letter = two ? NULL : letter_find(list, *name);
	const struct known *k = name_find(list, name, n, &exact);
	if (!two && n == 1 && letter && name[1] == '=')
		letter_value_check(list, program, *word);
	else if (!two && n == 1 && letter)
		return letters_skip(list, name);
	if (!two && strcmp(name, "h") == 0) {
		*word = help;
		return false;
	}
	if (!exact && llama_bench_hint(name, n) && (!k || n <= 3))
		refuse(list, program, *word, name, n);
	if (k)
		return k->takes && name[n] != '=';
	if (!letter)
		refuse(list, program, *word, name, n);
	return letters_skip(list, name);
}

void mistake_options(const struct argp *argp, int argc, char **argv)
{
	struct known_list list = {0};
	known_collect(&list, argp);
	known_add(&list, "help", '?', false);
	known_add(&list, "usage", 0, false);
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (argv[i][0] == '-' && argv[i][1] && word_check(&list, argv[0], &argv[i]))
			i++;
	free(list.item);
}
