/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of CPUs: llama-bench writes a mask in hex, a point a list. */
#include "config.h"

#include "harness/exchange/stored.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c) : NULL;
	return at ? (int)(at - digits) : -1;
}

static bool mask_read(const char *mask, bool cpu[CPUS_MAX])
{
	if (mask[0] == '0' && (mask[1] == 'x' || mask[1] == 'X'))
		mask += 2;
	size_t n = strlen(mask);
	if (n == 0 || n > CPUS_MAX / 4)
		return false;
	for (size_t i = 0; i < n; i++) {
		int digit = hex_digit(mask[n - 1 - i]);
		if (digit < 0)
			return false;
		for (int bit = 0; bit < 4; bit++)
			cpu[i * 4 + (size_t)bit] = digit >> bit & 1;
	}
	return true;
}

bool cpus_of_mask(char *out, const char *mask)
{
	bool cpu[CPUS_MAX + 1] = {false};
	int length = 0;
	if (!mask_read(mask, cpu))
		return false;
	for (int i = 0; i < CPUS_MAX; i++) {
		int first = i;
		if (!cpu[i])
			continue;
		while (cpu[i + 1])
			i++;
		length += sprintf(out + length, "%s%d", length ? "+" : "", first);
		if (i > first)
			length += sprintf(out + length, "-%d", i);
	}
	return length > 0;
}

static bool list_read(const char *list, bool cpu[CPUS_MAX])
{
	do {
		char *end;
		unsigned long first = strtoul(list, &end, 10), last = first;
		if (end == list)
			return false;
		if (*end == '-') {
			list = end + 1;
			last = strtoul(list, &end, 10);
		}
		if (end == list || first > last || last >= CPUS_MAX || (*end && *end != '+'))
			return false;
		for (unsigned long i = first; i <= last; i++)
			cpu[i] = true;
		list = end + 1;
		if (!*end)
			return true;
	} while (*list);
	return false;
}

void mask_of_cpus(char *out, const char *cpus)
{
	bool cpu[CPUS_MAX] = {false};
	int top = CPUS_MAX / 4 - 1;
	memcpy(out, "0x0", sizeof "0x0");
	if (cpus[0] < '0' || cpus[0] > '9' || !list_read(cpus, cpu))
		return;
	char *at = out + 2;
	bool begun = false;
	for (int i = top; i >= 0; i--) {
		const bool *c = &cpu[i * 4];
		int digit = c[0] | c[1] << 1 | c[2] << 2 | c[3] << 3;
		begun = begun || digit;
		if (begun)
			*at++ = "0123456789abcdef"[digit];
	}
	*at = '\0';
}
