/* SPDX-License-Identifier: Apache-2.0 */
/* What the fake worker says it is: one device of two CPUs, three workloads, two ceilings, a counter that is there and one that is not. */
#ifndef IFM_TESTS_FAKE_HELLO_H
#define IFM_TESTS_FAKE_HELLO_H

static const char hello_text[] =
	"{\"protocol\": 1, \"engine\": \"cpu\", \"version\": \"0.0.1\", \"build\": {\"compiler\": \"none\"},"
	" \"devices\": [{\"name\": \"cpu\", \"description\": \"fake\", \"usable\": true, \"why\": \"\","
	"  \"n_cpus\": 2, \"memory_bytes\": 1000000000,"
	"  \"isas\": [{\"name\": \"ref\", \"usable\": true, \"why\": \"\"},"
	"   {\"name\": \"avx2\", \"usable\": true, \"why\": \"\"}],"
	"  \"precisions\": [{\"name\": \"f32\", \"usable\": true, \"why\": \"\"},"
	"   {\"name\": \"q8_0\", \"usable\": true, \"why\": \"\"}],"
	"  \"kvs\": [{\"name\": \"f32\", \"usable\": true, \"why\": \"\"},"
	"   {\"name\": \"f16\", \"usable\": true, \"why\": \"\"}],"
	"  \"providers\": [{\"name\": \"own\", \"usable\": true, \"why\": \"\"}]}],"
	" \"workloads\": ["
	"  {\"name\": \"pp\", \"ceiling\": false, \"uses_model\": true, \"keys\": [\"engine\", \"device\","
	"   \"isa\", \"threads\", \"workload\", \"model\", \"precision\", \"kv\", \"sequences\"]},"
	"  {\"name\": \"tg\", \"ceiling\": false, \"uses_model\": true, \"keys\": [\"engine\", \"device\","
	"   \"isa\", \"threads\", \"workload\", \"model\", \"precision\", \"kv\", \"sequences\"]},"
	"  {\"name\": \"gemm\", \"ceiling\": false, \"uses_model\": false, \"keys\": [\"engine\", \"device\","
	"   \"isa\", \"threads\", \"workload\", \"m\", \"n\", \"k\", \"precision\"]},"
	"  {\"name\": \"read\", \"ceiling\": true, \"uses_model\": false, \"keys\": [\"engine\", \"device\","
	"   \"isa\", \"threads\", \"workload\", \"size\"]},"
	"  {\"name\": \"fma\", \"ceiling\": true, \"uses_model\": false, \"keys\": [\"engine\", \"device\","
	"   \"isa\", \"threads\", \"workload\", \"type\"]}],"
	" \"counters\": [{\"name\": \"clock\", \"usable\": true, \"why\": \"\"},"
	"  {\"name\": \"pmu\", \"usable\": false, \"why\": \"no PMU in this fake\"}],"
	" \"engines\": [{\"name\": \"cpu\", \"usable\": true, \"why\": \"\"}]}";

#endif
