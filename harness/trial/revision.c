#include "config.h"
#include "harness/trial/revision.h"
#include <stdlib.h>
int revisions_build(struct revision out[2], const struct revisions_ask *ask, struct diag *d)
{
	(void)out;
	(void)ask;
	return diag_set(d, ERR_UNSUPPORTED, "not yet");
}
void revision_free(struct revision *r)
{
	free(r->name);
	free(r->commit);
	free(r->subject);
	free(r->worker);
}
