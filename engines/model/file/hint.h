/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody may have meant who named a path that is no GGUF file, and what to do: the end of an error's text. Only
 * names of files are looked at beside the path itself. Within engines/model/file.
 */
#ifndef IFM_MODEL_FILE_HINT_H
#define IFM_MODEL_FILE_HINT_H

#include <stddef.h>

struct strbuf;

/* Of a path that is not there: the nearest name in its folder, or what such a name is. */
void hint_missing(struct strbuf *out, const char *path);
/* Of a folder: the GGUF files in it, or how to convert what it holds. */
void hint_folder(struct strbuf *out, const char *path);
/* Of a file that does not begin as GGUF: what its first bytes are of. */
void hint_content(struct strbuf *out, const char *path, const void *bytes, size_t n);

#endif
