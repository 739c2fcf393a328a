/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <stdio.h>
#include <string.h>

#include "engines/base/strbuf.h"

#define GEMM(DTYPE, ISA, dtype, isa, mr, nr)                                                                 \
	{"gemm_" #dtype "_" #mr "x" #nr "_" #isa, DTYPE_##DTYPE, ISA_##ISA, mr, nr,                          \
	 gemm_##dtype##_##mr##x##nr##_##isa},
#define PACK(DTYPE, ISA, dtype, isa)
const struct gemm_kernel_info gemm_kernels[] = {
#include "engines/kernels/gemm.inc"
	{0},
};
#undef GEMM
#undef PACK

#define GEMM(DTYPE, ISA, dtype, isa, mr, nr)
#define PACK(DTYPE, ISA, dtype, isa)                                                                         \
	{"gemm_pack_" #dtype "_" #isa, DTYPE_##DTYPE, ISA_##ISA, gemm_pack_##dtype##_##isa},
const struct gemm_pack_info gemm_packs[] = {
#include "engines/kernels/gemm.inc"
	{0},
};
#undef GEMM
#undef PACK

/* The highest level not above isa that has kernels of the dtype. */
static enum isa level_choose(enum dtype dtype, enum isa isa)
{
	enum isa best = ISA_REF;
	for (const struct gemm_kernel_info *r = gemm_kernels; r->name; r++)
		if (r->dtype == dtype && r->isa <= isa && r->isa > best)
			best = r->isa;
	return best;
}

static int tile_missing(enum dtype dtype, enum isa level, int mr, int nr, struct diag *d)
{
	struct strbuf tiles = {0};
	for (const struct gemm_kernel_info *r = gemm_kernels; r->name; r++)
		if (r->dtype == dtype && r->isa == level)
			strbuf_printf(&tiles, " %dx%d", r->mr, r->nr);
	int rc = diag_set(d, ERR_UNSUPPORTED, "no %dx%d tile for %s at level %s: there are%s", mr, nr,
			  dtype_name(dtype), isa_name(level), strbuf_text(&tiles));
	strbuf_free(&tiles);
	return rc;
}

int gemm_kernel_set_choose(struct gemm_kernel_set *out, enum dtype dtype, enum isa isa, int mr, int nr,
			   struct diag *d)
{
	struct gemm_kernel_set s = {.dtype = dtype, .isa = level_choose(dtype, isa)};
	const struct gemm_kernel_info *main_tile = NULL;
	for (const struct gemm_kernel_info *r = gemm_kernels; r->name && !main_tile; r++)
		if (r->dtype == dtype && r->isa == s.isa && (mr == 0 || (r->mr == mr && r->nr == nr)))
			main_tile = r;
	if (!main_tile)
		return tile_missing(dtype, s.isa, mr, nr, d);
	s.mr = main_tile->mr;
	s.nr = main_tile->nr;
	for (const struct gemm_kernel_info *r = gemm_kernels; r->name; r++)
		for (int m = r->mr; r->dtype == dtype && r->isa == s.isa && r->nr == s.nr && m <= s.mr; m++)
			if (!s.for_rows[m] || s.for_rows[m]->mr < r->mr)
				s.for_rows[m] = r;
	for (const struct gemm_pack_info *r = gemm_packs; r->name; r++)
		if (r->dtype == dtype && r->isa <= s.isa && (!s.pack || r->isa > s.pack->isa))
			s.pack = r;
	*out = s;
	return 0;
}

size_t gemm_panel_a_bytes(enum dtype dtype, int m, int k)
{
	if (dtype == DTYPE_Q8_0 || dtype == DTYPE_Q4_0)
		return (size_t)m * (size_t)(k / Q8_0_BLOCK) * GEMM_Q8_0_ROW;
	if (dtype == DTYPE_WI8AI8)
		return k ? (size_t)m * ((size_t)k + GEMM_WI8AI8_HEAD) : 0;
	return (size_t)m * (size_t)k * sizeof(float);
}

size_t gemm_panel_w_bytes(enum dtype dtype, int nr, int k)
{
	if (dtype == DTYPE_BF16)
		k += k & 1;
	return k ? (size_t)nr * dtype_bytes(dtype, (size_t)k) : 0;
}
