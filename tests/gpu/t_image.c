/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The embedded kernels: a fat binary with code, and with PTX for chips to come. Its parts say of what kind they are and how
 * long; the form is nowhere promised, so what is asked of it is little.
 */
#include "config.h"

#include "tests/tap.h"

#ifdef HAVE_CUDA
#include <stdint.h>

#include "engines/cuda/kernels/image.h"

#define FAT_MAGIC 0xba55ed50u
#define FAT_PTX	  1
#define FAT_ELF	  2

struct fat_head {
	uint32_t magic;
	uint16_t version, head_size;
	uint64_t size;
};

struct fat_part {
	uint16_t kind, version;
	uint32_t head_size;
	uint64_t size;
};

int main(void)
{
	struct fat_head head;
	int n[3] = {0};
	if (!ok(cuda_kernels_image_size > sizeof head, "there is an image"))
		return tap_done();
	ok((uintptr_t)cuda_kernels_image % 8 == 0, "it is aligned");
	memcpy(&head, cuda_kernels_image, sizeof head);
	ok(head.magic == FAT_MAGIC, "it is a fat binary");
	ok(head.head_size + head.size == cuda_kernels_image_size, "it is as long as it says");
	for (size_t at = head.head_size; at + sizeof(struct fat_part) <= cuda_kernels_image_size;) {
		struct fat_part part;
		memcpy(&part, cuda_kernels_image + at, sizeof part);
		if (part.kind <= FAT_ELF)
			n[part.kind]++;
		at += part.head_size + part.size;
		if (part.head_size == 0)
			break;
	}
	ok(n[FAT_ELF] > 0, "code for %d architectures", n[FAT_ELF]);
	ok(n[FAT_PTX] > 0, "PTX for others");
	return tap_done();
}
#else
int main(void)
{
	skip_all("built without CUDA");
}
#endif
