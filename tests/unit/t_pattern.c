/* SPDX-License-Identifier: Apache-2.0 */
/* Pre-tokenizers: how each cuts text into words. And the characters beneath them. */
#include "config.h"

#include "engines/model/tokenizer/pattern.h"

#include "engines/base/mem.h"
#include "engines/base/rng.h"
#include "engines/base/strbuf.h"
#include "engines/model/tokenizer/bytes.h"
#include "tests/tap.h"

static struct pattern *pattern(const char *pre)
{
	struct pattern *p = NULL;
	struct diag d = {0};
	if (pattern_open(&p, (struct gguf_string){pre, strlen(pre)}, &d)) {
		printf("# %s\n", d.text);
		bail("a pattern does not open");
	}
	return p;
}

static int add_word(void *arg, const char *word, size_t n)
{
	struct strbuf *s = arg;
	if (s->len)
		strbuf_putc(s, '|');
	strbuf_add(s, word, n);
	return 0;
}

static void is_cut(const char *pre, const char *text, const char *words)
{
	struct pattern *p = pattern(pre);
	struct strbuf s = {0};
	struct diag d = {0};
	is_int(pattern_split(p, text, strlen(text), add_word, &s, &d), 0, pre);
	is_text(strbuf_text(&s), words, pre);
	strbuf_free(&s);
	pattern_close(p);
}

static void test_words(void)
{
	static const char text[] = "It's   12345 \u00e9t\u00e9!?\u3000\u4e2d\n \nx'LL $a";
	/* What these give was compared with llama.cpp, too, over each character in several places. */
	static const struct {
		const char *pre, *words;
	} rows[] = {
		{"gpt-2", "It|'s|  | 12345| \u00e9t\u00e9|!?|\u3000|\u4e2d|\n |\n|x|'|LL| $|a"},
		{"mpt", "It|'s|  | 12345| \u00e9t\u00e9|!?|\u3000|\u4e2d|\n |\n|x|'|LL| $|a"},
		{"falcon", "It|'|s|  | |123|45| \u00e9t\u00e9|!?|\u3000|\u4e2d|\n |\n|x|'|LL| |$|a"},
		{"default", "It|'|s|  | |123|45| \u00e9t\u00e9|!?|\u3000|\u4e2d|\n |\n|x|'|LL| |$|a"},
		{"smollm", "It|'s|   |1|2|3|4|5| \u00e9t\u00e9|!?|\u3000|\u4e2d|\n |\n|x|'|LL| $|a"},
		{"llama-bpe", "It|'s|  | |123|45| \u00e9t\u00e9|!?|\u3000\u4e2d|\n \n|x|'LL| $|a"},
		{"llama3", "It|'s|  | |123|45| \u00e9t\u00e9|!?|\u3000\u4e2d|\n \n|x|'LL| $|a"},
		{"qwen2", "It|'s|  | |1|2|3|4|5| \u00e9t\u00e9|!?|\u3000\u4e2d|\n \n|x|'LL| $|a"},
		/* Its marks are a range that has the plain letters, so that those part from others. */
		{"deepseek-llm", "It|'|s|   |12345| \u00e9|t|\u00e9|!?|\u3000|\u4e2d|\n| |\n|x|'|LL| $|a"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		is_cut(rows[i].pre, text, rows[i].words);
}

/* Where Unicode and the habits of regular expressions differ. */
static void test_spaces(void)
{
	is_cut("gpt-2", "a\u180e\u180eb", "a|\u180e\u180e|b"); /* no space since Unicode 6.3 */
	is_cut("gpt-2", "a \u00a0\u2003b", "a| \u00a0|\u2003|b");
	is_cut("llama-bpe", "a\xc2\x85\n\nb", "a|\xc2\x85\n\n|b");
	is_cut("deepseek-llm", "  a  ", " | a|  ");
	is_cut("deepseek-llm", "  \n", "  |\n");
}

/* Characters of Unicode 15 and 15.1, which the tables of PCRE2 may not have yet. */
static void test_new_characters(void)
{
	is_cut("gpt-2", "\U00031664'tis", "\U00031664|'t|is");
	is_cut("gpt-2", "a\U0002ebf0\U0001e4d0 1\U0001d2c0", "a\U0002ebf0\U0001e4d0| 1\U0001d2c0");
	is_cut("falcon", "!\U00011b00a \U00011f4f", "!\U00011b00|a| |\U00011f4f");
	is_cut("smollm", "a\U00011f50\U00011f59b", "a|\U00011f50|\U00011f59|b");
	is_cut("llama-bpe", "(\U0001e030)\U0001e4f01", "(\U0001e030|)|\U0001e4f01");
	is_cut("qwen2", "\U0001e4f01", "\U0001e4f0|1");
	is_cut("deepseek-llm", "12\U0001e4f0", "12\U0001e4f0");
}

#define FFFD "\xef\xbf\xbd"

/* As ids of llama-tokenize say. */
static void test_broken(void)
{
	is_cut("gpt-2", "a\xff\xfe b", "a|" FFFD FFFD "| b");
	is_cut("gpt-2", "\xe3\x81 \xf0\x9f\x98\x80\xf0\x9f\x98",
	       FFFD FFFD "| \xf0\x9f\x98\x80" FFFD FFFD FFFD);
	is_cut("llama-bpe", "x\xed\xa0\x80y", "x|\xed\xa0\x80y"); /* a surrogate */
	is_cut("gpt-2", " \xed\xbf\xbf!\xc0\xaf a", " \xed\xbf\xbf!" FFFD FFFD "| a");
	is_cut("deepseek-llm", "a\xed\xa0\x80\xe4\xb8\xad\xff", "a|\xed\xa0\x80|\xe4\xb8\xad|" FFFD);
}

/* ---- whatever the text: the words are the text, repaired ---- */

struct rest {
	const char *at;
	size_t n;
};

static int take_word(void *arg, const char *word, size_t n)
{
	struct rest *r = arg;
	if (n == 0 || n > r->n || memcmp(word, r->at, n) != 0)
		return -100;
	r->at += n;
	r->n -= n;
	return 0;
}

static bool words_are_text(const struct pattern *p, const char *text, size_t n)
{
	char *repaired = mem_alloc(n * UTF8_REPAIR_MAX), *masked = mem_alloc(n * UTF8_REPAIR_MAX);
	struct rest r = {repaired, utf8_repair(text, n, repaired, masked)};
	struct diag d = {0};
	bool good = utf8_whole(masked, r.n) && pattern_split(p, text, n, take_word, &r, &d) == 0 && r.n == 0;
	free(repaired);
	free(masked);
	return good;
}

static void test_any_text(void)
{
	static const char *const pres[] = {"gpt-2",  "falcon",	  "default",
					   "smollm", "llama-bpe", "deepseek-llm"};
	static const char pieces[] = " \n\ra1'sS!\xc3\xa9\xe3\x80\x80\xf0\x9f";
	enum { TEXTS = 400, LEN = 60 };
	for (size_t k = 0; k < sizeof pres / sizeof *pres; k++) {
		struct pattern *p = pattern(pres[k]);
		struct rng r = {.seed = 11};
		int good = 0;
		for (int i = 0; i < TEXTS; i++) {
			size_t n = rng_below(&r, LEN);
			char *text = mem_alloc(n); /* exact: no reading over its end */
			for (size_t c = 0; c < n; c++)
				text[c] = rng_below(&r, 8) ? pieces[rng_below(&r, sizeof pieces)]
							   : (char)rng_next(&r);
			good += words_are_text(p, text, n);
			free(text);
		}
		is_int(good, TEXTS, pres[k]);
		pattern_close(p);
	}
}

/* Long runs of one character: more than a limit on steps allows if they were taken again and again. */
static void test_long(void)
{
	enum { LEN = 300000 };
	static const char *const pres[] = {"gpt-2", "falcon", "default", "llama-bpe", "deepseek-llm"};
	static const char chars[] = " a1'\n.";
	char *text = mem_alloc(LEN);
	for (size_t k = 0; k < sizeof pres / sizeof *pres; k++) {
		struct pattern *p = pattern(pres[k]);
		bool good = true;
		for (const char *c = chars; *c; c++) {
			memset(text, *c, LEN);
			text[LEN - 1] = 'x';
			good = good && words_are_text(p, text, LEN);
		}
		ok(good, "%s: long runs", pres[k]);
		pattern_close(p);
	}
	free(text);
}

static void test_unknown(void)
{
	struct pattern *p = NULL;
	struct diag d = {0};
	is_int(pattern_open(&p, (struct gguf_string){"gpt-5\n\xff", 7}, &d), ERR_UNSUPPORTED, "unknown");
	has_text(d.text, "tokenizer.ggml.pre \"gpt-5??\"", "names it");
	has_text(d.text, "falcon, ", "and those known");
}

/* ---- characters ---- */

static void test_bytes(void)
{
	int back = 0, chars = 0;
	for (int b = 0; b < 256; b++) {
		char c[BYTE_CHAR_MAX];
		size_t n = byte_to_char((uint8_t)b, c);
		chars += utf8_char(c, n) == n && (n > 1 || (c[0] > ' ' && c[0] < 0x7f));
		back += byte_of_char(c, n) == b;
	}
	is_int(chars, 256, "each byte has a printable character");
	is_int(back, 256, "and is found from it");
	is_int(byte_of_char(" ", 1), -1, "a space stands for no byte");
	is_int(byte_of_char("\u0144", 2), -1, "nor does what follows the last");
	is_int(byte_of_char("\u2581", 3), -1, "nor a longer character");
	is_int(byte_of_char("", 0), -1, "nor nothing");
}

static void test_utf8(void)
{
	static const struct {
		const char *text;
		size_t n;
	} rows[] = {
		{"", 0},
		{"a", 1},
		{"\x80", 0},
		{"\xc1\xbf", 0},
		{"\xc2\x80", 2},
		{"\xdf", 0},
		{"\xe0\x9f\xbf", 0},
		{"\xe0\xa0\x80", 3},
		{"\xed\x9f\xbf", 3},
		{"\xed\xa0\x80", 0},
		{"\xe1\x80", 0},
		{"\xf0\x8f\xbf\xbf", 0},
		{"\xf4\x8f\xbf\xbf", 4},
		{"\xf4\x90\x80\x80", 0},
		{"\xf5\x80\x80\x80", 0},
		{"\xc3(", 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		is_int((long long)utf8_char(rows[i].text, strlen(rows[i].text)), (long long)rows[i].n,
		       "well-formed UTF-8");
}

int main(void)
{
	test_words();
	test_spaces();
	test_new_characters();
	test_broken();
	test_any_text();
	test_long();
	test_unknown();
	test_bytes();
	test_utf8();
	return tap_done();
}
