/* SPDX-License-Identifier: Apache-2.0 */
/* Counter source nvml over a library that pretends: which card, every number and its failures, marks of throttling. */
#include "config.h"

#include "tests/tap.h"

#include "engines/base/clock.h"
#include "harness/measure/counter/counter.h"
#include "harness/measure/counter/nvml_card.h"
#include "harness/measure/counter/nvml_energy.h"
#include "harness/measure/counter/nvml_state.h"
#include "harness/measure/counter/nvml_watch.h"
#include "harness/measure/throttle.h"

static void library(const char *variable, const char *kind)
{
	char path[1024];
	const char *build = getenv("top_builddir");
	snprintf(path, sizeof path, "%s/tests/fakes/%s/libnvidia-ml.so.1", build ? build : ".", kind);
	setenv(variable, path, 1);
}

static void script(const char *text)
{
	setenv("IFM_FAKE_NVML", text, 1);
}

static const struct counter_ops *source(void)
{
	const char *group;
	return counter_find("nvml", &group, NULL);
}

static void wait_ms(int ms)
{
	for (int64_t end = clock_ns() + (int64_t)ms * 1000000; clock_ns() < end;)
		;
}

/* ---- the library ---- */

static void unusable(const char *name, const char *part)
{
	char why[WIRE_WHY] = "";
	ok(!source()->probe(why, sizeof why), "%s: not usable", name);
	has_text(why, part, "the reason");
}

static void test_probe(void)
{
	char why[WIRE_WHY] = "";
	setenv(NVML_VARIABLE, "/nosuch/libnvidia-ml.so.1", 1);
	unusable("without a driver", "no NVIDIA driver: INFEROMETER_LIBNVML: ");
	library(NVML_VARIABLE, "bare");
	unusable("another library", "lacks nvmlInit_v2");
	library(NVML_VARIABLE, "whole");
	library(NVML_LIBCUDA_VARIABLE, "whole");
	ok(source()->probe(why, sizeof why), "usable %s", why);
	script("init=9");
	unusable("no module", "the kernel's driver is not loaded: 'modprobe nvidia'");
	script("init=4");
	unusable("permission", "no permission: this user needs to read and write /dev/nvidiactl");
	script("init=18");
	unusable("versions", "of different versions");
	script("init=999");
	unusable("what nobody knows", "NVML error 999");
	script("cu_init=100 count=0");
	unusable("no device", "NVML's device 0 of 0: there is no such device");
	script("pci=4");
	unusable("a device of somebody else", "at PCI bus 0000:65:00.0: no permission");
	script("pci=15");
	unusable("a device that fell off", "0000:65:00.0: the device fell off the bus");
}

/* ---- which card: cuda:0 is NVML's 1, whose clocks are 100 MHz higher ---- */

static void card_is(const char *name, const char *device, int64_t sm_clock, const char *how)
{
	struct nvml_card card;
	char why[WIRE_WHY] = "";
	if (!ok(nvml_card_open(&card, device, why, sizeof why), "%s: found %s", name, why))
		return;
	is_int(nvml_read(&card, NVML_SM_CLOCK).value, sm_clock, "the right one");
	has_text(card.how, how, "how it was found");
	ok(*how || !card.how[0], "and no more");
	nvml_card_close(&card);
}

static void no_card(const char *name, const char *device, const char *part)
{
	struct nvml_card card;
	char why[WIRE_WHY] = "";
	ok(!nvml_card_open(&card, device, why, sizeof why), "%s: none", name);
	has_text(why, part, "why");
}

static void test_card(void)
{
	static const char *const none[] = {"cpu", "cuda", "cuda:", "cuda:-1", "cuda:1x", "cuda:99999", ""};
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		is_int(nvml_cuda_number(none[i]), -1, none[i]);
	is_int(nvml_cuda_number(NULL), -1, "no device");
	is_int(nvml_cuda_number("cuda:12"), 12, "cuda:12");
	script("");
	card_is("first", "cuda:0", 2080, "");
	card_is("second", "cuda:1", 1980, "");
	no_card("third", "cuda:2", "libcuda has no device 2: CUDA error 101");
	script("cu_device=101");
	no_card("hidden", "cuda:0", "libcuda has no device 0");
	script("cu_init=100");
	card_is("libcuda does not start", "cuda:0", 1980,
		"taken for NVML's device 0: cuInit gives CUDA error 100");
	no_card("and has no more", "cuda:2", "NVML's device 2 of 2: there is no such device");
	script("");
	setenv(NVML_LIBCUDA_VARIABLE, "/nosuch/libcuda.so.1", 1);
	card_is("without libcuda", "cuda:1", 2080, "taken for NVML's device 1: INFEROMETER_LIBCUDA");
	library(NVML_LIBCUDA_VARIABLE, "part");
	card_is("an odd libcuda", "cuda:1", 2080, "libcuda lacks cuDeviceGetPCIBusId");
	library(NVML_LIBCUDA_VARIABLE, "whole");
}

/* ---- readings ---- */

static struct readings seen;

static const struct wire_reading *reading_of(const char *name)
{
	static const struct wire_reading none = {.why = "(not there)", .value = -1};
	for (int i = 0; i < seen.n; i++)
		if (strcmp(seen.item[i].counter, name) == 0)
			return &seen.item[i];
	ok(0, "%s is there", name);
	return &none;
}

static void read_is(const char *name, int64_t value, const char *unit, const char *part)
{
	const struct wire_reading *r = reading_of(name);
	ok(r->usable, "%s is usable", name);
	is_int(r->value, value, name);
	is_text(r->unit, unit, "its unit");
	has_text(r->why, part, "how");
}

static void read_near(const char *name, double value, double part, const char *why)
{
	const struct wire_reading *r = reading_of(name);
	ok(r->usable, "%s is usable (%s)", name, r->why);
	is_near((double)r->value, value, value * part, name);
	has_text(r->why, why, "how");
}

static void not_read(const char *name, const char *part)
{
	const struct wire_reading *r = reading_of(name);
	ok(!r->usable && r->value == 0 && r->unit[0], "%s is not usable", name);
	has_text(r->why, part, "why");
}

static int64_t idle_ns = 100000000;

/* As one who asks to stop after so many looks; -1: never. */
static int looks_left = -1;
static bool stopped(void *arg)
{
	(void)arg;
	return looks_left >= 0 && looks_left-- == 0;
}

/* A window of so many milliseconds, under one script before and after it and another within. */
static void window(const char *idle, const char *load, int ms)
{
	const struct counter_config config = {
		.group = "", .device = "cuda:0", .idle_ns = idle_ns, .stopped = stopped};
	struct counter *c = NULL;
	struct diag d = {0};
	free(seen.item);
	seen = (struct readings){0};
	script(idle);
	is_int(source()->open(&c, &config, &d), 0, load);
	script(load);
	is_int(source()->start(c, &d), 0, "starts");
	wait_ms(ms);
	is_int(source()->stop(c, &seen, &d), 0, "stops");
	is_int(seen.n, 0, "what takes its time comes after");
	/* Of what is still asked after the window: its thread is gone after a look of a few microseconds. */
	wait_ms(20);
	script(idle);
	is_int(source()->finish(c, &seen, &d), 0, "finishes");
	source()->close(c);
	for (int i = 0; i < seen.n; i++) {
		const struct wire_reading *r = &seen.item[i];
		if (!r->unit[0] || r->value < 0 || (!r->usable && (r->value || !r->why[0])))
			ok(0, "%s is well-formed", r->counter);
	}
}

/* Times are of this machine: only ratios are told, and loosely. */
static void test_good(void)
{
	window("watts=60", "watts=300 reasons=1 corrected=3", 200);
	double wall = (double)reading_of("energy_gpu")->enabled_ns * 1e-9;
	read_near("energy_gpu", 300e3 * wall, 0.25, "poor: board, counter, ");
	has_text(reading_of("energy_gpu")->why, "too short: 10 s and 50 steps are needed", "says so");
	read_near("energy_gpu_net", 240e3 * wall, 0.35, "poor: less ");
	has_text(reading_of("energy_gpu_net")->why, "idle for less than 10 s", "says so");
	read_near("power_mean", 300e3, 0.25, "energy_gpu / time");
	read_near("power_sampled", 300e3, 0.01, "samples, nvmlDeviceGetFieldValues, field 186");
	read_near("power_idle_before", 60e3, 0.25, "counter, ");
	ok(reading_of("power_idle_after")->usable, "idle power after it");
	ok(reading_of("energy_step")->value >= 4000000, "a step is found");
	read_is("power_limit", 700000, "mW", "nvmlDeviceGetEnforcedPowerLimit");
	read_is("sm_clock_start", 2080, "MHz", "nvmlDeviceGetClockInfo");
	read_is("sm_clock_end", 2080, "MHz", "");
	read_is("sm_clock_least", 2080, "MHz", "");
	read_is("sm_clock_limit", 2080, "MHz", "nvmlDeviceGetMaxClockInfo");
	read_is("memory_clock_start", 2719, "MHz", "");
	read_is("memory_clock_limit", 2719, "MHz", "");
	read_is("temperature_start", 45, "C", "nvmlDeviceGetTemperature");
	read_is("temperature_end", 45, "C", "");
	read_is("throttle_reasons", 1, "bits", "idle");
	read_is("throttled_looks", 0, "count", "looks, one every 20 ms");
	read_is("ecc_corrected", 0, "count", "since the window began");
	read_is("ecc_uncorrected", 0, "count", "");
}

static void test_throttled(void)
{
	window("", "watched=0x24", 60);
	read_is("throttle_reasons", 0x24, "bits", "software power cap, software thermal slowdown");
	ok(reading_of("throttled_looks")->value >= 2, "seen between the sides of the window");
	has_text(reading_of("energy_gpu")->why, "throttled", "the energy says so");
	window("", "watched=0x4", 60);
	read_is("throttle_reasons", 4, "bits", "software power cap");
	read_is("throttled_looks", 0, "count", "looks, one every 20 ms");
	window("", "reasons=0x98", 30);
	read_is("throttle_reasons", 0x98, "bits", "hardware slowdown, sync boost, hardware power brake");
}

/* Each number lost alone. */
static void test_lost(void)
{
	window("", "energy=3", 60);
	read_near("energy_gpu", 300e3 * (double)reading_of("energy_gpu")->enabled_ns * 1e-9, 0.02,
		  "poor: board, estimate, ");
	has_text(reading_of("energy_gpu")->why, "samples of instant power", "of which kind");
	has_text(reading_of("power_mean")->why,
		 "nvmlDeviceGetTotalEnergyConsumption: not supported by this device", "and why");
	window("energy=3 watts=60 field=3", "energy=3 field=3", 60);
	has_text(reading_of("energy_gpu")->why, "samples of one-second mean power", "without the instant");
	has_text(reading_of("power_sampled")->why, "nvmlDeviceGetPowerUsage", "by the other function");
	read_near("power_idle_before", 60e3, 0.01, "samples of power");
	not_read("energy_step", "samples of power");
	window("energy=4 field=3 power=4", "energy=4 field=3 power=4", 30);
	not_read("energy_gpu", "nvmlDeviceGetTotalEnergyConsumption: no permission: this user needs");
	not_read("energy_gpu_net", "without energy_gpu");
	not_read("power_sampled", "nvmlDeviceGetPowerUsage: no permission");
	not_read("power_limit", "nvmlDeviceGetEnforcedPowerLimit: no permission");
	not_read("power_idle_before", "neither energy nor power can be read");
	window("", "clock=3", 30);
	not_read("sm_clock_start", "nvmlDeviceGetClockInfo: not supported");
	not_read("sm_clock_least", "not supported");
	not_read("memory_clock_limit", "nvmlDeviceGetMaxClockInfo: not supported");
	window("", "temperature=15 reasons_result=3 ecc=3", 30);
	not_read("temperature_end", "the device fell off the bus");
	not_read("throttle_reasons", "nvmlDeviceGetCurrentClocksThrottleReasons: not supported");
	not_read("throttled_looks", "not supported");
	not_read("ecc_corrected", "nvmlDeviceGetTotalEccErrors: not supported");
	ok(reading_of("energy_gpu")->usable, "energy stays");
}

static void test_odd(void)
{
	window("frozen=1 field=3 power=3", "frozen=1 field=3 power=3", 30);
	not_read("energy_gpu", "the energy counter did not move in ");
	not_read("power_idle_before", "the energy counter moved 0 times");
	window("", "back=1 field=3 power=3", 30);
	not_read("energy_gpu", "the energy counter went backwards");
	window("watts=900", "watts=100 step_ms=1", 100);
	not_read("energy_gpu_net", "is more than the window took");
	window("mig=1", "mig=1", 30);
	has_text(reading_of("energy_gpu")->why, "all of the board, not the MIG slice", "a slice");
	window("cu_init=100", "cu_init=100", 30);
	has_text(reading_of("temperature_end")->why, "taken for NVML's device 0", "an uncertain device");
	idle_ns = 0;
	window("", "", 30);
	not_read("energy_gpu_net", "idle power: not measured: idle is 0");
	has_text(reading_of("energy_gpu")->why, "its steps are not known", "nor is its quality");
	idle_ns = 100000000;
}

/* Who asks to stop does not wait for the minute to be over, before the window or after it. */
static void test_cancelled(void)
{
	const struct counter_config config = {
		.group = "", .device = "cuda:0", .idle_ns = 60000000000, .stopped = stopped};
	struct counter_config brief = config;
	struct counter *c = NULL;
	struct diag d = {0};
	static const char *const scripts[] = {"", "frozen=1 field=3", "cu_init=0"};
	for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
		script(scripts[i]);
		looks_left = 3;
		diag_clear(&d);
		is_int(source()->open(&c, &config, &d), ERR_CANCELLED, "cancelled before the window");
		has_text(d.text, "cancelled while idle power was measured", "says so");
	}
	looks_left = -1;
	brief.idle_ns = 1000000;
	diag_clear(&d);
	is_int(source()->open(&c, &brief, &d), 0, "begins");
	is_int(source()->start(c, &d), 0, "starts");
	is_int(source()->stop(c, &seen, &d), 0, "stops");
	looks_left = 0;
	is_int(source()->finish(c, &seen, &d), ERR_CANCELLED, "cancelled after the window");
	source()->close(c);
	looks_left = -1;
}

/* A library that has next to nothing: everything says so, nothing is called. */
static void test_part(void)
{
	library(NVML_VARIABLE, "part");
	window("", "", 10);
	int n_usable = 0;
	for (int i = 0; i < seen.n; i++)
		n_usable += seen.item[i].usable;
	is_int(n_usable, 0, "nothing can be read");
	not_read("energy_gpu", "nvmlDeviceGetTotalEnergyConsumption: this driver's library has no such "
			       "function");
	not_read("temperature_start", "this driver's library has no such function");
	library(NVML_VARIABLE, "whole");
}

/* Elsewhere than on a GPU, and where the card is gone by then. */
static void test_elsewhere(void)
{
	static const struct {
		const char *device, *script, *why;
	} cases[] = {{"cpu", "", "the point runs on cpu, which is no NVIDIA GPU"},
		     {NULL, "", "the point runs on no device"},
		     {"cuda:7", "", "libcuda has no device 7"},
		     {"cuda:0", "init=9", "the kernel's driver is not loaded"}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct counter_config config = {.group = "", .device = cases[i].device};
		struct counter *c = NULL;
		struct diag d = {0};
		script(cases[i].script);
		free(seen.item);
		seen = (struct readings){0};
		ok(source()->open(&c, &config, &d) == 0 && source()->start(c, &d) == 0 &&
			   source()->stop(c, &seen, &d) == 0 && source()->finish(c, &seen, &d) == 0,
		   "goes on");
		is_int(seen.n, 1, "one reading");
		not_read("nvml", cases[i].why);
		source()->close(c);
	}
	source()->close(NULL);
	/* A window that was not ended leaves no thread. */
	const struct counter_config config = {.group = "", .device = "cuda:0"};
	struct counter *c = NULL;
	script("");
	ok(source()->open(&c, &config, NULL) == 0 && source()->start(c, NULL) == 0, "begun");
	source()->close(c);
}

static void test_list(void)
{
	struct wire_hello h = {0};
	script("energy=3");
	source()->list(&h);
	is_int(h.n_events, NVML_NUMBERS, "all numbers");
	ok(!h.events[0].usable && strcmp(h.events[0].name, "energy_gpu") == 0, "that which cannot be read");
	has_text(h.events[0].why, "not supported by this device", "says why");
	ok(h.events[1].usable, "the next can");
	is_text(h.events[1].event, "nvmlDeviceGetFieldValues, field 186", "how");
	wire_hello_free(&h);
	script("init=9");
	h = (struct wire_hello){0};
	source()->list(&h);
	is_int(h.n_events, 0, "nothing without a driver");
	wire_hello_free(&h);
	script("");
}

/* ---- states ---- */

static const struct wire_state no_state = {.why = "(not there)", .value = -1};

static const struct wire_state *state_of(const struct wire_device *d, const char *name)
{
	const struct wire_state *s = wire_device_state(d, name);
	return s ? s : &no_state;
}

static void test_states(void)
{
	struct wire_device d = {.name = "cpu"};
	nvml_states(&d);
	is_int(d.n_states, 0, "a CPU has no states");
	snprintf(d.name, sizeof d.name, "cuda:0");
	script("persistence=0 processes=5 limit=300 reasons=0x22 ecc_later=0");
	nvml_states(&d);
	is_int(state_of(&d, "number")->value, 1, "NVML counts the other way round");
	ok(state_of(&d, "persistence")->usable && state_of(&d, "persistence")->value == 0, "off is told");
	is_int(state_of(&d, "processes")->value, 4, "processes without this one");
	is_int(state_of(&d, "power_limit")->value, 300000, "what is read beside windows, too");
	is_int(state_of(&d, "power_limit_usual")->value, 700000, "and its usual one");
	is_int(state_of(&d, "clocks_set")->value, 1, "set clocks");
	is_int(state_of(&d, "throttled")->value, 1, "throttled");
	is_text(state_of(&d, "throttled")->why, "application clocks, software thermal slowdown", "and why");
	is_int(state_of(&d, "ecc")->value - state_of(&d, "ecc_later")->value, 1, "ECC now and later");
	free(d.states);
	d = (struct wire_device){.name = "cuda:1"};
	script("state=3 compute_mode=2");
	nvml_states(&d);
	ok(!state_of(&d, "prohibited")->usable && state_of(&d, "prohibited")->value == 0,
	   "what is not told has no value");
	is_text(state_of(&d, "busy")->why, "nvmlDeviceGetUtilizationRates: not supported by this device",
		"and why");
	ok(state_of(&d, "sm_clock")->usable, "the others are");
	free(d.states);
	d = (struct wire_device){.name = "cuda:7"};
	script("");
	nvml_states(&d);
	is_int(d.n_states, 1, "of none there is one");
	ok(!state_of(&d, "nvml")->usable, "which is not usable");
	has_text(state_of(&d, "nvml")->why, "libcuda has no device 7", "and says why");
	free(d.states);
}

/* ---- quality ---- */

static void judged(const struct energy_window *w, const char *want)
{
	char why[WIRE_WHY];
	enum energy_quality q = energy_judge(w, why, sizeof why);
	is_text(why, want, "quality");
	ok(strncmp(why, energy_quality_name(q), 4) == 0, "its word");
}

static void test_quality(void)
{
	const struct energy_window good = {.wall_ns = 16000000000,
					   .step_ns = 100000000,
					   .counted = true,
					   .counter_mj = 1e6,
					   .sampled_mj = 1.04e6,
					   .n_samples = 800,
					   .instant = true};
	struct energy_window w = good;
	judged(&w, "good: board, counter, 160 steps of 100 ms in 16 s");
	w.step_ns = 400000000;
	judged(&w, "poor: board, counter, 40 steps of 400 ms in 16 s, too short: 10 s and 50 steps are "
		   "needed");
	w = good;
	w.wall_ns = 9000000000;
	judged(&w, "poor: board, counter, 90 steps of 100 ms in 9 s, too short: 10 s and 50 steps are "
		   "needed");
	w = good;
	w.step_ns = 0;
	judged(&w, "fair: board, counter, 16 s, its steps are not known");
	w = good;
	w.sampled_mj = 1.06e6;
	judged(&w, "poor: board, counter, 160 steps of 100 ms in 16 s, samples of power differ by more than "
		   "5 %");
	w.instant = false;
	judged(&w, "good: board, counter, 160 steps of 100 ms in 16 s");
	w.throttled = true;
	judged(&w, "fair: board, counter, 160 steps of 100 ms in 16 s, throttled");
	w.mig = true;
	judged(&w, "poor: board, counter, 160 steps of 100 ms in 16 s, throttled, all of the board, not the "
		   "MIG slice");
	w = good;
	w.counted = false;
	judged(&w, "fair: board, estimate, 800 samples of instant power in 16 s");
	w.gap_ns = 3100000000;
	judged(&w, "poor: board, estimate, 800 samples of instant power in 16 s, more than 3 s without one");
	w.gap_ns = 0;
	w.wall_ns = 5000000000;
	w.instant = false;
	judged(&w, "poor: board, estimate, 800 samples of one-second mean power in 5 s, too short: 10 s are "
		   "needed");
}

static void test_idle(void)
{
	struct energy_idle a = {.mw = 70000, .span_ns = ENERGY_WINDOW_NS, .why = "a"}, b = a;
	enum energy_quality q = ENERGY_GOOD;
	char why[WIRE_WHY];
	is_near(energy_idle_mean(&a, &b, &q, why, sizeof why), 70000, 1, "idle");
	is_text(why, "good: less 70 W of idleness", "how");
	b.mw = 80000;
	is_near(energy_idle_mean(&a, &b, &q, why, sizeof why), 75000, 1, "the mean");
	is_text(why, "fair: less 75 W of idleness, idle before and after differ by more than 5 %", "how");
	b.mw = NAN;
	q = ENERGY_GOOD;
	is_near(energy_idle_mean(&a, &b, &q, why, sizeof why), 70000, 1, "one side");
	is_text(why, "fair: less 70 W of idleness, idle power of one side alone", "how");
	a.mw = NAN;
	ok(isnan(energy_idle_mean(&a, &b, &q, why, sizeof why)), "none");
	is_text(why, "idle power: a", "why");
	a.mw = b.mw = 70000;
	q = ENERGY_POOR;
	energy_idle_mean(&a, &b, &q, why, sizeof why);
	has_text(why, "poor: less", "never better than the window");
}

/* ---- marks of timing visits ---- */

static int64_t marks_of(const char *before, const char *after, const char *device)
{
	int64_t marks[2] = {MARK_WARMUP, 0};
	struct wire_series s = {.n = 2, .marks = marks};
	struct throttle *t;
	free(seen.item);
	seen = (struct readings){0};
	script(before);
	t = throttle_open(device);
	throttle_before(t);
	script(after);
	throttle_after(t);
	throttle_put(t, &s, 1, &seen);
	throttle_close(t);
	is_int(marks[0], marks[1] | MARK_WARMUP, "all samples alike");
	return marks[1];
}

static void test_marks(void)
{
	ok(!throttle_open("cpu"), "nothing is asked on a CPU");
	throttle_close(NULL);
	is_int(marks_of("reasons=1", "reasons=2", "cuda:0"), 0, "idle, application clocks");
	read_is("gpu_throttle_reasons_before", 1, "bits", "idle");
	read_is("gpu_throttle_reasons_after", 2, "bits", "application clocks");
	read_is("gpu_sm_clock_before", 2080, "MHz", "");
	read_is("gpu_temperature_after", 45, "C", "");
	is_int(seen.n, 8, "four numbers a side");
	is_int(marks_of("reasons=0x20", "", "cuda:0"), MARK_THROTTLED, "before");
	is_int(marks_of("reasons=4", "", "cuda:0"), MARK_POWER_LIMITED, "held to its power limit");
	is_int(marks_of("", "reasons=0x44", "cuda:0"), MARK_POWER_LIMITED | MARK_THROTTLED, "and hot");
	is_int(marks_of("reasons=0x110", "reasons=0x110", "cuda:0"), 0,
	       "in step with other GPUs, or with a display");
	is_int(marks_of("", "reasons=0x40 sm=1200", "cuda:0"), MARK_THROTTLED, "after");
	read_is("gpu_throttle_reasons_after", 0x40, "bits", "hardware thermal slowdown");
	read_is("gpu_sm_clock_after", 1300, "MHz", "");
	is_int(marks_of("reasons=0x200", "", "cuda:0"), MARK_THROTTLED, "for a reason that nobody knows");
	read_is("gpu_throttle_reasons_before", 0x200, "bits", "reason 0x200");
	is_int(marks_of("reasons=0x20 reasons_result=3", "reasons_result=3", "cuda:0"), 0, "not told");
	not_read("gpu_throttle_reasons_before", "not supported");
	is_int(marks_of("init=9", "init=9", "cuda:0"), 0, "no driver");
	not_read("gpu_throttle_reasons_before", "the kernel's driver is not loaded");
}

int main(void)
{
	script("");
	test_probe();
	test_card();
	test_good();
	test_throttled();
	test_lost();
	test_odd();
	test_cancelled();
	test_part();
	test_elsewhere();
	test_list();
	test_states();
	test_quality();
	test_idle();
	test_marks();
	free(seen.item);
	return tap_done();
}
