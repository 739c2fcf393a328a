/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a buffer of CUPTI's activity records: what is no record is left out, the rest is summed up and written. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <stdio.h>

#include "engines/base/mem.h"
#include "harness/measure/counter/trace_records.h"
#include "tests/gpu/activity_example.h"

/* Names are pointers: of a buffer that was kept they mean nothing. */
static const char *name_of(void *arg, const char *raw)
{
	static const char *const names[] = {"gemm", "a \"quoted\" \\ name", "\x01\xff"};
	(void)arg;
	return (uintptr_t)raw < 3 ? names[(uintptr_t)raw] : NULL;
}

/* All records, one behind the other. */
static void records_add(struct trace *t, const uint8_t *at, size_t n, const struct trace_names *names)
{
	for (size_t size; n > 0; at += size, n -= size) {
		trace_record_add(t, at, n, names);
		size = activity_size(at, n);
		if (size == 0 || size > n)
			return;
	}
}

const void *fuzz_seed(int i, size_t *n)
{
	static uint8_t bytes[2048];
	struct activity_buffer b = {bytes, 0, sizeof bytes};
	if (i > 1)
		return NULL;
	activity_external(&b, 65537, 2);
	activity_kernel(&b, (const char *)1, 1000, 2000, 2, 0);
	activity_kernel(&b, (const char *)2, 2000, 2500, 3, 7);
	activity_copy(&b, CUPTI_ACTIVITY_MEMCPY_KIND_HTOD, 4096, 2600, 2700, 4);
	if (i == 1) {
		activity_call(&b, 5);
		activity_set(&b, 64, 3000, 3001, 5);
		activity_strange(&b);
	}
	*n = b.n;
	return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct trace_names names = {name_of, NULL};
	struct trace t = {0};
	struct trace_sum s;
	struct trace_total *total;
	char *text = NULL;
	size_t size = 0;
	trace_op_id(&t, "gemm", 0);
	records_add(&t, data, n, &names);
	FUZZ_CHECK(t.n >= 0 && (size_t)t.n <= n / sizeof(CUpti_ActivityMemset4) + 1);
	FUZZ_CHECK((size_t)t.unknown <= n / ACTIVITY_STRANGE + 1);
	trace_finish(&t, NULL, 500, 10000);
	trace_sum(&t, &s);
	FUZZ_CHECK(s.busy_ns + s.gap_ns == s.span_ns && s.longest_gap_ns <= s.gap_ns);
	FUZZ_CHECK(trace_totals(&t, true, 5, &total) <= 5);
	free(total);
	FILE *f = open_memstream(&text, &size);
	FUZZ_CHECK(f);
	trace_write_chrome(&t, 500, 10000, f);
	FUZZ_CHECK(fclose(f) == 0 && size > 2 && text[size - 2] == '}');
	free(text);
	trace_free(&t);
	return 0;
}
