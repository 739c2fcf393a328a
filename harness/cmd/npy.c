/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/npy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/base/mem.h"

/* Magic, version and length take 10 bytes; the whole header is a multiple of 64, and 128 holds any shape. */
enum { HEADER_BYTES = 128, HEADER_FIXED = 10 };

struct npy {
	char *path, *temporary;
	FILE *file;
	size_t rows, cols;
};

static int file_error(const struct npy *f, struct diag *d)
{
	return diag_set_at(d, ERR_IO, f->path, 0, "%s", strerror(errno ? errno : EIO));
}

int npy_create(struct npy **out, const char *path, struct diag *d)
{
	struct npy *f = mem_alloc(sizeof *f);
	static const char zeros[HEADER_BYTES];
	f->path = mem_strdup(path);
	/* In the same folder, so that it can be renamed. */
	f->temporary = mem_printf("%s.%ld.tmp", path, (long)getpid());
	f->file = fopen(f->temporary, "wbx");
	if (!f->file || fwrite(zeros, sizeof zeros, 1, f->file) != 1) {
		int rc = file_error(f, d);
		npy_discard(f);
		return rc;
	}
	*out = f;
	return 0;
}

/* As little-endian binary32, whatever this machine has. */
static int write_floats(FILE *file, const float *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t bits;
		memcpy(&bits, &row[i], sizeof bits);
		const unsigned char bytes[4] = {bits & 255, bits >> 8 & 255, bits >> 16 & 255, bits >> 24};
		if (fwrite(bytes, sizeof bytes, 1, file) != 1)
			return -1;
	}
	return 0;
}

int npy_row(struct npy *f, const float *row, size_t cols, struct diag *d)
{
	if (f->rows && cols != f->cols)
		return diag_set_at(d, ERR_FORMAT, f->path, 0, "row %zu has %zu values, the first had %zu",
				   f->rows, cols, f->cols);
	f->cols = cols;
	f->rows++;
	return write_floats(f->file, row, cols) ? file_error(f, d) : 0;
}

static int write_header(struct npy *f)
{
	unsigned char header[HEADER_BYTES];
	memset(header, ' ', sizeof header);
	memcpy(header, "\x93NUMPY\x01", 7);
	header[7] = 0;
	header[8] = HEADER_BYTES - HEADER_FIXED;
	header[9] = 0;
	int n = snprintf((char *)header + HEADER_FIXED, sizeof header - HEADER_FIXED,
			 "{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, %zu), }", f->rows, f->cols);
	header[HEADER_FIXED + n] = ' ';
	header[sizeof header - 1] = '\n';
	rewind(f->file);
	return fwrite(header, sizeof header, 1, f->file) == 1 ? 0 : -1;
}

int npy_finish(struct npy *f, struct diag *d)
{
	int rc = 0;
	if (write_header(f) || fflush(f->file))
		rc = file_error(f, d);
	int closed = fclose(f->file);
	f->file = NULL;
	if (rc == 0 && (closed || rename(f->temporary, f->path)))
		rc = file_error(f, d);
	if (rc == 0) {
		free(f->temporary);
		f->temporary = NULL;
	}
	npy_discard(f);
	return rc;
}

void npy_discard(struct npy *f)
{
	if (!f)
		return;
	if (f->file)
		fclose(f->file);
	if (f->temporary)
		unlink(f->temporary);
	free(f->temporary);
	free(f->path);
	free(f);
}
