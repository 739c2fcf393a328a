/* SPDX-License-Identifier: Apache-2.0 */
/* Stop strings over text in pieces: nothing of one is ever told, and nothing else is kept back. */
#include "config.h"

#include "harness/measure/stop.h"

#include <string.h>

#include "tests/tap.h"

/* Feeds the pieces, parted by '|'; what goes on after each is parted by '|' too, "!" where a stop came whole, then what
 * the end of the text lets go. */
static void is_told(struct stop s, const char *pieces, const char *want)
{
	struct strbuf told = {0};
	bool hit = false;
	for (const char *at = pieces; *at && !hit;) {
		size_t n = strcspn(at, "|");
		hit = stop_feed(&s, at, n, &told);
		strbuf_putc(&told, hit ? '!' : '|');
		at += n + (at[n] == '|');
	}
	stop_flush(&s, &told);
	is_text(strbuf_text(&told), want, pieces);
	strbuf_free(&told);
}

int main(void)
{
	const struct stop none = {.n = 0}, end = {.text = {"END"}, .n = 1};
	const struct stop two = {.text = {"abcd", "bc"}, .n = 2}, self = {.text = {"aab"}, .n = 1};
	is_told(none, "a|b|c", "a|b|c|");
	is_told(end, "one |two", "one |two|");
	is_told(end, "one END two", "one !");
	is_told(end, "one E|N|D", "one ||!");
	is_told(end, "E|N|X", "||ENX|");
	is_told(end, "xE|E|ND", "x|E|!");
	is_told(end, "so E", "so |E");
	is_told(two, "xabc", "xa!");
	is_told(two, "xab|x", "x|abx|");
	is_told(self, "a|a|a|b", "||a|!");
	return tap_done();
}
