/* SPDX-License-Identifier: Apache-2.0 */
/* What outsiders write, made safe for each format; and numbers as people read them. */
#include "config.h"

#include "reports/text.h"

#include <math.h>

#include "reports/number.h"
#include "tests/tap.h"

static void is_put(void (*put)(struct strbuf *, const char *), const char *text, const char *want,
		   const char *name)
{
	struct strbuf s = {0};

	put(&s, text);
	is_text(strbuf_text(&s), want, name);
	strbuf_free(&s);
}

static void test_escapes(void)
{
	is_put(text_plain, "a\x1b[31mb\x07\x7f", "a\xef\xbf\xbd[31mb\xef\xbf\xbd\xef\xbf\xbd",
	       "control characters");
	is_put(text_plain,
	       "\xc2\x9b"
	       "2J",
	       "\xef\xbf\xbd"
	       "2J",
	       "the 8-bit escape of a terminal");
	is_put(text_plain,
	       "txt\xe2\x80\xae"
	       "exe",
	       "txt\xef\xbf\xbd"
	       "exe",
	       "a character that turns the text round");
	is_put(text_plain, "\xff\xc0\x80\xed\xa0\x80 \xf4\x90\x80\x80",
	       "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd "
	       "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
	       "broken, overlong, surrogate and too large UTF-8");
	is_put(text_plain, "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x99\x82",
	       "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x99\x82", "good UTF-8 stays");
	is_put(text_plain, "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd", "a cut character at the end");
	is_put(text_plain, "a\nb\tc", "a b c", "one line");
	is_put(text_lines, "a\nb\tc", "a\nb\tc", "several lines");
	is_put(text_html, "<b a=\"1\" c='2'>&", "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;", "HTML");
	is_put(text_md, "a|b <i> [x](y) `c`", "a\\|b &lt;i&gt; \\[x\\]\\(y\\) \\`c\\`", "Markdown");
	is_put(text_csv, "a,\"b\"", "\"a,\"\"b\"\"\"", "CSV quotes");
	is_put(text_csv, "=1+1", "\"'=1+1\"", "CSV formula");
	is_put(text_csv, " \t@SUM(A1)", "\"' \t@SUM(A1)\"", "CSV formula behind blanks");
	is_put(text_csv, "-x", "\"'-x\"", "CSV minus");
	is_put(text_csv, "plain", "plain", "CSV plain");
	is_put(text_gnuplot, "it's `id` $(x)\n", "'it''s `id` $(x) '", "gnuplot");
	is_put(text_shell, "a'b $(x)", "'a'\\''b $(x)'", "shell");
	is_put(text_shell, "synthetic:llama-1b", "synthetic:llama-1b", "shell word");
	is_put(text_shell, "", "''", "empty shell word");
}

/* What GitHub finds in a text that is rendered already. */
static void test_mentions(void)
{
	is_put(text_md, "@user", "@&#8203;user", "nobody is mentioned");
	is_put(text_md, "fixes #1", "fixes \\#&#8203;1", "and no issue");
}

static void is_cut(const char *text, int width, const char *want, const char *name)
{
	struct strbuf s = {0};

	text_cut(&s, text, width);
	is_text(strbuf_text(&s), want, name);
	ok(text_width(strbuf_text(&s)) <= width, "in %d columns", width);
	strbuf_free(&s);
}

#define HAN    "\xe6\xbc\xa2"
#define ACUTE  "\xcc\x81"
#define DOTS   "\xe2\x80\xa6"
#define SMILEY "\xf0\x9f\x99\x82"

static void test_odd_widths(void)
{
	is_int(text_width("caf\xc3\xa9"), 4, "a letter with its accent");
	is_int(text_width("cafe" ACUTE), 4, "and one with its accent behind it");
	is_int(text_width(HAN HAN), 4, "a Chinese character takes two columns");
	is_int(text_width(SMILEY), 2, "and a face");
	is_int(text_width("a\xe2\x80\x8b"
			  "b"),
	       2, "a blank without a width");
	is_int(text_width("\xe1\x84\x80\xe1\x85\xa1"), 2, "a syllable of Hangul in two pieces");
	is_int(text_width("\xff\xe6"), 2, "broken bytes count each and are not left");
	is_cut(HAN HAN HAN, 6, HAN HAN HAN, "what fits stays");
	is_cut(HAN HAN HAN, 5, HAN HAN DOTS, "what does not is cut");
	is_cut(HAN HAN HAN, 4, HAN DOTS, "at a whole character");
	is_cut("e" ACUTE "e" ACUTE "e" ACUTE, 2, "e" ACUTE DOTS, "with its accents");
	is_cut("e" ACUTE ACUTE ACUTE ACUTE ACUTE "x", 9, "e" ACUTE ACUTE ACUTE "x",
	       "of which three are kept");
	is_cut("abc", 1, DOTS, "one column");
	is_cut("abc", 0, "", "none");
}

static void test_width(void)
{
	struct strbuf s = {0};

	is_int(text_width("caf\xc3\xa9 \xc2\xb1"), 6, "width counts code points");
	text_cut(&s, "caf\xc3\xa9 ol\xc3\xa9", 5);
	is_text(strbuf_text(&s), "caf\xc3\xa9\xe2\x80\xa6", "cut between code points");
	strbuf_reset(&s);
	text_cut(&s, "short", 5);
	is_text(strbuf_text(&s), "short", "what fits stays");
	strbuf_free(&s);
}

static void is_filled(const char *text, int width, int first, int hanging, const char *want, const char *name)
{
	struct strbuf s = {0};

	text_fill(&s, text, width, first, hanging);
	is_text(strbuf_text(&s), want, name);
	strbuf_free(&s);
}

static void test_fill(void)
{
	is_filled("one two three", 8, 0, 2, "one two\n  three", "words are filled to the width");
	is_filled("one two three", 8, 4, 0, "one\ntwo\nthree", "behind what stands there already");
	is_filled("  a   b ", 80, 0, 0, "a b", "blanks are one between words");
	is_filled("a /a/long/path b", 6, 0, 1, "a\n /a/long/path\n b", "a long word is not cut");
	is_filled("\xc3\xa9\xc3\xa9 \xc3\xa9\xc3\xa9", 5, 0, 0, "\xc3\xa9\xc3\xa9 \xc3\xa9\xc3\xa9",
		  "columns, not bytes");
	is_filled("", 5, 0, 0, "", "nothing");
}

static void is_number(double x, double half, const char *want)
{
	struct strbuf s = {0};

	number_put(&s, x, half);
	is_text(strbuf_text(&s), want, want);
	strbuf_free(&s);
}

static void is_estimate(struct estimate e, const char *value, const char *interval)
{
	struct strbuf v = {0}, i = {0};

	number_estimate(&v, &i, &e);
	is_text(strbuf_text(&v), value, "value");
	is_text(strbuf_text(&i), interval, "interval");
	strbuf_free(&v);
	strbuf_free(&i);
}

static void is_power(double x, const char *want)
{
	struct strbuf s = {0};

	number_power(&s, x);
	is_text(strbuf_text(&s), want, want);
	strbuf_free(&s);
}

static void test_numbers(void)
{
	is_number(24.4, 0.18, "24.40");
	is_number(1550.4, 12, "1550");
	is_number(0.0123, 0, "0.0123");
	is_number(NAN, 1, "\xe2\x80\x93");
	is_number(-3, 0,
		  "\xe2\x88\x92"
		  "3.00");
	is_estimate((struct estimate){24.4, 24.22, 24.58, 6, true}, "24.40",
		    "\xc2\xb1"
		    "0.18");
	is_estimate((struct estimate){100, 99, 110, 6, true}, "100.0", "[99.0, 110.0]");
	is_estimate((struct estimate){24.4, 24.22, 24.58, 3, false}, "24.4", "n too small");
	is_estimate((struct estimate){NAN, NAN, NAN, 0, false}, "", "");
	is_power(3.1e-7, "3.1\xc2\xb7"
			 "10\xe2\x81\xbb\xe2\x81\xb7");
	is_power(9.96e-3, "1.0\xc2\xb7"
			  "10\xe2\x81\xbb\xc2\xb2");
	is_power(0, "0");
	is_power(INFINITY, "infinite");
}

int main(void)
{
	test_escapes();
	test_mentions();
	test_odd_widths();
	test_width();
	test_fill();
	test_numbers();
	return tap_done();
}
