/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory modules as the firmware lists them: structures 16 and 17 of the SMBIOS reference specification (DMTF
 * DSP0134, 7.17 and 7.18). Bytes of unknown origin: each field is looked for before it is read.
 */
#include "config.h"

#include "harness/host/facts.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/host/files.h"

#define ENTRIES "/sys/firmware/dmi/entries"
#define TABLE	"/sys/firmware/dmi/tables/DMI"

enum {
	ARRAY = 16,
	DEVICE = 17,
	KINDS_MAX = 16,
	CHANNELS_MAX = 64,
	LABEL_MAX = 64,
	HEADER = 4,
	/* offsets in structure 17 */
	AT_SIZE = 0x0c,
	AT_LOCATOR = 0x10,
	AT_BANK = 0x11,
	AT_TYPE = 0x12,
	AT_SPEED = 0x15,
	AT_EXTENDED_SIZE = 0x1c,
	AT_CONFIGURED = 0x20,
	/* in structure 16 */
	AT_USE = 0x05,
	AT_CORRECTION = 0x06,
	USE_SYSTEM = 3,
};

struct structure {
	const uint8_t *bytes;
	size_t formatted; /* its fields; the texts follow */
	size_t n;	  /* with its texts */
};

struct kind {
	int64_t bytes;
	int type, speed, configured, n;
};

struct modules {
	struct kind kind[KINDS_MAX];
	char channel[CHANNELS_MAX][LABEL_MAX];
	int n_kinds, n_slots, n_full, n_channels, correction;
	bool unnamed; /* a module whose place names no channel */
};

static unsigned field(const struct structure *s, size_t at, size_t width)
{
	unsigned v = 0;

	for (size_t i = 0; i < width && at + width <= s->formatted; i++)
		v |= (unsigned)s->bytes[at + i] << 8 * i;
	return v;
}

/* The text of that field, "" when there is none. */
static void text_field(const struct structure *s, size_t at, char out[LABEL_MAX])
{
	unsigned number = field(s, at, 1);
	size_t from = s->formatted;

	out[0] = '\0';
	for (unsigned i = 1; number > 0 && from < s->n; i++) {
		size_t len = strnlen((const char *)s->bytes + from, s->n - from);
		if (i == number) {
			snprintf(out, LABEL_MAX, "%.*s", (int)(len < LABEL_MAX ? len : LABEL_MAX),
				 (const char *)s->bytes + from);
			return;
		}
		from += len + 1;
	}
}

static int64_t module_bytes(const struct structure *s)
{
	unsigned size = field(s, AT_SIZE, 2);

	if (size == 0 || size == 0xffff)
		return 0;
	if (size == 0x7fff)
		return (int64_t)(field(s, AT_EXTENDED_SIZE, 4) & 0x7fffffff) << 20;
	return size & 0x8000 ? (int64_t)(size & 0x7fff) << 10 : (int64_t)size << 20;
}

/* ---- channels: the firmware has no field for them, but most name them in a module's place ---- */

/* Up to the end of what names the channel: "P0_Node0_Channel1_Dimm0" -> "P0_Node0_Channel1". */
static bool channel_name(const char *place, char out[LABEL_MAX])
{
	const char *at = strcasestr(place, "channel");
	size_t n;

	if (!at)
		return false;
	n = (size_t)(at - place) + strlen("channel");
	n += strspn(place + n, " _-");
	n += isalnum((unsigned char)place[n]) != 0;
	while (isdigit((unsigned char)place[n]))
		n++;
	snprintf(out, LABEL_MAX, "%.*s", (int)n, place);
	return true;
}

static void take_channel(struct modules *m, const struct structure *s)
{
	char place[LABEL_MAX], name[LABEL_MAX];

	text_field(s, AT_BANK, place);
	bool found = channel_name(place, name);
	if (!found) {
		text_field(s, AT_LOCATOR, place);
		found = channel_name(place, name);
	}
	m->unnamed = m->unnamed || !found;
	for (int i = 0; i < m->n_channels && found; i++)
		if (strcmp(m->channel[i], name) == 0)
			return;
	if (found && m->n_channels < CHANNELS_MAX)
		memcpy(m->channel[m->n_channels++], name, sizeof name);
}

static void take_device(struct modules *m, const struct structure *s)
{
	struct kind k = {module_bytes(s), (int)field(s, AT_TYPE, 1), (int)field(s, AT_SPEED, 2),
			 (int)field(s, AT_CONFIGURED, 2), 1};

	m->n_slots++;
	if (k.bytes == 0)
		return;
	m->n_full++;
	take_channel(m, s);
	for (int i = 0; i < m->n_kinds; i++)
		if (m->kind[i].bytes == k.bytes && m->kind[i].type == k.type && m->kind[i].speed == k.speed &&
		    m->kind[i].configured == k.configured) {
			m->kind[i].n++;
			return;
		}
	if (m->n_kinds < KINDS_MAX)
		m->kind[m->n_kinds++] = k;
}

/* The structure at the beginning of what is left; false at its end, or at what is none. */
static bool structure_next(const uint8_t **at, size_t *left, struct structure *out)
{
	if (*left < HEADER || (*at)[1] < HEADER || (*at)[1] > *left)
		return false;
	size_t n = (*at)[1];
	while (n + 1 < *left && ((*at)[n] || (*at)[n + 1]))
		n++;
	n = n + 2 <= *left ? n + 2 : *left;
	*out = (struct structure){*at, (*at)[1], n};
	*at += n;
	*left -= n;
	return true;
}

static void take_table(struct modules *m, const uint8_t *table, size_t n)
{
	struct structure s;

	while (structure_next(&table, &n, &s)) {
		if (s.bytes[0] == ARRAY && field(&s, AT_USE, 1) == USE_SYSTEM)
			m->correction = (int)field(&s, AT_CORRECTION, 1);
		if (s.bytes[0] == DEVICE)
			take_device(m, &s);
	}
}

/* ---- as facts ---- */

static const char *type_name(int type)
{
	static const struct {
		int type;
		const char *name;
	} names[] = {{0x12, "DDR"},    {0x13, "DDR2"},	 {0x18, "DDR3"},   {0x1a, "DDR4"}, {0x1b, "LPDDR"},
		     {0x1c, "LPDDR2"}, {0x1d, "LPDDR3"}, {0x1e, "LPDDR4"}, {0x20, "HBM"},  {0x21, "HBM2"},
		     {0x22, "DDR5"},   {0x23, "LPDDR5"}, {0x24, "HBM3"},   {0x07, "RAM"},  {0x0f, "SDRAM"}};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].type == type)
			return names[i].name;
	return "memory of unknown type";
}

static void kind_put(struct strbuf *out, const struct kind *k)
{
	char size[32];

	strbuf_printf(out, "%s%d x %s %s", out->len ? " + " : "", k->n,
		      size_text(k->bytes, size, sizeof size), type_name(k->type));
	if (k->speed > 0 && k->speed < 0xffff)
		strbuf_printf(out, " %d MT/s", k->speed);
}

/* What all run at: the slowest of them. */
static json_t *speed(const struct modules *m)
{
	int least = 0;

	for (int i = 0; i < m->n_kinds; i++) {
		const struct kind *k = &m->kind[i];
		int v = k->configured > 0 && k->configured < 0xffff ? k->configured : k->speed;
		if (v > 0 && v < 0xffff && (least == 0 || v < least))
			least = v;
	}
	return least ? json_integer(least) : fact_unknown("the firmware tells no speed");
}

static json_t *correction(const struct modules *m)
{
	static const char *const names[] = {NULL, NULL, NULL, "none", "parity", "single bit", "multiple bits",
					    "CRC"};
	const size_t n = sizeof names / sizeof names[0];

	return m->correction > 0 && (size_t)m->correction < n && names[m->correction]
		       ? fact_text(names[m->correction])
		       : fact_unknown("the firmware does not tell");
}

static const char *const keys[] = {"memory.modules",   "memory.module_count", "memory.slots",
				   "memory.speed_mts", "memory.channels",     "memory.error_correction"};

static void put_all(json_t *o, json_t *why)
{
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		json_object_set(o, keys[i], why);
	json_decref(why);
}

static void put_modules(json_t *o, const struct modules *m)
{
	struct strbuf text = {0};

	if (m->n_slots == 0) {
		put_all(o, fact_unknown("the firmware lists no memory modules"));
		return;
	}
	for (int i = 0; i < m->n_kinds; i++)
		kind_put(&text, &m->kind[i]);
	json_object_set_new(o, "memory.modules", fact_text(text.len ? text.text : "none"));
	strbuf_free(&text);
	json_object_set_new(o, "memory.module_count", json_integer(m->n_full));
	json_object_set_new(o, "memory.slots", json_integer(m->n_slots));
	json_object_set_new(o, "memory.speed_mts", speed(m));
	json_object_set_new(o, "memory.channels",
			    m->n_channels && !m->unnamed
				    ? json_integer(m->n_channels)
				    : fact_unknown("the places of the modules name no channels"));
	json_object_set_new(o, "memory.error_correction", correction(m));
}

void put_smbios(json_t *o, const unsigned char *table, size_t n)
{
	struct modules m = {0};

	take_table(&m, table, n);
	put_modules(o, &m);
}

/* ---- where it stands ---- */

/* One structure a folder "17-3"; false when there is none that can be read. */
static bool entries_read(const char *root, struct modules *m)
{
	char **names, path[FACT_MAX * 2];
	int n = folder_names(root, ENTRIES, &names), n_read = 0;

	for (int i = 0; i < n; i++) {
		if (strncmp(names[i], "16-", 3) != 0 && strncmp(names[i], "17-", 3) != 0)
			continue;
		char raw[SYSFS_MAX];
		snprintf(path, sizeof path, ENTRIES "/%.200s/raw", names[i]);
		long got = file_head(root, path, raw, sizeof raw);
		if (got <= 0)
			continue;
		take_table(m, (const uint8_t *)raw, (size_t)got);
		n_read++;
	}
	int error = errno;
	if (n >= 0)
		names_free(names, n);
	errno = error;
	return n_read > 0;
}

void put_memory_modules(json_t *o, const char *root)
{
	struct modules m = {0};
	size_t n;
	char *table = file_whole(root, TABLE, &n);

	if (table)
		take_table(&m, (const uint8_t *)table, n);
	free(table);
	if (table || entries_read(root, &m)) {
		put_modules(o, &m);
		return;
	}
	/* Only root may read them: that they are there is another thing than that there are none. */
	bool there = file_is(root, ENTRIES) || file_is(root, "/sys/class/dmi/id");
	errno = ENOENT;
	put_all(o, there ? fact_unknown("what the firmware lists can be read by root alone: " TABLE)
			 : fact_missing(root, TABLE));
}
