/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/fact.h"

#include <stddef.h>
#include <string.h>

static const char *const words[] = {
	"temperature", "temperatures", "load", "loadavg", "pressure", "steal", "runnable", "uptime", "start",
	"stop", "time", "utc", "observed", "mhz", "free", "available",
	/* The kernel's books of nodes; a guest's grow and shrink with what its host lends it. */
	"numa_bytes", "hwloc_bytes"};

static bool is_volatile_word(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t n = strlen(words[i]);

		if (len >= n && strncmp(word, words[i], n) == 0 && (len == n || word[n] == '_'))
			return true;
	}
	return false;
}

bool fact_is_volatile(const char *key)
{
	for (const char *word = key; *word; word += strcspn(word, "."), word += *word == '.')
		if (is_volatile_word(word, strcspn(word, ".")))
			return true;
	return false;
}
