/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Characters. Well-formed UTF-8 as Unicode defines it (no surrogates, no
 * overlong forms), and the 256 printable characters that stand for bytes in
 * byte-level vocabularies (OpenAI, gpt-2/src/encoder.py, bytes_to_unicode).
 */
#ifndef IFM_MODEL_TOKENIZER_BYTES_H
#define IFM_MODEL_TOKENIZER_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the well-formed character that n bytes begin with, 0 when they begin with none. */
size_t utf8_char(const char *text, size_t n);

/* Whether n bytes are well-formed. */
bool utf8_whole(const char *text, size_t n);

/*
 * Writes n bytes as llama.cpp reads them: U+FFFD for each byte that belongs to
 * no character, surrogates as they are. masked gets the same, well-formed:
 * U+E000, which is no letter, number, mark or space either, for each surrogate.
 * Both have room for UTF8_REPAIR_MAX * n bytes. Returns the length of each.
 */
enum { UTF8_REPAIR_MAX = 3 };
size_t utf8_repair(const char *text, size_t n, char *repaired, char *masked);

enum { BYTE_CHAR_MAX = 2 };

/* Writes the character that stands for a byte; returns its length, 1 or BYTE_CHAR_MAX. */
size_t byte_to_char(uint8_t byte, char out[BYTE_CHAR_MAX]);

/* The byte that a character of n bytes stands for, -1 when it stands for none. */
int byte_of_char(const char *text, size_t n);

/* Text out of a file as it may stand in a message: cut, other bytes than printable ASCII as '?'. */
enum { BYTES_SHOWN = 48 };
const char *bytes_shown(const char *text, size_t n, char out[BYTES_SHOWN]);

#endif
