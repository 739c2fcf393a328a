/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/view.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engines/base/mem.h"
#include "harness/store/runs.h"

void json_put(struct strbuf *out, const json_t *value)
{
	char *text;

	switch (json_typeof(value)) {
	case JSON_STRING:
		strbuf_puts(out, json_string_value(value));
		return;
	case JSON_INTEGER:
		strbuf_printf(out, "%lld", (long long)json_integer_value(value));
		return;
	case JSON_REAL:
		strbuf_printf(out, "%.6g", json_real_value(value));
		return;
	default:
		text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
		strbuf_puts(out, text ? text : "");
		free(text);
	}
}

void fact_put(struct strbuf *out, const json_t *facts, const char *key)
{
	const json_t *value = json_object_get(facts, key);

	if (value)
		json_put(out, value);
}

void machine_put(struct strbuf *out, const struct stored_run *run)
{
	static const char *const keys[] = {"processor", "cpu", "brand", "cpu_model", "model"};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (json_is_string(json_object_get(run->machine, keys[i]))) {
			fact_put(out, run->machine, keys[i]);
			return;
		}
	strbuf_printf(out, "machine %.12s", run->machine_id ? run->machine_id : "unknown");
}

static bool device_is_first(const struct stored_run *run, int i)
{
	const char *name = point_get(&run->points[i].point, KEY_DEVICE);

	for (int k = 0; k < i; k++)
		if (strcmp(point_get(&run->points[k].point, KEY_DEVICE), name) == 0)
			return false;
	return !device_is_cpu(name);
}

/* One without a fact could not be used. */
void place_put(struct strbuf *out, const struct stored_run *run)
{
	int n = 0;

	machine_put(out, run);
	for (int i = 0; i < run->n_points; i++) {
		const char *name = point_get(&run->points[i].point, KEY_DEVICE);
		char *key = mem_printf("device.%s", name);

		if (json_object_get(run->environment, key) && device_is_first(run, i)) {
			strbuf_printf(out, "%s%s ", n++ ? ", " : " with ", name);
			fact_put(out, run->environment, key);
		}
		free(key);
	}
}

void run_notes_put(struct strbuf *out, const struct stored_run *run, const char *before)
{
	for (int i = 0; i < run->n_annotations; i++)
		if (run_annotation_is_told(run->annotations[i].key))
			strbuf_printf(out, "%s%s: %s", before, run->annotations[i].key,
				      run->annotations[i].value);
}

void time_put(struct strbuf *out, int64_t wall_ns)
{
	time_t seconds = (time_t)(wall_ns / 1000000000);
	struct tm tm;
	char text[40];

	if (gmtime_r(&seconds, &tm) && strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &tm) > 0)
		strbuf_puts(out, text);
}

void duration_put(struct strbuf *out, double seconds)
{
	if (seconds < 0 || seconds > 1e9)
		return;
	if (seconds < 60)
		strbuf_printf(out, "%.0f s", seconds);
	else if (seconds < 3600)
		strbuf_printf(out, "%d min %02d s", (int)seconds / 60, (int)seconds % 60);
	else
		strbuf_printf(out, "%d h %02d min", (int)seconds / 3600, (int)seconds % 3600 / 60);
}
