/* SPDX-License-Identifier: Apache-2.0 */
/* Who made the machine, and the names by which it is told from others. */
#include "config.h"

#include "harness/host/facts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/host/files.h"
#include "harness/host/names.h"

#define DMI "/sys/class/dmi/id/"
#define NET "/sys/class/net"

/* The device tree of machines without DMI. */
static json_t *product(const char *root)
{
	char line[FACT_MAX];

	if (file_line(root, DMI "product_name", line, sizeof line) ||
	    file_line(root, "/proc/device-tree/model", line, sizeof line))
		return fact_text(line);
	return fact_missing(root, DMI "product_name");
}

/* The address of the first network card that is a device: bridges and tunnels are made up. */
static json_t *network_address(const char *root, bool clear)
{
	char **names, path[FACT_MAX * 2], line[FACT_MAX];
	int n = folder_names(root, NET, &names);
	bool found = false;

	if (n < 0)
		return fact_missing(root, NET);
	for (int i = 0; i < n && !found; i++) {
		snprintf(path, sizeof path, NET "/%.200s/device", names[i]);
		if (!file_is(root, path))
			continue;
		snprintf(path, sizeof path, NET "/%.200s/address", names[i]);
		found = file_line(root, path, line, sizeof line);
	}
	names_free(names, n);
	return found ? fact_name(line, clear) : fact_absent("no network card in " NET);
}

void put_firmware(json_t *o, const char *root, bool clear)
{
	static const char *const files[][2] = {{"host.maker", DMI "sys_vendor"},
					       {"host.board", DMI "board_name"},
					       {"host.bios_version", DMI "bios_version"},
					       {"host.bios_date", DMI "bios_date"}};
	static const char *const names[][2] = {{"host.name", "/proc/sys/kernel/hostname"},
					       {"host.machine_id", "/etc/machine-id"},
					       {"host.serial", DMI "product_serial"},
					       {"host.board_serial", DMI "board_serial"},
					       {"host.uuid", DMI "product_uuid"}};

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		char line[FACT_MAX];
		json_object_set_new(o, files[i][0],
				    file_line(root, files[i][1], line, sizeof line)
					    ? fact_text(line)
					    : fact_missing(root, files[i][1]));
	}
	json_object_set_new(o, "host.product", product(root));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		json_object_set_new(o, names[i][0], fact_name_file(root, names[i][1], clear));
	json_object_set_new(o, "host.network_address", network_address(root, clear));
}
