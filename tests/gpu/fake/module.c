/* SPDX-License-Identifier: Apache-2.0 */
/* Modules: whether an image is one that this device could load. What runs is the kernel of that name on the CPU. */
#include "tests/gpu/fake/module.h"

#include <stdint.h>
#include <string.h>

/* What nvcc -fatbin writes, read off its files: a head, then entries, each with its own head. */
#define FATBIN_MAGIC 0xba55ed50u
struct fatbin {
	uint32_t magic;
	uint16_t version, head_size;
	uint64_t size; /* of all entries */
};
enum fatbin_kind {
	FATBIN_PTX = 1,
	FATBIN_ELF = 2,
};
/* sm_90a: for this architecture alone. */
#define FATBIN_SPECIFIC 0x100000u
struct fatbin_entry {
	uint16_t kind, version;
	uint32_t head_size;
	uint64_t size;
	uint32_t packed[3];
	uint32_t architecture; /* 90 */
	uint32_t more[2];
	uint32_t flags;
};

struct module {
	int n_functions;
};

static bool entry_runs(const struct fatbin_entry *e, int capability)
{
	int architecture = (int)e->architecture;
	if (e->kind == FATBIN_PTX)
		return architecture <= capability;
	if (e->flags & FATBIN_SPECIFIC)
		return architecture == capability;
	return architecture / 10 == capability / 10 && architecture <= capability;
}

static int fatbin_check(const unsigned char *image)
{
	struct fatbin head;
	memcpy(&head, image, sizeof head);
	for (uint64_t at = 0; at + sizeof(struct fatbin_entry) <= head.size;) {
		struct fatbin_entry e;
		memcpy(&e, image + head.head_size + at, sizeof e);
		if (entry_runs(&e, device_capability()))
			return 0;
		at += e.head_size + e.size;
	}
	return CUDA_ERROR_NO_BINARY_FOR_GPU;
}

static int image_check(const unsigned char *image)
{
	static const uint32_t magic = FATBIN_MAGIC;
	if (memcmp(image, &magic, sizeof magic) == 0)
		return fatbin_check(image);
	if (memcmp(image, "\177ELF", 4) == 0)
		return 0;
	/* Text: comments may stand before it. */
	if ((image[0] == '/' || image[0] == '.' || image[0] == '\n') &&
	    strstr((const char *)image, ".version"))
		return 0;
	return fake_complain(CUDA_ERROR_INVALID_IMAGE,
			     "no fatbin, cubin or PTX: it begins with %02x %02x %02x %02x", image[0],
			     image[1], image[2], image[3]);
}

FAKE(cuModuleLoadData, NEED_CONTEXT | NEED_NO_CAPTURE, (CUmodule * module, const void *image),
     (module, image))
{
	if (!module || !image)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "no image, or no place for the module");
	int r = image_check(image);
	if (!r)
		object_make(OBJECT_MODULE, context_current(), sizeof(struct module), module);
	return r;
}

static CUmodule unloaded;

static void function_end(void *body)
{
	struct function *f = body;
	if (f->module == unloaded)
		object_end(f->handle);
}

FAKE(cuModuleUnload, NEED_CONTEXT | NEED_NO_CAPTURE, (CUmodule module), (module))
{
	if (!object_find(OBJECT_MODULE, module))
		return CUDA_ERROR_INVALID_HANDLE;
	unloaded = module;
	object_each(OBJECT_FUNCTION, NULL, function_end);
	object_end(module);
	return CUDA_SUCCESS;
}

FAKE(cuModuleGetFunction, NEED_CONTEXT, (CUfunction * function, CUmodule module, const char *name),
     (function, module, name))
{
	if (!object_find(OBJECT_MODULE, module))
		return CUDA_ERROR_INVALID_HANDLE;
	if (!function || !name)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "no name, or no place for the function");
	const struct simt_kernel *kernel = simt_find(name);
	if (!kernel)
		return CUDA_ERROR_NOT_FOUND;
	struct function *f = object_make(OBJECT_FUNCTION, object_owner(module), sizeof *f, function);
	*f = (struct function){kernel, module, *function, SHARED_USUAL};
	return CUDA_SUCCESS;
}

FAKE(cuFuncGetAttribute, NEED_CONTEXT, (int *value, CUfunction_attribute attribute, CUfunction function),
     (value, attribute, function))
{
	if (!object_find(OBJECT_FUNCTION, function))
		return CUDA_ERROR_INVALID_HANDLE;
	if (!value || attribute != CU_FUNC_ATTRIBUTE_PTX_VERSION)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "attribute %d", (int)attribute);
	*value = device_capability() < 90 ? 80 : device_capability();
	return CUDA_SUCCESS;
}

FAKE(cuFuncSetAttribute, NEED_CONTEXT, (CUfunction function, CUfunction_attribute attribute, int value),
     (function, attribute, value))
{
	struct function *f = object_find(OBJECT_FUNCTION, function);
	if (!f)
		return CUDA_ERROR_INVALID_HANDLE;
	if (attribute == CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT && value >= -1 && value <= 100)
		return CUDA_SUCCESS;
	if (attribute != CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "attribute %d to %d", (int)attribute, value);
	if (value < 0 || value > SHARED_MOST)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "%d bytes of shared memory, the most are %d",
				     value, SHARED_MOST);
	f->shared_most = value;
	return CUDA_SUCCESS;
}
