/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the machine: salted, with a salt that is the user's alone. */
#include "config.h"

#include "harness/host/host.h"
#include "harness/host/names.h"

#include <fcntl.h>

#include "tests/unit/host_tree.h"

#define UUID "12345678-9abc-def0-1234-56789abcdef0"

static char salt_path[PATH_MAX];

static char *salt_text(void)
{
	static char text[128];
	FILE *f = fopen(salt_path, "re");
	size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;

	text[n] = '\0';
	if (f)
		fclose(f);
	return text;
}

static void salt_put(const char *text, mode_t mode)
{
	FILE *f = fopen(salt_path, "we");

	if (!f || fputs(text, f) < 0 || fclose(f) || chmod(salt_path, mode))
		bail("the salt cannot be written");
}

static char *name_of(const char *name)
{
	json_t *fact = fact_name(name, false);
	char *text = strdup(json_string_value(fact));

	json_decref(fact);
	return text;
}

static void test_salt(void)
{
	struct stat st;
	char *first = name_of("host"), *again = name_of("host"), *other = name_of("hose");

	ok(stat(salt_path, &st) == 0, "a salt is made");
	is_int(st.st_mode & 0777, 0600, "for its user alone");
	is_int(strlen(salt_text()), 65, "of 32 bytes");
	is_int(strlen(first), strlen("hashed: ") + 32, "a name is its hash");
	is_text(again, first, "the same again");
	ok(strcmp(other, first) != 0, "another name is another");
	unlink(salt_path);
	char *salted = name_of("host");
	ok(strcmp(salted, first) != 0, "and so is the name with another salt");
	free(first);
	free(again);
	free(other);
	free(salted);
}

static void test_bad_salt(void)
{
	char *good = strdup(salt_text());
	static const char *const bad[] = {"", "short\n", "0123456789abcdef"};

	salt_put(good, 0644);
	char *name = name_of("host");
	has_text(name, "no file of mode 600", "a salt that others can read is none");
	free(name);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		salt_put(bad[i], 0600);
		name = name_of("host");
		has_text(name, "unknown: ", "nor is a damaged one");
		free(name);
	}
	unlink(salt_path);
	if (mkfifo(salt_path, 0600))
		bail("mkfifo");
	name = name_of("host");
	has_text(name, "unknown: ", "nor a pipe, which is not waited for");
	free(name);
	unlink(salt_path);
	salt_put(good, 0600);
	free(good);
}

static void test_no_place(void)
{
	setenv("XDG_CONFIG_HOME", "/proc/nowhere", 1);
	char *name = name_of("host");
	has_text(name, "unknown: ", "no folder for the salt: no name");
	free(name);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("HOME");
	name = name_of("host");
	has_text(name, "HOME is not set", "no HOME");
	free(name);
	json_t *fact = fact_names_in(root, "root=UUID=" UUID " quiet", false);
	is_text(json_string_value(fact), "root=UUID=<withheld> quiet", "without a salt it is left out");
	json_decref(fact);
	setenv("XDG_CONFIG_HOME", temp_path, 1);
}

static void command_line(const char *line, const char *secret, const char *kept)
{
	json_t *hashed = fact_names_in(root, line, false), *clear = fact_names_in(root, line, true);

	ok(!strstr(json_string_value(hashed), secret), "hidden in \"%s\"", line);
	has_text(json_string_value(hashed), kept, "the rest stays");
	is_text(json_string_value(clear), line, "in clear");
	json_decref(hashed);
	json_decref(clear);
}

static void test_texts(void)
{
	put("/proc/sys/kernel/hostname", "myserver\n");
	command_line("root=UUID=" UUID " ro quiet", UUID, " ro quiet");
	command_line("root=UUID=ABCD-1234 ro", "ABCD-1234", " ro");
	command_line("x mac=52:54:00:12:34:56 y", "52:54", " y");
	command_line("netdev=52-54-00-12-34-56", "52-54", "netdev=");
	command_line("ip=10.0.0.7:::: mitigations=off", "10.0.0.7", "mitigations=off");
	command_line("root=/dev/mapper/myserver-root nohz_full=1-63", "myserver", "-root nohz_full=1-63");
	command_line("id=0123456789abcdef0123456789abcdef crashkernel=256M", "0123456789abcdef",
		     "crashkernel=256M");
	command_line("isolcpus=1-15,17-31 hugepages=1024", "zzz", "isolcpus=1-15,17-31 hugepages=1024");
}

/* All names of a tree: never in the facts, but when asked for. */
static void test_facts(void)
{
	static const char *const names[] = {"myserver",		 "SERIAL77",
					    "BOARD88",		 UUID,
					    "52:54:00:ab:cd:ef", "0123456789abcdef0123456789abcdef",
					    "GPU-0badcafe"};

	put("/sys/class/dmi/id/product_serial", "SERIAL77\n");
	put("/sys/class/dmi/id/board_serial", "BOARD88\n");
	put("/sys/class/dmi/id/product_uuid", UUID "\n");
	put("/sys/class/net/eth0/address", "52:54:00:ab:cd:ef\n");
	put("/sys/class/net/eth0/device/vendor", "0x1\n");
	put("/sys/class/net/br0/address", "52:54:00:00:00:00\n");
	put("/proc/cmdline", "root=UUID=" UUID " host=myserver\n");
	put("/sys/bus/pci/devices/0000:01:00.0/class", "0x030200\n");
	put("/proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: Example\nGPU UUID: GPU-0badcafe\n");
	json_t *hashed = host_facts(root, false), *clear = host_facts(root, true);
	char *all = json_text(hashed), *shown = json_text(clear);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		ok(!strstr(all, names[i]), "%s is hashed", names[i]);
		ok(strstr(shown, names[i]), "%s is there in clear", names[i]);
	}
	is_text(text(clear, "host.network_address"), "52:54:00:ab:cd:ef", "the card, not the bridge");
	has_text(text(hashed, "host.serial"), "hashed: ", "a hash says that it is one");
	free(all);
	free(shown);
	json_decref(hashed);
	json_decref(clear);
}

int main(void)
{
	temp_folder();
	setenv("XDG_CONFIG_HOME", temp_path, 1);
	snprintf(salt_path, sizeof salt_path, "%s/inferometer/salt", temp_path);
	new_root("x86");
	put_x86_all();
	test_salt();
	test_bad_salt();
	test_texts();
	test_facts();
	test_no_place();
	return tap_done();
}
