/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/cupti_why.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PERMISSION                                                                                           \
	"GPU counters are for administrators: run as root, or load module nvidia with "                      \
	"NVreg_RestrictProfilingToAdminUsers=0"

static const struct {
	CUptiResult result;
	const char *words;
} meanings[] = {
	{CUPTI_ERROR_INSUFFICIENT_PRIVILEGES, PERMISSION},
	{CUPTI_ERROR_VIRTUALIZED_DEVICE_INSUFFICIENT_PRIVILEGES,
	 "GPU counters are not allowed in this virtual GPU: its host has to enable profiling"},
	{CUPTI_ERROR_VIRTUALIZED_DEVICE_NOT_SUPPORTED,
	 "this virtual GPU cannot be profiled: its host has to enable profiling, or give the whole GPU"},
	{CUPTI_ERROR_CONFIDENTIAL_COMPUTING_NOT_SUPPORTED,
	 "confidential computing is on, which excludes profiling: switch it off"},
	{CUPTI_ERROR_CMP_DEVICE_NOT_SUPPORTED, "a mining processor cannot be profiled"},
	{CUPTI_ERROR_MIG_DEVICE_NOT_SUPPORTED, "a MIG instance cannot be profiled: use the whole GPU"},
	{CUPTI_ERROR_SLI_DEVICE_NOT_SUPPORTED, "SLI excludes profiling: switch it off"},
	{CUPTI_ERROR_WSL_DEVICE_NOT_SUPPORTED,
	 "this GPU cannot be profiled under WSL: use Linux, or enable counters in the Windows driver"},
	{CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED,
	 "another tool uses CUPTI in this process (Nsight, a framework's profiler): run without it"},
	{CUPTI_ERROR_HARDWARE_BUSY, "another profiler has the counters: end it"},
	{CUPTI_ERROR_INVALID_CHIP_NAME, "this libcupti does not know the chip: install a newer one"},
};

bool cupti_explain(const struct cupti_lib *lib, CUptiResult result, const char *call, char *why, int size)
{
	const char *words = NULL;
	for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
		if (meanings[i].result == result) {
			snprintf(why, (size_t)size, "%s (%s: %d)", meanings[i].words, call, (int)result);
			return false;
		}
	if (lib->cuptiGetResultString(result, &words) != CUPTI_SUCCESS || !words)
		words = "unknown";
	snprintf(why, (size_t)size, "%s: %d %s", call, (int)result, words);
	return false;
}

bool cupti_supported(const CUpti_Profiler_DeviceSupported_Params *p, char *why, int size)
{
	const struct {
		CUpti_Profiler_Support_Level level;
		const char *words;
	} parts[] = {
		{p->architecture, "its architecture is too old (before compute capability 7.5)"},
		{p->sli, "SLI is on: switch it off"},
		{p->vGpu, "it is a virtual GPU whose host does not enable profiling"},
		{p->confidentialCompute, "confidential computing is on: switch it off"},
		{p->cmp, "it is a mining processor"},
		{p->wsl, "it is used under WSL"},
	};
	int n = 0;
	if (p->isSupported == CUPTI_PROFILER_CONFIGURATION_SUPPORTED)
		return true;
	n = snprintf(why, (size_t)size, "the GPU cannot be profiled");
	for (size_t i = 0; i < sizeof parts / sizeof parts[0] && n < size; i++)
		if (parts[i].level != CUPTI_PROFILER_CONFIGURATION_SUPPORTED)
			n += snprintf(why + n, (size_t)(size - n), "%s %s", strchr(why, ':') ? "," : ":",
				      parts[i].words);
	return false;
}

/* The text behind "name:" of a line; NULL where there is none. */
static const char *value_of(const char *text, const char *name)
{
	size_t n = strlen(name);
	for (const char *line = text; line && *line;) {
		if (strncmp(line, name, n) == 0 && line[n] == ':')
			return line + n + 1;
		line = strchr(line, '\n');
		line += line != NULL;
	}
	return NULL;
}

bool cupti_permitted(const char *params, const char *status, char *why, int size)
{
	enum { CAP_SYS_ADMIN_BIT = 21 };
	const char *only = value_of(params, "RmProfilingAdminOnly"), *caps = value_of(status, "CapEff");
	if (!only || strtol(only, NULL, 10) == 0 || !caps)
		return true;
	if (strtoull(caps, NULL, 16) >> CAP_SYS_ADMIN_BIT & 1)
		return true;
	snprintf(why, (size_t)size, "%s", PERMISSION);
	return false;
}

static void file_read(const char *path, char *text, size_t size)
{
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(text, 1, size - 1, f) : 0;
	text[n] = '\0';
	if (f)
		fclose(f);
}

bool cupti_permitted_here(char *why, int size)
{
	char params[4096], status[4096];
	file_read("/proc/driver/nvidia/params", params, sizeof params);
	file_read("/proc/self/status", status, sizeof status);
	return cupti_permitted(params, status, why, size);
}
