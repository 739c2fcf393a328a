/* SPDX-License-Identifier: Apache-2.0 */
/* llama-bench's records: written as it writes them, and read in all forms they had. */
#include "config.h"

#include "harness/exchange/import.h"
#include "harness/exchange/stored.h"

#include <string.h>

#include "engines/base/mem.h"
#include "tests/tap.h"

/* ---- writing ---- */

/* The record of facts: three repetitions of pp512. */
static void example(struct llama_bench *r)
{
	static const int64_t times[] = {1280000000, 1250000000, 1312820513};

	llama_bench_init(r);
	llama_text_set(&r->build_commit, "3fa9c1de");
	llama_text_set(&r->cpu_info, "Example's \"16-Core\"");
	llama_text_set(&r->model_filename, "a,b.gguf");
	llama_text_set(&r->model_type, "llama 8B Q8_0");
	llama_text_set(&r->test_time, "2026-11-02T01:30:00Z");
	r->build_number = 412;
	r->model_size = 8532000000;
	r->model_n_params = 8030000000;
	r->n_threads = 16;
	r->n_prompt = 512;
	r->n_samples = 3;
	r->samples_ns = mem_alloc(sizeof times);
	memcpy(r->samples_ns, times, sizeof times);
	llama_bench_average(r);
}

/* free() it. */
static char *written(const char *format, int n)
{
	char *text = NULL;
	size_t size;
	struct llama_bench r;
	struct llama_writer w = {0};
	FILE *out = open_memstream(&text, &size);

	example(&r);
	llama_write_begin(&w, out, llama_format_find(format));
	for (int i = 0; i < n; i++)
		llama_write(&w, &r);
	llama_write_end(&w);
	fclose(out);
	llama_bench_free(&r);
	return text;
}

static void test_average(void)
{
	struct llama_bench r;

	example(&r);
	is_int(r.avg_ns, 1280940171, "avg_ns is cut off");
	is_int(r.stddev_ns, 31420807, "stddev_ns, n - 1");
	ok(r.avg_ts > 399.8666 && r.avg_ts < 399.8667, "avg_ts is the mean of the rates: %f", r.avg_ts);
	ok(r.stddev_ts > 9.8006 && r.stddev_ts < 9.8008, "stddev_ts: %f", r.stddev_ts);
	r.n_samples = 1;
	llama_bench_average(&r);
	is_int(r.stddev_ns, 0, "one repetition has no deviation");
	llama_bench_free(&r);
}

static void test_md(void)
{
	char *text = written("md", 1);

	is_text(text,
		"| model                          |       size |     params | backend    | threads |         "
		"   "
		"test |                  t/s |\n"
		"| ------------------------------ | ---------: | ---------: | ---------- | ------: | "
		"--------------: | -------------------: |\n"
		"| llama 8B Q8_0                  |   7.95 GiB |     8.03 B | CPU        |      16 |         "
		"  "
		"pp512 |        399.87 ± 9.80 |\n"
		"\nbuild: 3fa9c1de (412)\n",
		"the Markdown table");
	free(text);
}

static void test_formats(void)
{
	char *json = written("json", 2), *jsonl = written("jsonl", 1), *csv = written("csv", 1),
	     *sql = written("sql", 1), *none = written("json", 0);

	has_text(jsonl, "{\"build_commit\": \"3fa9c1de\", \"build_number\": 412, \"cpu_info\": ", "JSONL");
	has_text(jsonl, "\"Example's \\\"16-Core\\\"\"", "quotes are escaped");
	has_text(jsonl, "\"samples_ns\": [ 1280000000, 1250000000, 1312820513 ]", "samples_ns");
	has_text(jsonl, "\"samples_ts\": [ 400, 409.6, 390 ]}\n", "samples_ts have 6 digits");
	has_text(json, "[\n  {\n    \"build_commit\": \"3fa9c1de\",\n", "JSON");
	has_text(json, "    \"repack\": true,\n", "booleans");
	has_text(json, "\n  },\n  {\n", "two objects");
	has_text(json, "\n  }\n]\n", "the array is closed");
	is_text(none, "[\n]\n", "an array of nothing");
	has_text(csv, "build_commit,build_number,", "CSV has a line of names");
	has_text(csv, "\n\"3fa9c1de\",\"412\",\"Example's \"\"16-Core\"\"\",\"\",\"CPU\",\"a,b.gguf\"",
		 "every value is quoted");
	has_text(sql,
		 "CREATE TABLE IF NOT EXISTS llama_bench (\n  build_commit TEXT,\n  build_number INTEGER,",
		 "SQL");
	has_text(sql, "  stddev_ts REAL\n);\n\nINSERT INTO llama_bench (build_commit, ", "and its row");
	has_text(sql, "'Example''s \"16-Core\"'", "quotes are doubled");
	free(json);
	free(jsonl);
	free(csv);
	free(sql);
	free(none);
}

/* ---- reading ---- */

static void test_back(void)
{
	static const char *const formats[] = {"json", "jsonl", "csv", "sql"};

	for (int i = 0; i < 4; i++) {
		char *text = written(formats[i], 2);
		struct import im = {0};
		struct diag d = {0};

		ok(import_parse(&im, text, strlen(text), "x", &d) == 0, "%s is read: %s", formats[i], d.text);
		is_int(im.n, 2, "two records");
		const struct llama_bench *r = &im.record[1].llama;
		is_text(r->cpu_info, "Example's \"16-Core\"", "texts");
		is_text(r->model_filename, "a,b.gguf", "with commas");
		is_int(r->avg_ns, 1280940171, "numbers");
		ok(r->repack && !r->embeddings, "booleans");
		is_int(r->n_samples, i < 2 ? 3 : 0, "samples where there are any");
		has_text(im.record[1].text, "3fa9c1de", "its text is kept");
		import_free(&im);
		free(text);
	}
}

static int n_read(const char *text, struct import *im, struct diag *d)
{
	*im = (struct import){0};
	*d = (struct diag){0};
	return import_parse(im, text, strlen(text), "file", d) ? -1 : im->n;
}

static void test_old(void)
{
	struct import im;
	struct diag d;

	is_int(n_read("[{\"n_prompt\": 4, \"n_gen\": 0, \"avg_ns\": 10, \"use_mmap\": true, \"flash_attn\": "
		      "false, \"more\": {}}, {\"n_prompt\": 4, \"avg_n",
		      &im, &d),
	       1, "a cut array gives its whole records");
	ok(im.cut_off, "and says so");
	is_text(im.record[0].llama.load_mode, "mmap", "use_mmap was load_mode");
	is_int(im.record[0].llama.flash_attn, 0, "flash_attn was a boolean");
	is_text(im.record[0].llama.devices, "auto", "what is missing is neutral");
	import_free(&im);
	is_int(n_read("{\"n_gen\": 8, \"avg_ts\": 4.0}\n", &im, &d), 1, "a rate alone");
	is_int(im.record[0].llama.avg_ns, 2000000000, "has a time");
	import_free(&im);
	is_int(n_read("INSERT INTO test (n_gen, avg_ns, cpu_info) VALUES ('8', '10', 'it's (one)');", &im,
		      &d),
	       1, "SQL whose quotes are not doubled");
	is_text(im.record[0].llama.cpu_info, "it's (one)", "is read all the same");
	import_free(&im);
	is_int(n_read("{\"pp\": 8, \"tg\": 2, \"pl\": 4, \"t_pp\": 1.5, \"t_tg\": 0.5, \"speed\": 1}", &im,
		      &d),
	       1, "llama-batched-bench");
	ok(im.record[0].batched && im.record[0].batch.pl == 4, "is told apart");
	import_free(&im);
}

static void test_bad(void)
{
	static const struct {
		const char *text, *what;
	} cases[] = {
		{"", "the file is empty"},
		{"{\"n_gen\": 8, \"avg_ns\": \"x\"}", "key \"avg_ns\": \"x\", expected a whole number"},
		{"{\"n_gen\": 8, \"avg_ns\": 5, \"cpu_strict\": 7}", "key \"cpu_strict\""},
		{"{\"n_gen\": 8, \"samples_ns\": [0]}", "key \"samples_ns\": 0, expected 1 to"},
		{"{\"n_gen\": 8, \"samples_ns\": 5}", "key \"samples_ns\": expected a list"},
		{"{\"avg_ns\": 5}", "both are 0 or missing"},
		{"{\"n_gen\": -8, \"avg_ns\": 5}", "key \"n_gen\": -8"},
		{"{\"n_gen\": 8}", "key \"avg_ns\" is missing"},
		{"{\"a\": nonsense}", "no JSON"},
		{"[1, 2]", "expected an object"},
		{"[{\"n_gen", "no whole record"},
		{"hello\n", "neither JSON nor SQL"},
		{"n_gen,avg_ns\n\"8\"\n", "1 values, expected 2"},
		{"n_gen,avg_ns\n8,\"5\n", "a quote is not closed"},
		{"INSERT INTO other (a) VALUES (1);", "expected INSERT INTO llama_bench"},
		{"INSERT INTO llama_bench (n_gen) VALUES ('8;", "a list is not closed"},
		{"INSERT INTO llama_bench (n_gen) VALUES (1, 2);", "more values than the 1 columns"},
		{"DROP TABLE x;", "neither JSON nor SQL"},
		{"{\"pp\": 8, \"pl\": 0, \"tg\": 1, \"t_pp\": 1}", "key \"pl\": 0"},
		{"{\"pp\": 8, \"pl\": 1, \"tg\": 1, \"t_pp\": -1}", "key \"t_pp\""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct import im;
		struct diag d;

		ok(n_read(cases[i].text, &im, &d) == -1, "refused: %.60s", cases[i].text);
		has_text(d.text, cases[i].what, "and says why");
	}
	struct import im;
	struct diag d;
	n_read("{\"n_gen\": 8, \"avg_ns\": 5}\n\n{\"n_gen\": 8, \"avg_ns\": []}", &im, &d);
	is_int(d.line, 3, "with its line");
	is_text(d.file, "file", "and the file");
}

/* Records without an end of statement between them: each is read once, whatever follows. */
static void test_long(void)
{
	static const char record[] = "INSERT INTO test (n_gen, avg_ns) VALUES (8, 10)\n";
	enum { RECORDS = 50000 };
	char *text = mem_alloc(RECORDS * (sizeof record - 1) + 1);
	struct import im;
	struct diag d;

	for (int i = 0; i < RECORDS; i++)
		memcpy(text + (size_t)i * (sizeof record - 1), record, sizeof record);
	is_int(n_read(text, &im, &d), RECORDS, "many statements that nothing ends");
	is_int(im.record[RECORDS - 1].line, RECORDS, "each on its line");
	import_free(&im);
	free(text);
}

/* ---- small ones ---- */

static void test_words(void)
{
	char list[CPUS_TEXT], mask[CPUS_MAX / 4 + 3];
	int64_t p, g;

	ok(cpus_of_mask(list, "0x10F"), "a mask");
	is_text(list, "0-3+8", "as a list");
	mask_of_cpus(mask, list);
	is_text(mask, "0x10f", "and back");
	mask_of_cpus(mask, "scatter");
	is_text(mask, "0x0", "a word is no mask");
	ok(!cpus_of_mask(list, "0x") && !cpus_of_mask(list, "0xg") && !cpus_of_mask(list, "0x0"), "no masks");
	ok(workload_lengths("pp8+tg4", &p, &g) && p == 8 && g == 4, "both lengths");
	ok(workload_lengths("tg4", &p, &g) && p == 0 && g == 4, "one");
	ok(!workload_lengths("gemm", &p, &g) && !workload_lengths("pp", &p, &g) &&
		   !workload_lengths("tg4+pp2", &p, &g),
	   "none");
}

int main(void)
{
	test_average();
	test_md();
	test_formats();
	test_back();
	test_old();
	test_bad();
	test_long();
	test_words();
	return tap_done();
}
