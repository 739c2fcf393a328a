/* SPDX-License-Identifier: Apache-2.0 */
/* What stands between this process and the machine: hypervisor and container. */
#include "config.h"

#include "harness/host/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/host/files.h"

#define PODMAN "/run/.containerenv"

/* ---- hypervisor ---- */

/* Makers and products of virtual machines, where the processor does not say that it is one. */
static const struct {
	const char *vendor, *product, *name;
} guests[] = {
	{"QEMU", "", "qemu"},
	{"Amazon EC2", "", "amazon"},
	{"VMware", "", "vmware"},
	{"Microsoft Corporation", "Virtual Machine", "hyper-v"},
	{"Google", "Google Compute Engine", "google"},
	{"Xen", "", "xen"},
	{"innotek", "", "virtualbox"},
	{"Parallels", "", "parallels"},
};

static const char *guest_name(const char *root)
{
	char vendor[FACT_MAX], product[FACT_MAX];

	if (!file_line(root, "/sys/class/dmi/id/sys_vendor", vendor, sizeof vendor))
		return file_is(root, "/sys/firmware/qemu_fw_cfg") ? "qemu" : NULL;
	if (!file_line(root, "/sys/class/dmi/id/product_name", product, sizeof product))
		product[0] = '\0';
	for (size_t i = 0; i < sizeof guests / sizeof guests[0]; i++)
		if (strncmp(vendor, guests[i].vendor, strlen(guests[i].vendor)) == 0 &&
		    strncmp(product, guests[i].product, strlen(guests[i].product)) == 0)
			return guests[i].name;
	/* Such machines by these makers have names of instances: "m7g.metal" is no guest. */
	return "none";
}

static json_t *hypervisor(const char *root)
{
	json_t *stable = stable_facts(root), *told = json_incref(json_object_get(stable, "hypervisor"));
	const char *text = json_string_value(told), *name;

	json_decref(stable);
	if (text && strncmp(text, "unknown: ", 9) != 0)
		return told;
	name = guest_name(root);
	if (!name)
		return told;
	json_decref(told);
	return fact_text(name);
}

/* ---- container ---- */

/* What the names of control groups and the root's layers hold of whoever made them. */
static const struct {
	const char *sign, *name;
} signs[] = {
	{"kubepods", "kubernetes"},
	{"libpod", "podman"},
	{"docker", "docker"},
	{"containerd", "containerd"},
	{"crio-", "cri-o"},
	{"garden", "garden"},
	{"lxc", "lxc"},
	{"machine.slice/systemd-nspawn", "systemd-nspawn"},
};

static const char *sign_in(const char *root, const char *path)
{
	char text[FILE_HEAD];

	if (file_head(root, path, text, sizeof text) < 0)
		return NULL;
	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
		if (strstr(text, signs[i].sign))
			return signs[i].name;
	return NULL;
}

/* The line of mountinfo that is about "/": others are of containers that run on this machine. */
static const char *sign_of_root(const char *root)
{
	char text[FILE_HEAD], *save = NULL;

	if (file_head(root, "/proc/self/mountinfo", text, sizeof text) < 0)
		return NULL;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (!strstr(line, " / / ") || !strstr(line, " - overlay "))
			continue;
		for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
			if (strstr(line, signs[i].sign))
				return signs[i].name;
		return strstr(line, "/containers/storage/") ? "podman" : "a container of unknown make";
	}
	return NULL;
}

/* systemd's own protocol: the maker leaves its name. */
static bool named_by_maker(const char *root, char out[FACT_MAX])
{
	char text[FILE_HEAD];

	if (file_line(root, "/run/systemd/container", out, FACT_MAX))
		return true;
	long n = file_head(root, "/proc/1/environ", text, sizeof text);
	for (long at = 0; at < n; at += (long)strlen(text + at) + 1)
		if (strncmp(text + at, "container=", 10) == 0 && text[at + 10]) {
			snprintf(out, FACT_MAX, "%.200s", text + at + 10);
			return true;
		}
	return false;
}

static bool in_pod(const char *root)
{
	return file_is(root, "/var/run/secrets/kubernetes.io") ||
	       file_is(root, "/run/secrets/kubernetes.io") ||
	       (*root == '\0' && getenv("KUBERNETES_SERVICE_HOST"));
}

/* NULL: no sign of one. */
static const char *container_name(const char *root, char buf[FACT_MAX])
{
	const char *name;

	if (in_pod(root))
		return "kubernetes";
	if (file_is(root, PODMAN))
		return "podman";
	if (file_is(root, "/.dockerenv"))
		return "docker";
	if (named_by_maker(root, buf))
		return buf;
	name = sign_in(root, "/proc/self/cgroup");
	return name ? name : sign_of_root(root);
}

/* 'image="docker.io/library/debian:12"' */
static bool quoted(const char *text, const char *key, char out[FACT_MAX])
{
	const char *at = strstr(text, key);

	if (!at || (at != text && at[-1] != '\n'))
		return false;
	at += strlen(key) + (at[strlen(key)] == '"');
	snprintf(out, FACT_MAX, "%.*s", (int)strcspn(at, "\"\n"), at);
	return out[0] != '\0';
}

/* Podman tells a container its image, others do not. */
static json_t *image(const char *root)
{
	char text[SYSFS_MAX], name[FACT_MAX], id[FACT_MAX], both[FACT_MAX * 2 + 4];

	if (file_head(root, PODMAN, text, sizeof text) <= 0)
		return fact_unknown("the container is not told its image");
	if (!quoted(text, "imageid=", id))
		return fact_unknown("no imageid in " PODMAN);
	if (!quoted(text, "image=", name))
		name[0] = '\0';
	snprintf(both, sizeof both, "%s%s%s", name, name[0] ? " " : "", id);
	return fact_text(both);
}

void put_container(json_t *o, const char *root)
{
	char buf[FACT_MAX];
	const char *name = container_name(root, buf);

	json_object_set_new(o, "host.hypervisor", hypervisor(root));
	if (name) {
		json_object_set_new(o, "host.container", fact_text(name));
		json_object_set_new(o, "host.container_image", image(root));
		return;
	}
	bool seen = file_is(root, "/proc/self/cgroup");
	json_object_set_new(o, "host.container",
			    seen ? fact_text("none") : fact_unknown("no /proc/self/cgroup"));
	json_object_set_new(o, "host.container_image",
			    seen ? fact_absent("no container is seen")
				 : fact_unknown("no /proc/self/cgroup"));
}
