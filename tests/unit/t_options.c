/* SPDX-License-Identifier: Apache-2.0 */
/* Options of engine cpu: what is known, what it does, how it is refused. */
#include "config.h"

#include "tests/tap.h"

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/cpu/options.h"

static void is_parsed(const char *text, struct cpu_options want, const char *described)
{
	struct cpu_options o = {true, true, true, true};
	struct strbuf out = {0};
	struct diag d = {0};
	is_int(cpu_options_parse(&o, text, &d), 0, text);
	ok(o.passive == want.passive && o.small_pages == want.small_pages &&
		   o.pack_always == want.pack_always && o.interleave == want.interleave,
	   "is what was asked for");
	cpu_options_describe(&o, &out);
	is_text(strbuf_text(&out), described, "and described");
	strbuf_free(&out);
}

static void is_refused(const char *text, int code, const char *part)
{
	struct cpu_options o = {.passive = true};
	struct diag d = {0};
	is_int(cpu_options_parse(&o, text, &d), code, text);
	has_text(d.text, part, "says why");
	ok(o.passive, "and leaves the result alone");
}

/* What the kernel advises of a block: "nh" is MADV_NOHUGEPAGE, "hg" MADV_HUGEPAGE. */
static bool block_has(const char *flag)
{
	enum { BYTES = 8 << 20 };
	char line[256];
	bool here = false, found = false;
	char *p = mem_map(BYTES);
	FILE *f = fopen("/proc/self/smaps", "re");
	while (p && f && fgets(line, sizeof line, f)) {
		unsigned long long from, to;
		if (sscanf(line, "%llx-%llx ", &from, &to) == 2)
			here = from <= (uintptr_t)p && (uintptr_t)p < to;
		else if (here && strncmp(line, "VmFlags:", strlen("VmFlags:")) == 0)
			found = strstr(line, flag) != NULL;
	}
	if (f)
		fclose(f);
	mem_unmap(p, BYTES);
	return found;
}

static void test_pages(void)
{
	if (!block_has("hg")) {
		skip("this kernel tells no advice");
		return;
	}
	mem_use_huge_pages(false);
	ok(block_has("nh") && !block_has("hg"), "blocks of small pages");
	mem_use_huge_pages(true);
	ok(block_has("hg") && !block_has("nh"), "and of huge ones again");
}

int main(void)
{
	is_parsed("", (struct cpu_options){0}, "options: wait:spin+hugepages:on+packcache:on+memory:local\n");
	is_parsed("wait:passive", (struct cpu_options){.passive = true},
		  "options: wait:passive+hugepages:on+packcache:on+memory:local\n");
	is_parsed("packcache:off+hugepages:off+wait:spin",
		  (struct cpu_options){.small_pages = true, .pack_always = true},
		  "options: wait:spin+hugepages:off+packcache:off+memory:local\n");
	is_parsed("memory:interleave", (struct cpu_options){.interleave = true},
		  "options: wait:spin+hugepages:on+packcache:on+memory:interleave\n");
	is_refused("wiat:spin", ERR_UNSUPPORTED, "engine cpu knows no \"wiat\" (did you mean \"wait\"?)");
	is_refused("colour:red", ERR_UNSUPPORTED, "known are wait, hugepages, packcache, memory");
	is_refused("wait:never", ERR_UNSUPPORTED, "wait:never, expected spin or passive");
	is_refused("wait:", ERR_UNSUPPORTED, "expected spin or passive");
	is_refused("wait", ERR_UNSUPPORTED, "\"wait\" is no pair");
	is_refused("wait:spin+", ERR_UNSUPPORTED, "is no pair");
	is_refused("+", ERR_UNSUPPORTED, "is no pair");
	is_refused("wait:spin+wait:passive", ERR_USAGE, "wait is given twice");
	is_refused("wait:spin,hugepages:on", ERR_UNSUPPORTED, "expected spin or passive");
	is_refused("hugepages:ooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooon",
		   ERR_UNSUPPORTED, "is longer than any known");
	test_pages();
	return tap_done();
}
