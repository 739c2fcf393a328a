/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/store/build.h"

#include <stdlib.h>

#include "engines/base/json.h"

int store_build_put(struct store *s, const char *program, const char *version, const json_t *facts,
		    struct db_value *out, char id[CONTENT_ID_SIZE], struct diag *d)
{
	char *text;

	*out = db_null();
	if (!program || !*program)
		return 0;
	text = facts ? json_text(facts) : NULL;
	const char *const texts[] = {program, version, text};
	*out = db_text(content_id(id, texts, 3));
	int rc = db_exec(s, "storing the build", d,
			 "INSERT INTO build (id, program, version, facts) VALUES (?, ?, ?, ?) "
			 "ON CONFLICT DO NOTHING",
			 DB_VALUES(*out, db_text(program), db_text(version), db_text(text ? text : "{}")));
	free(text);
	return rc;
}
