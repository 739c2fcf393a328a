/* SPDX-License-Identifier: Apache-2.0 */
/* Of 64-bit programs of this machine's byte order: others do not run here. */
#include "config.h"

#include "harness/host/elf_note.h"

#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct bytes {
	const unsigned char *at;
	size_t n;
};

/* n bytes of a structure at that place; false when they are not there. */
static bool take(struct bytes b, uint64_t at, void *out, size_t n)
{
	if (at > b.n || n > b.n - at)
		return false;
	memcpy(out, b.at + at, n);
	return true;
}

static uint64_t padded(uint32_t n)
{
	return ((uint64_t)n + 3) & ~(uint64_t)3;
}

static bool note_find(struct bytes b, uint64_t at, uint64_t end, char out[ELF_ID_TEXT])
{
	Elf64_Nhdr note;
	char name[4];

	while (at < end && take(b, at, &note, sizeof note)) {
		uint64_t id = at + sizeof note + padded(note.n_namesz);
		bool is_id = note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof name &&
			     take(b, at + sizeof note, name, sizeof name) && memcmp(name, "GNU", 4) == 0;
		unsigned char digest[(ELF_ID_TEXT - 1) / 2];
		if (is_id && note.n_descsz > 0 && note.n_descsz <= sizeof digest &&
		    take(b, id, digest, note.n_descsz)) {
			for (uint32_t i = 0; i < note.n_descsz; i++)
				snprintf(out + 2 * (size_t)i, 3, "%02x", digest[i]);
			return true;
		}
		at = id + padded(note.n_descsz);
	}
	return false;
}

bool elf_build_id(const unsigned char *head, size_t n, char out[ELF_ID_TEXT])
{
	struct bytes b = {head, n};
	Elf64_Ehdr e;
	Elf64_Phdr p;

	if (!take(b, 0, &e, sizeof e) || memcmp(e.e_ident, ELFMAG, SELFMAG) != 0 ||
	    e.e_ident[EI_CLASS] != ELFCLASS64 || e.e_phentsize != sizeof p)
		return false;
	for (unsigned i = 0; i < e.e_phnum; i++) {
		if (e.e_phoff > n || !take(b, e.e_phoff + (uint64_t)i * sizeof p, &p, sizeof p))
			return false;
		if (p.p_type == PT_NOTE && p.p_offset <= n && p.p_filesz <= n &&
		    note_find(b, p.p_offset, p.p_offset + p.p_filesz, out))
			return true;
	}
	return false;
}
