/* SPDX-License-Identifier: Apache-2.0 */
/* The processor: its kinds of cores, flags, levels of instructions, microcode. */
#include "config.h"

#include "harness/host/facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/cpuid.h"
#include "engines/base/strbuf.h"
#include "harness/host/files.h"
#include "harness/host/sysfs.h"

#define CPUINFO "/proc/cpuinfo"

enum { KINDS_MAX = 8, NAME_MAX_ = 96 };

/* ---- arm: numbers, no names ---- */

/* MIDR_EL1's implementer and part, as in Linux' arch/arm64/include/asm/cputype.h. */
static const struct {
	const char *implementer, *part, *name;
} arm_parts[] = {
	/* clang-format off */
	{"0x41", "0xd03", "Arm Cortex-A53"},	{"0x41", "0xd05", "Arm Cortex-A55"},
	{"0x41", "0xd07", "Arm Cortex-A57"},	{"0x41", "0xd08", "Arm Cortex-A72"},
	{"0x41", "0xd09", "Arm Cortex-A73"},	{"0x41", "0xd0a", "Arm Cortex-A75"},
	{"0x41", "0xd0b", "Arm Cortex-A76"},	{"0x41", "0xd0c", "Arm Neoverse-N1"},
	{"0x41", "0xd40", "Arm Neoverse-V1"},	{"0x41", "0xd41", "Arm Cortex-A78"},
	{"0x41", "0xd44", "Arm Cortex-X1"},	{"0x41", "0xd46", "Arm Cortex-A510"},
	{"0x41", "0xd47", "Arm Cortex-A710"},	{"0x41", "0xd48", "Arm Cortex-X2"},
	{"0x41", "0xd49", "Arm Neoverse-N2"},	{"0x41", "0xd4d", "Arm Cortex-A715"},
	{"0x41", "0xd4e", "Arm Cortex-X3"},	{"0x41", "0xd4f", "Arm Neoverse-V2"},
	{"0x41", "0xd80", "Arm Cortex-A520"},	{"0x41", "0xd81", "Arm Cortex-A720"},
	{"0x41", "0xd82", "Arm Cortex-X4"},	{"0x41", "0xd83", "Arm Neoverse-V3AE"},
	{"0x41", "0xd84", "Arm Neoverse-V3"},	{"0x41", "0xd8e", "Arm Neoverse-N3"},
	{"0x43", "0x0af", "Cavium ThunderX2"},	{"0x46", "0x001", "Fujitsu A64FX"},
	{"0x48", "0xd01", "HiSilicon TSV110"},	{"0xc0", "0xac3", "Ampere-1"},
	{"0xc0", "0xac4", "Ampere-1A"},
	/* clang-format on */
};

static void arm_name(const char *implementer, const char *part, char out[NAME_MAX_])
{
	snprintf(out, NAME_MAX_, "implementer %.30s part %.30s", implementer, part);
	for (size_t i = 0; i < sizeof arm_parts / sizeof arm_parts[0]; i++)
		if (strcmp(arm_parts[i].implementer, implementer) == 0 &&
		    strcmp(arm_parts[i].part, part) == 0)
			snprintf(out, NAME_MAX_, "%s", arm_parts[i].name);
}

/* The processor that a block of cpuinfo is about; false when it names none. */
static bool block_name(const char *block, char out[NAME_MAX_])
{
	static const char *const keys[] = {"model name", "Model Name", "cpu model", "cpu", "uarch"};
	char implementer[64], part[64];

	if (text_value(block, "CPU implementer", implementer, sizeof implementer) &&
	    text_value(block, "CPU part", part, sizeof part)) {
		arm_name(implementer, part, out);
		return true;
	}
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (text_value(block, keys[i], out, NAME_MAX_))
			return true;
	return false;
}

/* ---- kinds of cores ---- */

struct kinds {
	char name[KINDS_MAX][NAME_MAX_];
	int n[KINDS_MAX], count;
};

static void kind_add(struct kinds *k, const char *name)
{
	for (int i = 0; i < k->count; i++)
		if (strcmp(k->name[i], name) == 0) {
			k->n[i]++;
			return;
		}
	if (k->count == KINDS_MAX)
		return;
	snprintf(k->name[k->count], NAME_MAX_, "%s", name);
	k->n[k->count++] = 1;
}

/* A block ends at an empty line. */
static void kinds_read(struct kinds *k, char *cpuinfo)
{
	char name[NAME_MAX_];

	for (char *block = cpuinfo, *end; block && *block; block = end) {
		end = strstr(block, "\n\n");
		if (end) {
			*end = '\0';
			end += 2;
		}
		if (strstr(block, "processor") && block_name(block, name))
			kind_add(k, name);
	}
}

/* Hybrid x86: each kind is a unit of performance counters with a list of its CPUs. */
static bool hybrid_put(const char *root, struct strbuf *out)
{
	static const char *const units[][2] = {{"/sys/devices/cpu_core/cpus", "performance"},
					       {"/sys/devices/cpu_atom/cpus", "efficiency"},
					       {"/sys/devices/cpu_lowpower/cpus", "low power"}};
	bool cpus[CPUS_MAX];

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		int n = list_read(root, units[i][0], cpus);
		if (n > 0)
			strbuf_printf(out, "%s%d x %s", out->len ? " + " : "", n, units[i][1]);
	}
	return out->len > 0;
}

/* "4 x Arm Cortex-A55 + 2 x Arm Cortex-A76", threads of each. */
static json_t *fact_kinds(const char *root)
{
	struct strbuf text = {0};
	struct kinds k = {0};
	size_t n;
	char *cpuinfo = hybrid_put(root, &text) ? NULL : file_whole(root, CPUINFO, &n);
	int error = errno;

	if (cpuinfo)
		kinds_read(&k, cpuinfo);
	for (int i = 0; i < k.count; i++)
		strbuf_printf(&text, "%s%d x %s", i ? " + " : "", k.n[i], k.name[i]);
	errno = error;
	json_t *fact = text.len	 ? fact_long(text.text)
		       : cpuinfo ? fact_unknown(CPUINFO " names no processor")
				 : fact_unread(CPUINFO);
	free(cpuinfo);
	strbuf_free(&text);
	return fact;
}

/* ---- instructions ---- */

static bool word_in(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = words; (at = strstr(at, word)) != NULL; at += n)
		if ((at == words || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
			return true;
	return false;
}

/* The level is there when all its flags are, and those of the level below (engines/base/cpuid.h). */
static const struct {
	enum isa level;
	const char *flags[5];
} levels[] = {
	{ISA_NEON, {"asimd", NULL}},
	{ISA_AVX2, {"avx2", "fma", "f16c", NULL}},
	{ISA_AVX512, {"avx512f", "avx512dq", "avx512bw", "avx512vl", NULL}},
	{ISA_VNNI, {"avx512_vnni", NULL}},
	{ISA_BF16, {"avx512_bf16", NULL}},
};

static bool has_flags(const char *words, const char *const *flags)
{
	while (*flags && word_in(words, *flags))
		flags++;
	return !*flags;
}

/* All levels into out, "ref" first; returns the highest. */
static enum isa levels_put(const char *words, struct strbuf *out)
{
	enum isa best = ISA_REF;

	strbuf_puts(out, isa_name(best));
	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
		bool above = levels[i].level <= ISA_AVX2 || levels[i].level == ISA_NEON ||
			     best == levels[i].level - 1;
		if (!above || !has_flags(words, levels[i].flags))
			continue;
		best = levels[i].level;
		strbuf_printf(out, ", %s", isa_name(best));
	}
	return best;
}

static void put_levels(json_t *o, const char *root, const char *words)
{
	struct strbuf text = {0};
	enum isa best = levels_put(words, &text);

	/* Here it is asked of the processor and the build, in a captured tree of its flags. */
	json_object_set_new(o, "cpu.isa_present", fact_text(text.text));
	json_object_set_new(o, "cpu.isa_dispatch", fact_text(isa_name(*root ? best : isa_best())));
	strbuf_free(&text);
}

static void put_flags(json_t *o, const char *root)
{
	static const char *const keys[] = {"flags", "Features", "features", "isa", "CPU features"};
	char cpuinfo[FILE_HEAD], words[SYSFS_MAX];

	if (file_head(root, CPUINFO, cpuinfo, sizeof cpuinfo) < 0) {
		json_t *why = fact_unread(CPUINFO);
		json_object_set(o, "cpu.flags", why);
		json_object_set(o, "cpu.isa_present", why);
		json_object_set(o, "cpu.isa_dispatch", *root ? why : json_string(isa_name(isa_best())));
		json_decref(why);
		return;
	}
	words[0] = '\0';
	for (size_t i = 0; i < sizeof keys / sizeof keys[0] && !words[0]; i++)
		if (!text_value(cpuinfo, keys[i], words, sizeof words))
			words[0] = '\0';
	json_object_set_new(o, "cpu.flags",
			    words[0] ? fact_long(words) : fact_unknown(CPUINFO " tells no flags"));
	if (words[0] || !*root) {
		put_levels(o, root, words);
		return;
	}
	json_object_set_new(o, "cpu.isa_present", fact_unknown(CPUINFO " tells no flags"));
	json_object_set_new(o, "cpu.isa_dispatch", fact_unknown(CPUINFO " tells no flags"));
}

/* ---- the rest ---- */

static json_t *microcode(const char *root)
{
	char cpuinfo[FILE_HEAD], value[FACT_MAX];

	if (file_head(root, CPUINFO, cpuinfo, sizeof cpuinfo) >= 0 &&
	    text_value(cpuinfo, "microcode", value, sizeof value))
		return fact_text(value);
	if (text_value(cpuinfo, "CPU implementer", value, sizeof value))
		return fact_absent("arm has none that is told");
	return fact_line(root, CPU_FOLDER "/cpu0/microcode/version");
}

/* A list that may well be empty: then no CPU is so. */
static json_t *fact_list(const char *root, const char *path)
{
	char line[SYSFS_MAX];

	if (file_line(root, path, line, sizeof line))
		return fact_long(line);
	return errno == ENODATA ? fact_text("none") : fact_unread(path);
}

static json_t *fact_name_of(const char *root, const json_t *stable)
{
	char cpuinfo[FILE_HEAD], name[NAME_MAX_];
	const char *was = json_string_value(json_object_get(stable, "processor"));

	if (file_head(root, CPUINFO, cpuinfo, sizeof cpuinfo) < 0)
		return fact_unread(CPUINFO);
	char *end = strstr(cpuinfo, "\n\n");
	if (end)
		*end = '\0';
	return was && strncmp(was, "implementer", 11) == 0 && block_name(cpuinfo, name) ? fact_text(name)
											: json_string(was);
}

static void put_stable(json_t *o, const char *root)
{
	static const char *const keys[] = {"architecture", "vendor",   "family",
					   "model",	   "stepping", "variant"};
	json_t *stable = stable_facts(root);
	char key[64];

	json_object_set_new(o, "cpu.processor", fact_name_of(root, stable));
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		json_t *v = json_object_get(stable, keys[i]);
		snprintf(key, sizeof key, "cpu.%s", keys[i]);
		if (v)
			json_object_set(o, key, v);
		else if (file_is(root, CPUINFO))
			json_object_set_new(o, key, fact_absent("not told of a processor of this kind"));
		else
			json_object_set_new(o, key, fact_unknown("no " CPUINFO));
	}
	json_decref(stable);
}

void put_processor_facts(json_t *o, const char *root)
{
	put_stable(o, root);
	put_flags(o, root);
	json_object_set_new(o, "cpu.kinds", fact_kinds(root));
	json_object_set_new(o, "cpu.microcode", microcode(root));
	json_object_set_new(o, "cpu.smt", fact_line(root, CPU_FOLDER "/smt/control"));
	json_object_set_new(o, "cpu.present", fact_list(root, CPU_FOLDER "/present"));
	json_object_set_new(o, "cpu.online", fact_list(root, CPU_FOLDER "/online"));
	json_object_set_new(o, "cpu.offline", fact_list(root, CPU_FOLDER "/offline"));
	json_object_set_new(o, "cpu.isolated", fact_list(root, CPU_FOLDER "/isolated"));
	json_object_set_new(o, "cpu.capacity", fact_over_cpus(root, "cpu_capacity"));
}
