/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a file of /proc, /sys or the firmware: a fact of printable text, or why not. The first byte chooses
 * which file it is.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "harness/host/doctor_check.h"
#include "harness/host/elf_note.h"
#include "harness/host/facts.h"
#include "harness/host/files.h"
#include "harness/host/host.h"
#include "harness/host/names.h"

static const char cpuinfo[] =
	"Cprocessor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: x\nflags\t\t: fma f16c avx2 avx512f\n\n"
	"processor\t: 1\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n";

static const char mounts[] =
	"I32 2 0:2 /x /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw\n33 2 0:3 / / rw - cgroup c "
	"rw,cpu\n-\n";

static const char *const seeds[] = {
	"L0-3,8,10-11",
	"L0-4294967295,18446744073709551615",
	cpuinfo,
	"MMemTotal:       16206208 kB\nSwapTotal: 9223372036854775807 kB\nHugepagesize: x\n",
	"G0::/a/b\n4:memory:/c\n2:cpu,cpuacct:/..\n:::",
	mounts,
	"D\x11\x28\1\0",
	"N root=UUID=12345678-9abc-def0-1234-56789abcdef0 ip=1 52:54:00:12:34:56 0123456789abcdef0123",
	"VNVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat\n",
	"Psome avg10=1.25 avg60=0.00 avg300=0.00 total=123456\n",
	"T12 (a) b) \033) S 1 2 3 4 5 6 7 8 9 10 1 2 3 4",
	"Hcpu  100 0 300 500 0 0 0 100 0 0\n",
	"Hpowersave\n",
	"H0-3,8\n",
};

/* Structure 17 with two texts, whole; and the head of a program with a note. */
static const unsigned char module[] = "D\x11\x28\1\0\0\0\0\0\x48\0\x40\0\xff\x7f\x09\0\1\2\x22\0\0\xc0\x12\0"
				      "\0\0\0\0\0\x80\0\0\x30\x11\0\0\0\0\0\0"
				      "DIMM_A1\0P0_CHANNEL_A\0\0\x7f\4\0\0\0";
static unsigned char program[4096];

static size_t program_head(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, program + 1, sizeof program - 1);

	if (fd >= 0)
		close(fd);
	program[0] = 'E';
	return n > 0 ? (size_t)n + 1 : 1;
}

const void *fuzz_seed(int i, size_t *n)
{
	int n_texts = (int)(sizeof seeds / sizeof *seeds);

	if (i < n_texts) {
		*n = strlen(seeds[i]);
		return seeds[i];
	}
	if (i == n_texts) {
		*n = sizeof module;
		return module;
	}
	*n = program_head();
	return i == n_texts + 1 ? program : NULL;
}

/* ---- a tree of one file ---- */

static char root[] = "/tmp/inferometer-fuzz-XXXXXX";

static void root_remove(void)
{
	char command[sizeof root + 16];

	snprintf(command, sizeof command, "rm -rf %s", root);
	if (system(command) != 0)
		fprintf(stderr, "%s is left behind\n", root);
}

static void put(const char *path, const void *data, size_t n)
{
	static bool made;
	char full[PATH_MAX];

	if (!made) {
		FUZZ_CHECK(mkdtemp(root) != NULL);
		made = true; /* a name that was drawn may end in X, too */
		atexit(root_remove);
	}
	snprintf(full, sizeof full, "%s%s", root, path);
	for (char *slash = full + sizeof root; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		mkdir(full, 0700);
		*slash = '/';
	}
	FILE *f = fopen(full, "we");
	FUZZ_CHECK(f && fwrite(data, 1, n, f) == n && fclose(f) == 0);
}

/* Facts are numbers, or lines of printable ASCII that are not empty. */
static void facts_check(json_t *o)
{
	const char *key;
	json_t *v;

	json_object_foreach(o, key, v)
	{
		const char *text = json_string_value(v);
		FUZZ_CHECK(json_is_number(v) || (text && *text));
		for (; text && *text; text++)
			FUZZ_CHECK(*text >= ' ' && *text <= '~');
	}
	json_decref(o);
}

/* ---- what is not in a file of its own ---- */

static void list_check(const char *text)
{
	static bool set[CPUS_MAX];
	int n = list_parse(text, set), found = 0;

	for (int i = 0; i < CPUS_MAX; i++)
		found += set[i];
	FUZZ_CHECK(n == 0 || n == found);
}

static void names_check(const char *text)
{
	unsetenv("HOME");
	unsetenv("XDG_CONFIG_HOME");
	json_t *o = json_object(), *hidden = fact_names_in("/nowhere", text, false);
	FUZZ_CHECK(json_is_string(hidden));
	json_decref(hidden);
	json_decref(o);
}

static void elf_check(const uint8_t *data, size_t n)
{
	char id[ELF_ID_TEXT];

	if (elf_build_id(data, n, id))
		FUZZ_CHECK(strspn(id, "0123456789abcdef") == strlen(id) && *id);
}

static void smbios_check(const uint8_t *data, size_t n)
{
	json_t *o = json_object();

	put_smbios(o, data, n);
	FUZZ_CHECK(json_object_size(o) == 6);
	facts_check(o);
}

static void process_check(const char *text)
{
	struct process_time t;

	if (!process_time_parse(text, &t))
		return;
	FUZZ_CHECK(t.ticks >= 0);
	for (const char *at = t.name; *at; at++)
		FUZZ_CHECK(*at >= ' ' && *at <= '~');
}

/* ---- files ---- */

/* What the doctor reads beside the facts, all of the same bytes. */
static void doctor_check(const uint8_t *data, size_t n)
{
	static const char *const files[] = {
		"/sys/devices/system/cpu/online",
		"/sys/devices/system/cpu/nohz_full",
		"/proc/stat",
		"/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count",
		"/sys/class/power_supply/a/type",
		"/sys/class/power_supply/a/status",
		"/proc/meminfo"};
	static const char *const keys[] = {"clocks.governor",
					   "cpu.isolated",
					   "host.affinity",
					   "cpu.online",
					   "cpu.kinds",
					   "host.cpu_limit",
					   "clocks.max_khz",
					   "clocks.hardware_max_khz",
					   "cpu.threads_per_core",
					   "memory.swap_bytes",
					   "clocks.tsc",
					   "host.limit_address_space"};
	struct findings list = {0};
	json_t *facts = json_object();

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		put(files[i], data, n);
	char *text = mem_strndup((const char *)data, n);
	json_t *fact = fact_text(text);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		json_object_set(facts, keys[i], fact);
	doctor_examine(&list, root, facts);
	FUZZ_CHECK(list.n > 0);
	for (int i = 0; i < list.n; i++) {
		const struct finding *f = &list.item[i];
		FUZZ_CHECK(f->verdict < VERDICT_COUNT && *f->source);
		FUZZ_CHECK(f->verdict == VERDICT_OK ? *f->value : *f->why);
		for (const char *at = f->value; *at; at++)
			FUZZ_CHECK(*at >= ' ' && *at <= '~');
	}
	free(list.item);
	free(text);
	json_decref(fact);
	json_decref(facts);
}

static void file_check(char kind, const uint8_t *data, size_t n)
{
	json_t *o = json_object();

	switch (kind) {
	case 'C':
		put("/proc/cpuinfo", data, n);
		put_processor_facts(o, root);
		break;
	case 'M':
		put("/proc/meminfo", data, n);
		put_memory_facts(o, root);
		break;
	case 'G':
		put("/proc/self/cgroup", data, n);
		put_control_group(o, root);
		break;
	case 'I':
		put("/proc/self/cgroup", "0::/a\n4:cpu,memory:/x/b\n", 24);
		put("/proc/self/mountinfo", data, n);
		put_control_group(o, root);
		put_container(o, root);
		break;
	case 'V':
		put("/proc/driver/nvidia/version", data, n);
		put("/proc/driver/nvidia/gpus/0/information", data, n);
		put_gpu_facts(o, root, true);
		break;
	default:
		put("/proc/pressure/cpu", data, n);
		put("/proc/loadavg", data, n);
		put("/proc/stat", data, n);
		put_run_moment(o, root, HOST_START);
	}
	facts_check(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n == 0)
		return 0;
	char *text = mem_alloc(n);
	memcpy(text, data + 1, n - 1);
	switch (data[0]) {
	case 'L':
		list_check(text);
		break;
	case 'N':
		names_check(text);
		break;
	case 'E':
		elf_check(data + 1, n - 1);
		break;
	case 'T':
		process_check(text);
		break;
	case 'H':
		doctor_check(data + 1, n - 1);
		break;
	case 'D':
		smbios_check(data + 1, n - 1);
		break;
	default:
		file_check((char)data[0], data + 1, n - 1);
	}
	free(text);
	return 0;
}
