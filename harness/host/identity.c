/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which machine this is, without saying its name. machine-id(5) asks that the id be hashed with a
 * key of the application before it leaves the machine. XXH3 is no cryptographic hash: it hides the
 * id from readers and from joining our reports with other data, not from one who attacks it.
 */
#include "config.h"

#include "harness/host/facts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "harness/host/files.h"

#define SALT "inferometer machine 1"

static void hash_text(const char *text, char out[33])
{
	XXH128_canonical_t c;

	XXH128_canonicalFromHash(&c, XXH3_128bits(text, strlen(text)));
	for (int i = 0; i < 16; i++)
		snprintf(out + 2 * i, 3, "%02x", c.digest[i]);
}

/*
 * Installed memory: the kernel keeps a few per cent for itself, more or less with each version. Modules
 * come in steps of an eighth of the power of two below, or coarser.
 */
static int64_t installed_bytes(int64_t bytes)
{
	int64_t step = 1;

	while (step <= bytes / 16)
		step *= 2;
	return (bytes + step - 1) / step * step;
}

static void hash_class(const json_t *machine, char out[33])
{
	json_t *stable = json_copy((json_t *)machine);
	int64_t memory = json_opt_int(machine, "memory_bytes", 0);
	char *text;

	json_object_set_new(stable, "memory_bytes", json_integer(installed_bytes(memory)));
	text = json_text(stable);
	hash_text(text, out);
	free(text);
	json_decref(stable);
}

static bool machine_id_read(const char *root, char *buf, size_t size)
{
	static const char *const paths[] = {"/etc/machine-id", "/var/lib/dbus/machine-id"};

	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		size_t n = 0;
		if (!file_line(root, paths[i], buf, size))
			continue;
		while (isxdigit((unsigned char)buf[n]))
			n++;
		if (n == 32 && buf[n] == '\0') /* else "uninitialized" */
			return true;
	}
	return false;
}

void identity(const char *root, json_t *machine, char id[33], char class_[33])
{
	char line[FACT_MAX], *text;
	bool has_id = machine_id_read(root, line, sizeof line);

	hash_class(machine, class_);
	text = mem_printf(SALT "\n%s\n%s", has_id ? line : "", class_);
	hash_text(text, id);
	free(text);
	json_object_set_new(machine, "identity",
			    has_id ? fact_text("salted hash of the machine-id and these facts")
				   : fact_unknown("no machine-id: equal machines share this id"));
}
