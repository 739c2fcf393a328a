/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/tokenizer/pattern.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/model/tokenizer/bytes.h"

/* clang-format off */
/* Unicode's White_Space. PCRE2's \s has U+180E as well, which these tokenizers do not take for a space. */
#define SPACES "\\t-\\r \\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}"
#define SPACE  "[" SPACES "]"
/*
 * llama.cpp's tables are those of Unicode 15.1, PCRE2's may be of Unicode 14: letters, numbers and
 * punctuation that came in between, found by comparing ids of every character.
 */
#define NEW_L \
	"\\x{1123f}\\x{11240}\\x{11f02}\\x{11f04}-\\x{11f10}\\x{11f12}-\\x{11f33}\\x{1342f}" \
	"\\x{13441}-\\x{13446}\\x{1b132}\\x{1b155}\\x{1df25}-\\x{1df2a}\\x{1e030}-\\x{1e06d}" \
	"\\x{1e4d0}-\\x{1e4eb}\\x{2b739}\\x{2ebf0}-\\x{2ee5d}\\x{31350}-\\x{323af}"
#define NEW_N "\\x{11f50}-\\x{11f59}\\x{1d2c0}-\\x{1d2d3}\\x{1e4f0}-\\x{1e4f9}"
#define NEW_P "\\x{11b00}-\\x{11b09}\\x{11f43}-\\x{11f4f}"
#define LETTERS "\\p{L}" NEW_L
#define NUMBERS "\\p{N}" NEW_N
#define PUNCTUATION "\\p{P}" NEW_P
#define OTHER  "[^" SPACES LETTERS NUMBERS "]" /* no space, letter or number */
#define LAST_SPACES SPACE "+(?![^" SPACES "])|" SPACE "+" /* all spaces but the one before a word */

#define GPT2 "'s|'t|'re|'ve|'m|'ll|'d| ?[" LETTERS "]+| ?[" NUMBERS "]+| ?" OTHER "+|" LAST_SPACES
/* Llama 3 and Qwen 2 differ in how many digits make a word. */
#define LLAMA3(digits) \
	"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\\r\\n" LETTERS NUMBERS "]?[" LETTERS "]+|" digits \
	"| ?" OTHER "+[\\r\\n]*|" SPACE "*[\\r\\n]+|" LAST_SPACES
/* DeepSeek's classes as ranges: letters that have a case, ... */
#define CASED \
	"\\x{41}-\\x{5a}\\x{61}-\\x{7a}\\x{b5}\\x{c0}-\\x{d6}\\x{d8}-\\x{f6}\\x{f8}-\\x{1ba}" \
	"\\x{1bc}-\\x{1bf}\\x{1c4}-\\x{293}\\x{295}-\\x{2af}\\x{370}-\\x{373}" \
	"\\x{376}-\\x{377}\\x{37b}-\\x{37d}\\x{37f}\\x{386}\\x{388}-\\x{38a}\\x{38c}" \
	"\\x{38e}-\\x{3a1}\\x{3a3}-\\x{3f5}\\x{3f7}-\\x{481}\\x{48a}-\\x{52f}" \
	"\\x{531}-\\x{556}\\x{10a0}-\\x{10c5}\\x{13a0}-\\x{13f5}\\x{13f8}-\\x{13fd}" \
	"\\x{1c90}-\\x{1cba}\\x{1cbd}-\\x{1cbf}\\x{1d00}-\\x{1d2b}\\x{1d6b}-\\x{1d77}" \
	"\\x{1d79}-\\x{1d9a}\\x{1e00}-\\x{1f15}\\x{1f18}-\\x{1f1d}\\x{1f20}-\\x{1f45}" \
	"\\x{1f48}-\\x{1f4d}\\x{1f50}-\\x{1f57}\\x{1f59}\\x{1f5b}\\x{1f5d}\\x{1f5f}-\\x{1f7d}" \
	"\\x{1f80}-\\x{1fb4}\\x{1fb6}-\\x{1fbc}\\x{1fbe}\\x{1fc2}-\\x{1fc4}" \
	"\\x{1fc6}-\\x{1fcc}\\x{1fd0}-\\x{1fd3}\\x{1fd6}-\\x{1fdb}\\x{1fe0}-\\x{1fec}" \
	"\\x{1ff2}-\\x{1ff4}\\x{1ff6}-\\x{1ffc}\\x{2102}\\x{2107}\\x{210a}-\\x{2113}\\x{2115}" \
	"\\x{2119}-\\x{211d}\\x{2124}\\x{2126}\\x{2128}\\x{212a}-\\x{212d}\\x{212f}-\\x{2134}" \
	"\\x{2139}\\x{213c}-\\x{213f}\\x{2145}-\\x{2149}\\x{214e}\\x{2183}-\\x{2184}" \
	"\\x{2c00}-\\x{2c7b}\\x{2c7e}-\\x{2ce4}\\x{2ceb}-\\x{2cee}\\x{2cf2}-\\x{2cf3}" \
	"\\x{a640}-\\x{a66d}\\x{a680}-\\x{a69b}\\x{a722}-\\x{a76f}\\x{a771}-\\x{a787}" \
	"\\x{a78b}-\\x{a78e}\\x{ab70}-\\x{abbf}\\x{fb00}-\\x{fb06}\\x{fb13}-\\x{fb17}" \
	"\\x{ff21}-\\x{ff3a}\\x{ff41}-\\x{ff5a}\\x{10400}-\\x{1044f}\\x{104b0}-\\x{104d3}" \
	"\\x{104d8}-\\x{104fb}\\x{10c80}-\\x{10cb2}\\x{10cc0}-\\x{10cf2}\\x{118a0}-\\x{118df}" \
	"\\x{1e900}-\\x{1e943}"
/* ... punctuation, and CJK with much else above U+0800; both without the spaces among them. */
#define MARKS "!-/:-~\\x{ff01}-\\x{ff0f}\\x{ff1a}-\\x{ff5e}\\x{2018}-\\x{201f}\\x{3001}\\x{3002}"
#define CJK \
	"\\x{800}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}" \
	"\\x{2060}-\\x{2fff}\\x{3001}-\\x{9fa5}\\x{ac00}-\\x{d7ff}"

enum { EXPRESSIONS_MAX = 6 };

static const struct row {
	const char *pre;
	bool ignores_merges, adds_bos;
	const char *expressions[EXPRESSIONS_MAX];
} rows[] = {
	{"default", false, false, {"[" PUNCTUATION "$+<=>^~|]+", GPT2, "[" NUMBERS "]+", "[0-9][0-9][0-9]"}},
	{"gpt-2", false, false, {GPT2}},
	{"mpt", false, false, {GPT2}},
	{"falcon", false, false, {"[" PUNCTUATION "$+<=>^~|`]+", GPT2, "[0-9][0-9][0-9]"}},
	{"smollm", false, false, {"[" NUMBERS "]", GPT2}},
	{"llama-bpe", true, true, {LLAMA3("[" NUMBERS "]{1,3}")}},
	{"llama3", true, true, {LLAMA3("[" NUMBERS "]{1,3}")}},
	{"llama-v3", true, true, {LLAMA3("[" NUMBERS "]{1,3}")}},
	{"qwen2", false, false, {LLAMA3("[" NUMBERS "]")}},
	/* Without (?<!...) spaces not at the end would be scanned once from each of them. */
	{"deepseek-llm", false, false, {"[\\r\\n]", SPACE "?[" CASED "]+", SPACE "?[" MARKS "]+",
		"(?<!" SPACE ")" SPACE "+\\z", "[" CJK "]+", "[" NUMBERS "]+"}},
};
/* clang-format on */
enum { N_ROWS = sizeof rows / sizeof rows[0] };

/*
 * Matching may take this many steps: some for any text, more the longer it
 * is. Expressions above need about one a byte.
 */
enum { STEPS_LEAST = 10000, STEPS_PER_BYTE = 16, HEAP_MAX_KIB = 64 << 10 };

struct pattern {
	const struct row *row;
	int n;
	pcre2_code *codes[EXPRESSIONS_MAX];
};

static int unknown(struct gguf_string pre, struct diag *d)
{
	struct strbuf known = {0};
	char shown[BYTES_SHOWN];
	for (int i = 0; i < N_ROWS; i++)
		strbuf_printf(&known, "%s%s", i ? ", " : "", rows[i].pre);
	diag_set(d, ERR_UNSUPPORTED, "tokenizer.ggml.pre \"%s\" is not known: expected one of %s",
		 bytes_shown(pre.text, pre.n, shown), strbuf_text(&known));
	strbuf_free(&known);
	return ERR_UNSUPPORTED;
}

static int compile(pcre2_code **out, const char *expression, struct diag *d)
{
	int error;
	PCRE2_SIZE at;
	pcre2_code *code =
		pcre2_compile((PCRE2_SPTR)expression, PCRE2_ZERO_TERMINATED, PCRE2_UTF, &error, &at, NULL);
	if (!code)
		return diag_set(d, ERR_INTERNAL, "tokenizer: PCRE2 error %d at %zu of expression %.200s",
				error, (size_t)at, expression);
	/* Where there is no JIT the interpreter gives the same, slower. */
	(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	*out = code;
	return 0;
}

int pattern_open(struct pattern **out, struct gguf_string pre, struct diag *d)
{
	const struct row *row = rows;
	while (row < rows + N_ROWS && (strlen(row->pre) != pre.n || memcmp(row->pre, pre.text, pre.n) != 0))
		row++;
	if (row == rows + N_ROWS)
		return unknown(pre, d);
	struct pattern *p = mem_alloc(sizeof *p);
	int rc = 0;
	p->row = row;
	while (rc == 0 && p->n < EXPRESSIONS_MAX && row->expressions[p->n]) {
		rc = compile(&p->codes[p->n], row->expressions[p->n], d);
		p->n += rc == 0;
	}
	if (rc) {
		pattern_close(p);
		return rc;
	}
	*out = p;
	return 0;
}

void pattern_close(struct pattern *p)
{
	if (!p)
		return;
	for (int i = 0; i < p->n; i++)
		pcre2_code_free(p->codes[i]);
	free(p);
}

bool pattern_ignores_merges(const struct pattern *p)
{
	return p->row->ignores_merges;
}

bool pattern_adds_bos(const struct pattern *p)
{
	return p->row->adds_bos;
}

/* ---- cutting ---- */

struct cutter {
	const struct pattern *p;
	const char *subject, *text; /* what is matched and what its words are; of the same length */
	pcre2_match_data *match;
	pcre2_match_context *limits;
	pattern_word_fn *fn;
	void *arg;
	struct diag *d;
};

/* The first match of expression i in text from *begin on: its place and 1, or 0, or an error. */
static int find(const struct cutter *c, int i, const char *text, size_t n, size_t *begin, size_t *end)
{
	/* The text is known to be UTF-8; PCRE2 would check all of it again for each word. */
	uint32_t options = PCRE2_NO_UTF_CHECK;
	int rc = pcre2_match(c->p->codes[i], (PCRE2_SPTR)text, n, *begin, options, c->match, c->limits);
	if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
		rc = pcre2_match(c->p->codes[i], (PCRE2_SPTR)text, n, *begin, options | PCRE2_NO_JIT,
				 c->match, c->limits);
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	if (rc < 0)
		return diag_set(c->d, rc == PCRE2_ERROR_NOMEMORY ? ERR_OOM : ERR_INTERNAL,
				"tokenizer: PCRE2 error %d in expression %d of \"%s\" over %zu bytes", rc,
				i + 1, c->p->row->pre, n);
	const PCRE2_SIZE *place = pcre2_get_ovector_pointer(c->match);
	*begin = place[0];
	*end = place[1];
	assert(*begin < *end);
	return 1;
}

/* Cuts a piece of the subject that expressions before i left whole. Recursion is EXPRESSIONS_MAX deep. */
static int cut(const struct cutter *c, int i, const char *text, size_t n)
{
	if (n == 0)
		return 0;
	if (i == c->p->n)
		return c->fn(c->arg, c->text + (text - c->subject), n);
	size_t done = 0;
	int rc = 0;
	while (rc == 0 && done < n) {
		size_t begin = done, end = n;
		int found = find(c, i, text, n, &begin, &end);
		if (found < 0)
			return found;
		if (found == 0)
			begin = n;
		rc = cut(c, i + 1, text + done, begin - done);
		if (rc == 0 && found)
			rc = cut(c, i + 1, text + begin, end - begin);
		done = end;
	}
	return rc;
}

/* Puts a repaired text in the place of the broken one. */
static int repair(struct cutter *c, size_t *n, char **memory)
{
	size_t room = *n * UTF8_REPAIR_MAX;
	char *repaired = mem_try_array(room, 2);
	if (!repaired)
		return diag_set(c->d, ERR_OOM, "tokenizer: no memory to repair a text of %zu bytes", *n);
	*n = utf8_repair(c->text, *n, repaired, repaired + room);
	c->text = repaired;
	c->subject = repaired + room;
	*memory = repaired;
	return 0;
}

int pattern_split(const struct pattern *p, const char *text, size_t n, pattern_word_fn *fn, void *arg,
		  struct diag *d)
{
	char *repaired = NULL;
	struct cutter c = {.p = p, .subject = text, .text = text, .fn = fn, .arg = arg, .d = d};
	int rc = utf8_whole(text, n) ? 0 : repair(&c, &n, &repaired);
	if (rc)
		return rc;
	/* One pair of places: no expression captures. */
	c.match = pcre2_match_data_create(1, NULL);
	c.limits = pcre2_match_context_create(NULL);
	if (c.match && c.limits) {
		uint64_t steps = STEPS_LEAST + STEPS_PER_BYTE * (uint64_t)n;
		pcre2_set_match_limit(c.limits, steps < UINT32_MAX ? (uint32_t)steps : UINT32_MAX);
		pcre2_set_heap_limit(c.limits, HEAP_MAX_KIB);
		rc = cut(&c, 0, c.subject, n);
	} else {
		rc = diag_set(d, ERR_OOM, "tokenizer: no memory to cut %zu bytes into words", n);
	}
	pcre2_match_data_free(c.match);
	pcre2_match_context_free(c.limits);
	free(repaired);
	return rc;
}
