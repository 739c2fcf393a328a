/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/cpuid.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined __x86_64__ || defined __i386__
#include <cpuid.h>
#endif

static const char *const names[ISA_COUNT] = {"ref", "avx2", "avx512", "vnni", "bf16", "neon"};

static const bool built[ISA_COUNT] = {
	[ISA_REF] = true,
#ifdef HAVE_ISA_AVX2
	[ISA_AVX2] = true,
#endif
#ifdef HAVE_ISA_AVX512
	[ISA_AVX512] = true,
#endif
#ifdef HAVE_ISA_VNNI
	[ISA_VNNI] = true,
#endif
#ifdef HAVE_ISA_BF16
	[ISA_BF16] = true,
#endif
#ifdef HAVE_ISA_NEON
	[ISA_NEON] = true,
#endif
};

#if defined __x86_64__ || defined __i386__

/* Bits of CPUID leaves 1 and 7 (Intel SDM volume 2A, table of CPUID). */
enum {
	L1_ECX_FMA = 1 << 12,
	L1_ECX_OSXSAVE = 1 << 27,
	L1_ECX_F16C = 1 << 29,
	L7_EBX_AVX2 = 1 << 5,
	L7_EBX_AVX512F = 1 << 16,
	L7_EBX_AVX512DQ = 1 << 17,
	L7_EBX_AVX512BW = 1 << 30,
	L7_ECX_AVX512VNNI = 1 << 11,
	L7_1_EAX_AVX512BF16 = 1 << 5, /* of sub-leaf 1 */
};
#define L7_EBX_AVX512VL (1u << 31)
/* Register state that the operating system saves, bits of XCR0. */
#define XCR0_AVX    0x6u
#define XCR0_AVX512 0xe6u

static uint32_t xcr0(void)
{
	uint32_t lo, hi;
	__asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	return lo;
}

static bool has_all(uint32_t reg, uint32_t bits)
{
	return (reg & bits) == bits;
}

static bool on_cpu(enum isa isa)
{
	uint32_t a, b1, c1, d1, b7 = 0, c7 = 0, d7, a71 = 0, unused;
	if (isa == ISA_REF || isa == ISA_NEON)
		return isa == ISA_REF;
	if (!__get_cpuid(1, &a, &b1, &c1, &d1) || !has_all(c1, L1_ECX_OSXSAVE))
		return false;
	if (!__get_cpuid_count(7, 0, &a, &b7, &c7, &d7))
		return false;
	if (a >= 1)
		__get_cpuid_count(7, 1, &a71, &unused, &unused, &unused);
	uint32_t saved = xcr0();
	bool avx2 =
		has_all(saved, XCR0_AVX) && has_all(c1, L1_ECX_FMA | L1_ECX_F16C) && has_all(b7, L7_EBX_AVX2);
	bool avx512 = avx2 && has_all(saved, XCR0_AVX512) &&
		      has_all(b7, L7_EBX_AVX512F | L7_EBX_AVX512DQ | L7_EBX_AVX512BW | L7_EBX_AVX512VL);
	bool vnni = avx512 && has_all(c7, L7_ECX_AVX512VNNI);
	const bool levels[] = {
		[ISA_AVX2] = avx2,
		[ISA_AVX512] = avx512,
		[ISA_VNNI] = vnni,
		[ISA_BF16] = vnni && has_all(a71, L7_1_EAX_AVX512BF16),
	};
	return levels[isa];
}

const char *cpuid_brand(void)
{
	static char brand[49];
	uint32_t r[12];
	for (uint32_t i = 0; i < 3; i++)
		if (!__get_cpuid(0x80000002u + i, &r[i * 4], &r[i * 4 + 1], &r[i * 4 + 2], &r[i * 4 + 3]))
			return "unknown";
	memcpy(brand, r, sizeof r);
	size_t n = strlen(brand);
	while (n && brand[n - 1] == ' ')
		brand[--n] = '\0';
	const char *start = brand + strspn(brand, " ");
	return *start ? start : "unknown";
}

#else

static bool on_cpu(enum isa isa)
{
#ifdef __aarch64__
	return isa == ISA_REF || isa == ISA_NEON;
#else
	return isa == ISA_REF;
#endif
}

#ifdef __aarch64__

/* The number behind a key of the first processor in /proc/cpuinfo; 0 when there is none. */
static unsigned long cpuinfo_number(const char *key)
{
	char line[256];
	unsigned long v = 0;
	FILE *f = fopen("/proc/cpuinfo", "re");
	while (f && !v && fgets(line, sizeof line, f)) {
		const char *colon = strchr(line, ':');
		if (colon && strncmp(line, key, strlen(key)) == 0)
			v = strtoul(colon + 1, NULL, 0);
	}
	if (f)
		fclose(f);
	return v;
}

const char *cpuid_brand(void)
{
	static char brand[48];
	unsigned long implementer = cpuinfo_number("CPU implementer");
	if (!implementer)
		return "unknown";
	snprintf(brand, sizeof brand, "arm64 0x%lx 0x%lx", implementer & 0xff,
		 cpuinfo_number("CPU part") & 0xfff);
	return brand;
}

#else

const char *cpuid_brand(void)
{
	return "unknown";
}

#endif
#endif

const char *isa_name(enum isa isa)
{
	return isa < ISA_COUNT ? names[isa] : "unknown";
}

bool isa_parse(const char *name, enum isa *isa)
{
	if (strcmp(name, "auto") == 0) {
		*isa = isa_best();
		return true;
	}
	for (int i = 0; i < ISA_COUNT; i++)
		if (strcmp(name, names[i]) == 0) {
			*isa = (enum isa)i;
			return true;
		}
	return false;
}

const char *isa_why_not(enum isa isa)
{
	if (isa >= ISA_COUNT)
		return "no such level";
	if (!built[isa])
		return "left out of this build";
	return on_cpu(isa) ? NULL : "not on this CPU";
}

enum isa isa_best(void)
{
	int best = ISA_COUNT - 1;
	while (best > 0 && isa_why_not((enum isa)best))
		best--;
	return (enum isa)best;
}
