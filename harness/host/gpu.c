/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Graphics processors as far as /proc and /sys tell: display controllers and accelerators on the PCI bus, and what
 * NVIDIA's driver says of its own. Clocks, power and ECC are known to the driver's library alone.
 */
#include "config.h"

#include "harness/host/facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/host/files.h"
#include "harness/host/names.h"

#define PCI    "/sys/bus/pci/devices"
#define NVIDIA "/proc/driver/nvidia"

enum { GPUS_MAX = 16, KEY_MAX = 64 };

static void put(json_t *o, int gpu, const char *name, json_t *fact)
{
	char key[KEY_MAX];

	snprintf(key, sizeof key, "gpu.%d.%s", gpu, name);
	json_object_set_new(o, key, fact);
}

static json_t *pci_line(const char *root, const char *address, const char *name)
{
	char path[FACT_MAX * 2];

	snprintf(path, sizeof path, PCI "/%.64s/%s", address, name);
	return fact_line(root, path);
}

/* Display controllers of all kinds, and processing accelerators (PCI code and ID assignment). */
static bool is_gpu(const char *root, const char *address)
{
	char path[FACT_MAX * 2], line[32];

	snprintf(path, sizeof path, PCI "/%.64s/class", address);
	return file_line(root, path, line, sizeof line) &&
	       (strncmp(line, "0x03", 4) == 0 || strncmp(line, "0x12", 4) == 0);
}

static const char *vendor_name(const char *id)
{
	static const char *const vendors[][2] = {
		{"0x10de", "NVIDIA"}, {"0x1002", "AMD"},  {"0x8086", "Intel"}, {"0x1a03", "ASPEED"},
		{"0x102b", "Matrox"}, {"0x1234", "QEMU"}, {"0x1af4", "virtio"}};

	for (size_t i = 0; i < sizeof vendors / sizeof vendors[0]; i++)
		if (strcmp(vendors[i][0], id) == 0)
			return vendors[i][1];
	return "vendor";
}

/* "NVIDIA 0x2330": there is no list of names here. */
static json_t *pci_name(const char *root, const char *address)
{
	char path[FACT_MAX * 2], vendor[32], device[32], text[FACT_MAX];

	snprintf(path, sizeof path, PCI "/%.64s/vendor", address);
	if (!file_line(root, path, vendor, sizeof vendor))
		return fact_unread(path);
	snprintf(path, sizeof path, PCI "/%.64s/device", address);
	if (!file_line(root, path, device, sizeof device))
		return fact_unread(path);
	snprintf(text, sizeof text, "%s %s %s", vendor_name(vendor), vendor, device);
	return fact_text(text);
}

/* ---- what NVIDIA's driver says: /proc/driver/nvidia/gpus/ADDRESS/information ---- */

static json_t *information(const char *text, const char *key)
{
	char value[FACT_MAX];

	return text_value(text, key, value, sizeof value) ? fact_text(value)
							  : fact_unknown("the driver does not tell");
}

static bool put_nvidia(json_t *o, const char *root, int gpu, const char *address, bool clear)
{
	char path[FACT_MAX * 2], text[SYSFS_MAX], uuid[FACT_MAX];

	snprintf(path, sizeof path, NVIDIA "/gpus/%.64s/information", address);
	if (file_head(root, path, text, sizeof text) <= 0)
		return false;
	put(o, gpu, "name", information(text, "Model"));
	put(o, gpu, "vbios", information(text, "Video BIOS"));
	put(o, gpu, "firmware", information(text, "GPU Firmware"));
	put(o, gpu, "uuid",
	    text_value(text, "GPU UUID", uuid, sizeof uuid) && !strchr(uuid, '?')
		    ? fact_name(uuid, clear)
		    : fact_unknown("the driver does not tell"));
	return true;
}

/* "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug ..." */
static json_t *nvidia_version(const char *root)
{
	char text[SYSFS_MAX], value[FACT_MAX];
	const char *at;

	if (file_head(root, NVIDIA "/version", text, sizeof text) < 0)
		return file_is(root, "/sys/module/nvidia/version")
			       ? fact_line(root, "/sys/module/nvidia/version")
			       : fact_missing(root, NVIDIA "/version");
	if (!text_value(text, "NVRM version", value, sizeof value))
		return fact_unknown(NVIDIA "/version is not understood");
	at = value;
	/* The number is the first word with a dot in it. */
	for (char *save = NULL, *word = strtok_r(value, " ", &save); word; word = strtok_r(NULL, " ", &save))
		if (*word >= '0' && *word <= '9' && strchr(word, '.')) {
			at = word;
			break;
		}
	return fact_text(at);
}

/* ---- all of them ---- */

static void put_pci(json_t *o, const char *root, int gpu, const char *address)
{
	static const char *const files[][2] = {{"pcie_speed", "current_link_speed"},
					       {"pcie_width", "current_link_width"},
					       {"pcie_speed_max", "max_link_speed"},
					       {"pcie_width_max", "max_link_width"},
					       {"numa_node", "numa_node"}};

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		put(o, gpu, files[i][0], pci_line(root, address, files[i][1]));
	put(o, gpu, "pci_id", pci_name(root, address));
}

static void put_library(json_t *o, int gpu)
{
	static const char *const names[] = {
		"ecc", "mig", "power_limit", "application_clocks", "throttle_reasons", "link_topology"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		put(o, gpu, names[i], fact_unknown("told by the driver's library alone"));
}

static void put_gpu(json_t *o, const char *root, int gpu, const char *address, bool clear)
{
	put_pci(o, root, gpu, address);
	if (!put_nvidia(o, root, gpu, address, clear)) {
		put(o, gpu, "name", pci_name(root, address));
		put(o, gpu, "uuid", fact_unknown("no driver tells in /proc"));
		put(o, gpu, "vbios", pci_line(root, address, "vbios_version"));
	}
	put_library(o, gpu);
}

/* Those of the folder that are graphics processors, or all: NVIDIA's has no others. */
static int put_folder(json_t *o, const char *root, const char *folder, bool all, bool clear)
{
	char **names;
	int n = folder_names(root, folder, &names), found = 0;

	if (n < 0)
		return -1;
	for (int i = 0; i < n && found < GPUS_MAX; i++)
		if (all || is_gpu(root, names[i]))
			put_gpu(o, root, found++, names[i], clear);
	names_free(names, n);
	return found;
}

void put_gpu_facts(json_t *o, const char *root, bool clear)
{
	int n = put_folder(o, root, PCI, false, clear), error = errno;

	/* A container may show the driver, but not the bus. */
	if (n <= 0) {
		int own = put_folder(o, root, NVIDIA "/gpus", true, clear);
		n = own > 0 ? own : n;
	}
	errno = error;
	json_t *none = n < 0 ? fact_missing(root, PCI) : fact_absent("no GPU is seen");
	json_object_set_new(o, "gpu.count", n >= 0 ? json_integer(n) : json_incref(none));
	json_object_set_new(o, "gpu.driver", n > 0 ? nvidia_version(root) : json_incref(none));
	json_object_set_new(o, "gpu.toolkit",
			    n > 0 ? fact_unknown("a worker that uses it tells") : json_incref(none));
	json_decref(none);
}
