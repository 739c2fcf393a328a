/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Models without tokenizers, for tests of the rest of engines/model: the weak
 * definitions give way where a program has the real ones.
 */
#include "config.h"

#include "engines/model/tokenizer/build.h"
#include "engines/model/tokenizer/tokenizer.h"

#pragma weak tokenizer_build
#pragma weak tokenizer_free

int tokenizer_build(struct tokenizer **out, const struct gguf *g, int n_vocab, struct diag *d)
{
	(void)g, (void)n_vocab, (void)d;
	*out = NULL;
	return 0;
}

void tokenizer_free(struct tokenizer *t)
{
	(void)t;
}
