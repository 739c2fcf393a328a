/* SPDX-License-Identifier: Apache-2.0 */
/* A library named like oneDNN: $IFM_FAKE_DNNL says what is the matter with it. It multiplies nothing. */
#include <stdlib.h>
#include <string.h>

struct version {
	int major, minor, patch;
	const char *hash;
	unsigned cpu_runtime, gpu_runtime;
};

const struct version *dnnl_version(void);
int dnnl_get_effective_cpu_isa(void);

#ifndef WITHOUT_SGEMM
int dnnl_sgemm(char transa, char transb, long m, long n, long k, float alpha, const float *a, long lda,
	       const float *b, long ldb, float beta, float *c, long ldc);

int dnnl_sgemm(char transa, char transb, long m, long n, long k, float alpha, const float *a, long lda,
	       const float *b, long ldb, float beta, float *c, long ldc)
{
	(void)transa, (void)transb, (void)m, (void)n, (void)k, (void)alpha, (void)a, (void)lda, (void)b;
	(void)ldb, (void)beta, (void)c, (void)ldc;
	return 0;
}
#endif

const struct version *dnnl_version(void)
{
	static struct version v = {9, 9, 9, "fake", 1, 0};
	const char *how = getenv("IFM_FAKE_DNNL");
	if (how && strcmp(how, "tbb") == 0)
		v.cpu_runtime = 4;
	return &v;
}

int dnnl_get_effective_cpu_isa(void)
{
	return 0;
}
