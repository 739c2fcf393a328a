/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/host/names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/host/files.h"
#include "harness/host/salt.h"
#include "harness/host/sha256.h"

/* Half a SHA-256: no two names of one user meet by accident. */
enum { NAME_DIGITS = 32, SHORT_DIGITS = 12 };

static int name_hash(const char *name, char out[SHA256_TEXT], struct diag *d)
{
	char salt[SALT_DIGITS + 1];
	struct sha256 h;
	int rc = salt_read(salt, d);

	if (rc)
		return rc;
	sha256_begin(&h);
	sha256_add(&h, salt, SALT_DIGITS);
	sha256_add(&h, name, strlen(name));
	sha256_end(&h, out);
	return 0;
}

json_t *fact_name(const char *name, bool clear)
{
	char hash[SHA256_TEXT], text[sizeof "hashed: " + NAME_DIGITS], why[FACT_MAX * 3];
	struct diag d = {0};

	if (clear)
		return fact_text(name);
	if (name_hash(name, hash, &d))
		return fact_unknown("%s", diag_format(&d, why, sizeof why));
	snprintf(text, sizeof text, "hashed: %.*s", NAME_DIGITS, hash);
	return json_string(text);
}

json_t *fact_name_file(const char *root, const char *path, bool clear)
{
	char line[FACT_MAX];

	return file_line(root, path, line, sizeof line) ? fact_name(line, clear) : fact_missing(root, path);
}

/* ---- names in a text ---- */

/* As long as the digits stand as in the shape, where x is one: a UUID, a network address. */
static size_t shape_match(const char *at, const char *shape)
{
	size_t n = strlen(shape);

	for (size_t i = 0; i < n; i++)
		if (shape[i] == 'x' ? !isxdigit((unsigned char)at[i]) : at[i] != shape[i])
			return 0;
	return isalnum((unsigned char)at[n]) ? 0 : n;
}

/* Bytes of a name that begins here, 0: none. Sixteen digits in a row are an id, no number. */
static size_t name_length(const char *at)
{
	static const char *const shapes[] = {"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", "xx:xx:xx:xx:xx:xx",
					     "xx-xx-xx-xx-xx-xx"};
	size_t digits = 0;

	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
		size_t n = shape_match(at, shapes[i]);
		if (n)
			return n;
	}
	while (isxdigit((unsigned char)at[digits]))
		digits++;
	return digits >= 16 && !isalnum((unsigned char)at[digits]) ? digits : 0;
}

/* What follows is a name up to the next blank. */
static size_t value_length(const char *text, const char *at)
{
	static const char *const keys[] = {
		"UUID=", "LABEL=", "ip=", "hostname=", "nfsroot=", "nfsaddrs=", "ifname=", "mac="};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		size_t n = strlen(keys[i]);
		if ((size_t)(at - text) >= n && strncmp(at - n, keys[i], n) == 0)
			return strcspn(at, " ");
	}
	return 0;
}

static size_t host_length(const char *at, const char *host)
{
	size_t n = strlen(host);

	/* Shorter ones stand in words by accident. */
	return n >= 4 && strncmp(at, host, n) == 0 ? n : 0;
}

static void name_put(struct strbuf *out, const char *at, size_t n)
{
	char name[FACT_MAX], hash[SHA256_TEXT];

	snprintf(name, sizeof name, "%.*s", (int)n, at);
	if (name_hash(name, hash, NULL))
		strbuf_puts(out, "<withheld>");
	else
		strbuf_printf(out, "<%.*s>", SHORT_DIGITS, hash);
}

json_t *fact_names_in(const char *root, const char *text, bool clear)
{
	struct strbuf out = {0};
	char host[FACT_MAX];

	if (clear)
		return fact_long(text);
	if (!file_line(root, "/proc/sys/kernel/hostname", host, sizeof host))
		host[0] = '\0';
	for (const char *at = text; *at;) {
		bool begins = at == text || !isalnum((unsigned char)at[-1]);
		size_t n = begins ? value_length(text, at) : 0;
		if (n == 0 && begins)
			n = name_length(at);
		if (n == 0)
			n = host_length(at, host);
		if (n == 0)
			strbuf_putc(&out, *at++);
		else
			name_put(&out, at, n);
		at += n;
	}
	json_t *fact = fact_long(strbuf_text(&out));
	strbuf_free(&out);
	return fact;
}
