/* SPDX-License-Identifier: Apache-2.0 */
/* The build id that a linker leaves in a program (--build-id): for harness/host/build.c. */
#ifndef IFM_HOST_ELF_NOTE_H
#define IFM_HOST_ELF_NOTE_H

#include <stdbool.h>
#include <stddef.h>

/* Notes stand near the beginning; an id has 20 bytes, or less. */
enum { ELF_HEAD = 1 << 14, ELF_ID_TEXT = 65 };

/* The id as hexadecimal digits; false when the first n bytes of the file, which may be anything, hold none. */
bool elf_build_id(const unsigned char *head, size_t n, char out[ELF_ID_TEXT]);

#endif
