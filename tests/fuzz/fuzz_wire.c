/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a stream of the protocol: each line is read as every message, and what is good is written
 * and read again. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engines/base/json.h"
#include "engines/base/strbuf.h"
#include "harness/wire/wire.h"

/* One message both ways: what was read is written to `first`, which must be read as the same again. */
#define BOTH_WAYS(name)                                                                                      \
	static void name##_both_ways(const json_t *o)                                                        \
	{                                                                                                    \
		struct wire_##name m, again;                                                                 \
		struct diag d = {0};                                                                         \
		int rc = wire_##name##_from_json(o, &m, &d);                                                 \
		if (rc) {                                                                                    \
			FUZZ_CHECK(rc == ERR_FORMAT && d.code == ERR_FORMAT && d.text[0]);                   \
			return;                                                                              \
		}                                                                                            \
		json_t *first = wire_##name##_to_json(&m);                                                   \
		FUZZ_CHECK(wire_##name##_from_json(first, &again, NULL) == 0);                               \
		json_t *second = wire_##name##_to_json(&again);                                              \
		FUZZ_CHECK(json_equal(first, second));                                                       \
		json_decref(first);                                                                          \
		json_decref(second);                                                                         \
		wire_##name##_free(&m);                                                                      \
		wire_##name##_free(&again);                                                                  \
	}
BOTH_WAYS(hello)
BOTH_WAYS(model)
BOTH_WAYS(check)
BOTH_WAYS(prepared)
BOTH_WAYS(run_request)
BOTH_WAYS(run_result)

static void point_both_ways(const json_t *o)
{
	struct point p, again;
	struct diag d = {0};
	struct strbuf text = {0};
	char id[POINT_ID_SIZE], id_again[POINT_ID_SIZE], label[40];
	int64_t n;
	int rc = point_from_json(o, &p, &d);
	if (rc) {
		FUZZ_CHECK((rc == ERR_FORMAT || rc == ERR_UNSUPPORTED) && d.text[0]);
		return;
	}
	json_t *written = point_to_json(&p);
	FUZZ_CHECK(json_equal(o, written) && point_from_json(written, &again, NULL) == 0);
	point_id(&p, NULL, id);
	point_id(&again, NULL, id_again);
	FUZZ_CHECK(strcmp(id, id_again) == 0 && strlen(id) == POINT_ID_SIZE - 1);
	point_canonical(&p, "0123", &text);
	for (size_t i = 0; i < text.len; i++)
		FUZZ_CHECK((unsigned char)text.text[i] >= ' ' || text.text[i] == '\n');
	FUZZ_CHECK(strlen(point_label(&p, label, sizeof label)) < sizeof label);
	if (point_get_int(&p, KEY_THREADS, 1, 4096, &n, NULL) == 0)
		FUZZ_CHECK(n >= 1 && n <= 4096);
	strbuf_free(&text);
	json_decref(written);
	point_free(&p);
	point_free(&again);
}

static void data_both_ways(const char *text)
{
	void *data;
	size_t n;
	float x[4];
	struct diag d = {0};
	if (wire_floats_decode(text, x, 4, NULL) == 0)
		FUZZ_CHECK(strlen(text) == 24);
	if (wire_base64_decode(text, &data, &n, &d)) {
		FUZZ_CHECK(d.code == ERR_FORMAT);
		return;
	}
	char *again = wire_base64_encode(data, n);
	FUZZ_CHECK(strcmp(again, text) == 0);
	free(again);
	free(data);
}

static void message_walk(const json_t *m)
{
	const json_t *ok = json_object_get(m, "ok");
	hello_both_ways(ok);
	model_both_ways(ok);
	check_both_ways(ok);
	prepared_both_ways(ok);
	run_result_both_ways(ok);
	run_request_both_ways(m);
	point_both_ways(json_object_get(m, "point"));
	data_both_ways(json_opt_string(m, "data", ""));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct wire *w;
	json_t *m = NULL;
	int fd = memfd_create("stream", MFD_CLOEXEC), rc;
	FUZZ_CHECK(fd >= 0 && write(fd, data, n) == (ssize_t)n && lseek(fd, 0, SEEK_SET) == 0);
	FUZZ_CHECK(wire_open(&w, fd, fd, NULL) == 0);
	do {
		struct diag d = {0};
		rc = wire_receive(w, &m, -1, &d);
		FUZZ_CHECK(rc == 0 || rc == 1 || (rc == ERR_FORMAT && d.code == ERR_FORMAT && d.text[0]));
		if (rc == 1) {
			FUZZ_CHECK(json_is_object(m));
			message_walk(m);
			json_decref(m);
		}
	} while (rc);
	wire_close(w);
	return 0;
}

#define CHOICE "{\"name\":\"n\",\"usable\":false,\"why\":\"because\"}"

const void *fuzz_seed(int i, size_t *n)
{
	static const char *const seeds[] = {
		"{\"id\":1,\"ok\":{\"protocol\":1,\"engine\":\"cpu\",\"version\":\"1\",\"build\":{\"git\":"
		"\"x\"},"
		"\"devices\":[{\"name\":\"cpu\",\"description\":\"d\",\"usable\":true,\"why\":\"\",\"n_"
		"cpus\":4,"
		"\"memory_bytes\":5000000000,\"isas\":[" CHOICE "],\"precisions\":[],\"kvs\":[" CHOICE
		"],\"providers\":[]}],\"workloads\":[{\"name\":\"gemm\",\"ceiling\":false,\"uses_model\":"
		"false,"
		"\"keys\":[\"m\",\"n\"]}],\"counters\":[" CHOICE "],\"engines\":[" CHOICE
		"],\"events\":[{\"counter\":\"papi:base\",\"event\":\"E\",\"name\":\"n\",\"usable\":true,"
		"\"why\":\"\"}]}}\n",
		"{\"id\":2,\"ok\":{\"bytes\":1.5,\"code\":\"oom\",\"fits\":false,\"flops\":2.0,\"kv\":1,"
		"\"limit\":2,\"scratch\":3,\"steps\":4,\"tokens\":0.0,\"total\":6,\"weights\":7,\"why\":"
		"\"large\","
		"\"working_set\":8}}\n{\"id\":3,\"ok\":{\"describe\":\"isa: ref\\n\",\"load_ns\":1,"
		"\"weight_bytes\":2}}\n",
		"{\"id\":4,\"ok\":{\"bytes_per_rep\":1.0,\"flops_per_rep\":2.0,\"peak_bytes\":3,\"readings\":"
		"[{\"counter\":\"c\",\"enabled_ns\":10,\"pass\":1,\"running_ns\":5,\"source\":\"s\","
		"\"thread\":-1,"
		"\"unit\":\"count\",\"usable\":true,\"value\":77,\"why\":\"\"}],\"series\":[{\"clock\":\"C\","
		"\"marks\":[1,0],\"name\":\"step\",\"offsets\":[0,9],\"reps\":[0,1],\"t0\":12345,\"unit\":"
		"\"ns\","
		"\"values\":[8,0]}],\"step_cost_ns\":140,\"tokens_per_rep\":0.5,\"window_version\":1}}\n",
		"{\"id\":5,\"ok\":{\"arch\":\"llama\",\"file_type\":\"q8_0\",\"hash\":\"0123456789abcdef\","
		"\"n_context\":2048,\"n_params\":7,\"n_vocab\":3,\"name\":\"M\xc3\xa9\"}}\r\n"
		"{\"id\":6,\"data\":\"AACAPwAAgD8AAIA/AACAPw==\",\"event\":\"row\"}\n"
		"{\"id\":7,\"error\":{\"code\":\"oom\",\"text\":\"\"}}",
		"{\"do\":\"run\",\"counters\":[\"clock\"],\"max_time_ns\":9,\"min_time_ns\":8,\"pass\":1,"
		"\"repeat\":5,\"warmup\":2}\n{\"do\":\"check\",\"point\":{\"workload\":\"tg64\",\"model\":"
		"\"a%b\","
		"\"precision\":\"q8_0\",\"threads\":\"8\",\"kv\":\"f16\"}}\n{\"do\":\"quit\"}",
	};
	if (i >= (int)(sizeof seeds / sizeof seeds[0]))
		return NULL;
	*n = strlen(seeds[i]);
	return seeds[i];
}
