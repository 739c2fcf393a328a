/* SPDX-License-Identifier: Apache-2.0 */
/* Two arms may differ in what they declare and in nothing else: the rest would be in the ratio, too. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/trial/private.h"

/* A fact of both arms that was found to differ. */
struct difference {
	const char *key;
	const char *value[TRIAL_ARMS];
	const char *effect; /* what it does to a ratio */
	bool never;	    /* not to be allowed */
};

/* "model.*" allows a group. */
static bool matches(const char *pattern, const char *key)
{
	size_t n = strlen(pattern);
	if (n >= 2 && strcmp(pattern + n - 2, ".*") == 0)
		return strncmp(pattern, key, n - 1) == 0;
	return strcmp(pattern, key) == 0;
}

static bool is_allowed(const struct trial_ask *ask, const char *key)
{
	for (int i = 0; i < ask->n_allowed; i++)
		if (matches(ask->allowed[i], key))
			return true;
	return false;
}

/* Each once. */
static void put_line(struct strbuf *out, const char *line)
{
	const char *text = strbuf_text(out);
	const char *at = out->len ? strstr(text, line) : NULL;
	if (!at || (at != text && at[-1] != '\n'))
		strbuf_puts(out, line);
}

static void report(struct trial_plan *p, struct strbuf *refusal, const struct difference *x)
{
	bool allowed = !x->never && is_allowed(&p->ask, x->key);
	char *line = mem_printf("%s: a is %s, b is %s: %s%s\n", x->key, x->value[SIDE_A], x->value[SIDE_B],
				x->effect, x->never ? " (cannot be allowed)" : "");
	if (allowed) {
		char *said = mem_printf("allowed: %s", line);
		put_line(&p->differences, said);
		free(said);
	} else {
		put_line(refusal, line);
	}
	free(line);
}

/* ---- what workers say of themselves ---- */

static void differ_number(struct trial_plan *p, struct strbuf *refusal, const char *key, long long a,
			  long long b, const char *effect)
{
	char text[TRIAL_ARMS][32];
	if (a == b)
		return;
	snprintf(text[SIDE_A], sizeof text[SIDE_A], "%lld", a);
	snprintf(text[SIDE_B], sizeof text[SIDE_B], "%lld", b);
	report(p, refusal, &(struct difference){key, {text[SIDE_A], text[SIDE_B]}, effect, false});
}

static void differ_devices(struct trial_plan *p, struct strbuf *refusal)
{
	const struct wire_hello *a = &p->arm[SIDE_A].hello, *b = &p->arm[SIDE_B].hello;
	for (int i = 0; i < a->n_devices; i++) {
		const struct wire_device *x = &a->devices[i], *y = wire_hello_device(b, x->name);
		char key[WIRE_NAME + 32];
		if (!y || !x->usable || !y->usable || trial_declares(&p->ask, KEY_DEVICE))
			continue;
		snprintf(key, sizeof key, "device.%s.cpus", x->name);
		differ_number(p, refusal, key, x->n_cpus, y->n_cpus, "other processors compute");
		snprintf(key, sizeof key, "device.%s.description", x->name);
		if (strcmp(x->description, y->description) != 0)
			report(p, refusal,
			       &(struct difference){key,
						    {x->description, y->description},
						    "they are other devices",
						    false});
	}
}

/* ---- models ---- */

static void differ_model(struct trial_plan *p, struct strbuf *refusal, const struct cell *c)
{
	const struct plan_point *a = &p->arm[SIDE_A].plan.points[c->point[SIDE_A]],
				*b = &p->arm[SIDE_B].plan.points[c->point[SIDE_B]];
	if (!a->model_hash || !b->model_hash || strcmp(a->model_hash, b->model_hash) == 0)
		return;
	/* Two files that claim the same cannot both be right; at another precision they may be meant. */
	bool same_claim =
		strcmp(point_get(&a->point, KEY_PRECISION), point_get(&b->point, KEY_PRECISION)) == 0;
	report(p, refusal,
	       &(struct difference){"model.hash",
				    {a->model_hash, b->model_hash},
				    same_claim ? "they are other models at the same precision"
					       : "they are other models",
				    same_claim});
}

void differ_hellos(struct trial_plan *p, struct strbuf *refusal)
{
	differ_devices(p, refusal);
	for (int i = 0; i < p->n_cells; i++)
		if (!p->cell[i].reason[0])
			differ_model(p, refusal, &p->cell[i]);
}

/* ---- what ran ---- */

/* Lines of `describe` that say how a point was run, and which key of points says the same. KEY_COUNT: none does. */
static const struct {
	const char *line;
	enum point_key key;
	const char *effect; /* NULL: what a build may choose otherwise; it is told, and no reason to stop */
} lines[] = {
	{"threads", KEY_THREADS, "another number of threads computes"},
	{"cpus", KEY_AFFINITY, "other processors compute"},
	{"provider", KEY_PROVIDER, "another library computes"},
	{"options", KEY_OPTIONS, "other options of the engine are set"},
	{"precision", KEY_PRECISION, "the work is another"},
	{"kv", KEY_KV, "the work is another"},
	{"isa", KEY_ISA, NULL},
	{"kernels", KEY_ISA, NULL},
	{"tile", KEY_BLOCKING, NULL},
	{"blocks", KEY_BLOCKING, NULL},
	{"accumulator", KEY_COUNT, NULL},
};

/* The value of "KEY: value\n"; owned, NULL: there is no such line. */
static char *line_value(const char *describe, const char *key)
{
	size_t n = strlen(key);
	for (const char *at = describe; *at; at += strcspn(at, "\n") + (strchr(at, '\n') != NULL))
		if (strncmp(at, key, n) == 0 && at[n] == ':' && at[n + 1] == ' ')
			return mem_strndup(at + n + 2, strcspn(at + n + 2, "\n"));
	return NULL;
}

static void differ_line(struct trial_plan *p, struct strbuf *refusal, const char *label, size_t i,
			const struct ran ran[TRIAL_ARMS])
{
	char *a = line_value(ran[SIDE_A].describe, lines[i].line),
	     *b = line_value(ran[SIDE_B].describe, lines[i].line);
	if (a && b && strcmp(a, b) != 0) {
		char *key = mem_printf("ran.%s", lines[i].line);
		char *told = mem_printf("%s: %s in a is %s, in b %s\n", label, lines[i].line, a, b);
		if (lines[i].effect)
			report(p, refusal, &(struct difference){key, {a, b}, lines[i].effect, false});
		else
			put_line(&p->differences, told);
		free(told);
		free(key);
	}
	free(a);
	free(b);
}

static void differ_windows(struct trial_plan *p, const struct ran ran[TRIAL_ARMS], struct strbuf *refusal)
{
	const int a = ran[SIDE_A].window_version, b = ran[SIDE_B].window_version;
	char text[TRIAL_ARMS][16];
	if (!a || !b || a == b)
		return;
	snprintf(text[SIDE_A], sizeof text[SIDE_A], "%d", a);
	snprintf(text[SIDE_B], sizeof text[SIDE_B], "%d", b);
	report(p, refusal,
	       &(struct difference){"window.version",
				    {text[SIDE_A], text[SIDE_B]},
				    "the workers measure by other definitions",
				    true});
}

/* Of two devices each may go by a clock of its own. */
static void differ_clocks(struct trial_plan *p, const char *label, const struct ran ran[TRIAL_ARMS],
			  struct strbuf *refusal)
{
	const char *a = ran[SIDE_A].clock, *b = ran[SIDE_B].clock;
	if (!*a || !*b || strcmp(a, b) == 0)
		return;
	if (!trial_declares(&p->ask, KEY_DEVICE)) {
		report(p, refusal,
		       &(struct difference){"ran.clock",
					    {a, b},
					    "what launches and waits take is in the time of one of them",
					    true});
		return;
	}
	char *told = mem_printf("%s: steps are timed in a by %s, in b by %s\n", label, a, b);
	put_line(&p->differences, told);
	free(told);
}

void differ_described(struct trial_plan *p, const char *label, const struct ran ran[TRIAL_ARMS],
		      struct strbuf *refusal)
{
	differ_windows(p, ran, refusal);
	differ_clocks(p, label, ran, refusal);
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		bool declared = lines[i].key != KEY_COUNT && trial_declares(&p->ask, lines[i].key);
		if (!declared && ran[SIDE_A].describe && ran[SIDE_B].describe)
			differ_line(p, refusal, label, i, ran);
	}
}
