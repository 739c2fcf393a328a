/* SPDX-License-Identifier: Apache-2.0 */
/* Text of tokens as JSON: a token's bytes may be a part of a character, or no UTF-8 at all. */
#ifndef IFM_MEASURE_TEXT_H
#define IFM_MEASURE_TEXT_H

#include <jansson.h>
#include <stddef.h>

struct strbuf;

/* Bytes at the end of s that begin a UTF-8 character and lack its rest: 0 to 3. */
size_t text_incomplete(const char *s, size_t n);

/* Sets o.text, or o.text_base64 where the bytes are no UTF-8. */
void text_put(json_t *o, const char *s, size_t n);

/* Moves what is whole from *pending to o; the incomplete rest stays. */
void text_stream(json_t *o, struct strbuf *pending);

#endif
