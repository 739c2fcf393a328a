/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor on GPUs, by what a worker tells of them: this program opens no library of theirs. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/cmd/doctor_asks.h"

static const char answer[] = "its answer to \"hello\"";

/* What helps, by a part of the reason that the worker gives. */
struct remedy {
	const char *part;
	enum verdict verdict;
	const char *fix; /* "": the reason says it */
};

/* The last one is of every other reason. */
static const struct remedy *remedy_find(const struct remedy *list, const char *why)
{
	while (*list->part && !strstr(why, list->part))
		list++;
	return list;
}

static void remedy_put(struct finding *f, const struct remedy *r, const char *effect, const char *why)
{
	finding_judge(f, r->verdict, "%s%s", effect, why);
	if (*r->fix)
		finding_fix(f, "%s", r->fix);
}

/* ---- can it be used? ---- */

#define LOOK                                                                                                 \
	"'nvidia-smi' and 'sudo dmesg | grep -i nvrm' tell more; a driver that was updated wants a restart"
#define HAND "in a container: give it the GPUs (--gpus all); else see CUDA_VISIBLE_DEVICES and 'nvidia-smi'"

/* That there is none: nothing to mend, unless one is seen. */
static const struct remedy absent[] = {
	{"built without CUDA", VERDICT_ADVICE,
	 "install the CUDA toolkit 12 or later, then './configure --with-cuda=PATH' and build again"},
	{"libcuda.so.1 is not found", VERDICT_ADVICE,
	 "install NVIDIA's driver, or give the container its GPUs (--gpus all)"},
	{"CUDA_ERROR_NO_DEVICE", VERDICT_ADVICE, HAND},
	{"but no device", VERDICT_ADVICE, HAND},
	{"", VERDICT_OK, ""},
};

static const struct remedy unusable[] = {
	{"the NVIDIA driver is for CUDA", VERDICT_PROBLEM,
	 "install a newer driver, or build with the CUDA toolkit of its version"},
	{"it is too old", VERDICT_PROBLEM,
	 "install a newer driver, or build with the CUDA toolkit of its version"},
	{"compute capability", VERDICT_ADVICE,
	 "engine cuda is for chips from Ampere on: measure another GPU, or the CPU"},
	{"INFEROMETER_LIBCUDA", VERDICT_PROBLEM, "unset INFEROMETER_LIBCUDA, or let it name a libcuda.so.1"},
	{"", VERDICT_PROBLEM, LOOK},
};

static void judge_device(struct finding *f, const struct wire_device *dev, bool seen)
{
	if (dev->usable) {
		finding_value(f, "%s", *dev->description ? dev->description : "usable");
		return;
	}
	const struct remedy *r = remedy_find(absent, dev->why);
	if (*r->part && !seen) {
		finding_value(f, "no GPU");
		finding_judge(f, VERDICT_OK, "%s", dev->why);
		return;
	}
	finding_value(f, "cannot be used");
	remedy_put(f, *r->part ? r : remedy_find(unusable, dev->why), "", dev->why);
}

/* ---- libraries ---- */

static const struct remedy no_cublaslt[] = {
	{"", VERDICT_WARNING,
	 "install the CUDA toolkit's libcublas or the wheel nvidia-cublas of the version that the worker was "
	 "built for; INFEROMETER_LIBCUBLASLT may name the file"},
};

static const struct remedy no_counters[] = {
	{"built without CUPTI", VERDICT_ADVICE,
	 "install the CUDA toolkit 13 or later with its CUPTI, then configure and build again"},
	{"INFEROMETER_LIBCUPTI:", VERDICT_ADVICE, "unset INFEROMETER_LIBCUPTI, or let it name a libcupti.so"},
	{"older than", VERDICT_ADVICE,
	 "install the CUPTI of the toolkit that the worker was built with, or a later one"},
	{"is not found", VERDICT_ADVICE,
	 "install CUPTI 13 or later (the toolkit, or the wheel nvidia-cuda-cupti); INFEROMETER_LIBCUPTI may "
	 "name the file"},
	{"NVreg_RestrictProfilingToAdminUsers", VERDICT_ADVICE,
	 "echo options nvidia NVreg_RestrictProfilingToAdminUsers=0 | sudo tee "
	 "/etc/modprobe.d/nvidia-profiling.conf, then restart; in a container its host decides (--cap-add "
	 "SYS_ADMIN)"},
	{"", VERDICT_ADVICE, "'inferometer list counters' tells which groups and why"},
};

static const struct remedy no_nvml[] = {
	{"libnvidia-ml.so.1 is not found", VERDICT_WARNING,
	 "install it, it is a part of the driver; a container wants "
	 "NVIDIA_DRIVER_CAPABILITIES=compute,utility"},
	{"", VERDICT_WARNING, ""},
};

static void judge_cublaslt(struct finding *f, const struct wire_choice *c)
{
	finding_value(f, c->usable ? "loads" : "not here");
	if (!c->usable)
		remedy_put(
			f, remedy_find(no_cublaslt, c->why),
			"own kernels do all, long prompts and large products are slower than they could be: ",
			c->why);
}

/* The reason of the source, or of its first group that does not count. */
static void judge_counters(struct finding *f, const struct wire_hello *h, const struct wire_choice *c)
{
	const char *why = c->why;
	if (doctor_put_usable(f, &h->counters, "cupti:") > 0)
		return;
	for (int i = 0; i < h->counters.n && c->usable && why == c->why; i++)
		if (strncmp(h->counters.item[i].name, "cupti:", 6) == 0)
			why = h->counters.item[i].why;
	remedy_put(f, remedy_find(no_counters, why), "CUPTI counts nothing here: ", why);
}

static void judge_energy(struct finding *f, const struct wire_choice *c)
{
	finding_value(f, c->usable ? "NVML" : "not told");
	if (!c->usable)
		remedy_put(
			f, remedy_find(no_nvml, c->why),
			"neither energy nor clocks, and a card that is slowed down is not noticed: ", c->why);
}

/* They are of a process, not of a device: told once. */
static void judge_libraries(struct findings *list, const struct wire_hello *h, const struct wire_device *dev)
{
	const struct wire_choice *cublaslt = wire_choice_find(&dev->providers, "cublaslt"),
				 *cupti = wire_choice_find(&h->counters, "cupti"),
				 *nvml = wire_choice_find(&h->counters, "nvml");
	if (cublaslt)
		judge_cublaslt(finding_add(list, dev->name, "cublaslt", VERDICT_WARNING,
					   "libcublasLt, if it could be loaded"),
			       cublaslt);
	if (cupti)
		judge_counters(finding_add(list, dev->name, "counters", VERDICT_ADVICE,
					   "CUPTI, the driver's parameters and our capabilities"),
			       h, cupti);
	if (nvml)
		judge_energy(finding_add(list, dev->name, "energy", VERDICT_WARNING, "libnvidia-ml"), nvml);
}

/* ---- how it is set ---- */

/* It slows down by itself from 83 to 90 on, as its data sheet says; at rest it is at 30 to 50. */
#define HOT_CELSIUS 75
/* The driver's own work shows as a percent or two. */
#define BUSY_PERCENT 5

struct gpu {
	const struct wire_device *dev;
	char select[24]; /* " -i 2" for nvidia-smi, "" where its number is not told */
};

/* False, and f is unknown with the reason, where it was not told. */
static bool state(const struct gpu *g, struct finding *f, const char *name, int64_t *out)
{
	const struct wire_state *s = wire_device_state(g->dev, name);
	if (!s || !s->usable) {
		finding_unknown(f, "%s", s && *s->why ? s->why : "not told");
		return false;
	}
	*out = s->value;
	return true;
}

/* What a device cannot do is off. */
static bool lacks(const struct gpu *g, struct finding *f, const char *name)
{
	const struct wire_state *s = wire_device_state(g->dev, name);
	if (!s || s->usable || !strstr(s->why, "not supported by this device"))
		return false;
	finding_value(f, "this device has none");
	return true;
}

static void judge_persistence(const struct gpu *g, struct finding *f)
{
	int64_t on;
	if (!state(g, f, "persistence", &on))
		return;
	finding_value(f, on ? "on" : "off");
	if (on)
		return;
	finding_bad(f, "the driver lets the card go after each process that is measured and starts it anew: "
		       "visits take longer, and clocks that were locked are free again");
	finding_fix(f, "sudo nvidia-smi%s -pm 1", g->select);
}

static void judge_prohibited(const struct gpu *g, struct finding *f)
{
	int64_t on;
	if (lacks(g, f, "prohibited") || !state(g, f, "prohibited", &on))
		return;
	finding_value(f, on ? "prohibited" : "allowed");
	if (!on)
		return;
	finding_bad(f, "no process may compute on it");
	finding_fix(f, "sudo nvidia-smi%s -c 0", g->select);
}

static void judge_clocks(const struct gpu *g, struct finding *f)
{
	int64_t now, limit, set;
	if (!state(g, f, "sm_clock", &now) || !state(g, f, "sm_clock_limit", &limit) ||
	    !state(g, f, "clocks_set", &set))
		return;
	finding_value(f, "%" PRId64 " MHz of at most %" PRId64 "%s", now, limit,
		      set ? ", as they are set" : "");
	if (set)
		return;
	finding_bad(f, "nothing tells that they are locked (at rest that may not show): free, they follow "
		       "load, heat and power, so that a first run can beat a later one");
	finding_fix(f, "sudo nvidia-smi%s -lgc MHZ, a clock that it keeps under full load; -rgc undoes it",
		    g->select);
}

static void judge_throttling(const struct gpu *g, struct finding *f)
{
	const struct wire_state *s = wire_device_state(g->dev, "throttled");
	int64_t on;
	if (!state(g, f, "throttled", &on))
		return;
	finding_value(f, "%s", on ? s->why : "none now");
	if (!on)
		return;
	finding_bad(f, "it is slowed down although nothing is measured: whatever runs now is slower");
	finding_fix(f,
		    "'nvidia-smi%s -q -d PERFORMANCE' tells more: cool it, and look at its power supply and "
		    "settings",
		    g->select);
}

static void judge_temperature(const struct gpu *g, struct finding *f)
{
	int64_t celsius;
	if (!state(g, f, "temperature", &celsius))
		return;
	finding_value(f, "%" PRId64 " degrees Celsius", celsius);
	if (celsius < HOT_CELSIUS)
		return;
	finding_bad(f, "near where it slows down by itself");
	finding_fix(f, "let it cool down, then measure");
}

static void judge_power(const struct gpu *g, struct finding *f)
{
	int64_t limit, usual;
	if (!state(g, f, "power_limit", &limit) || !state(g, f, "power_limit_usual", &usual))
		return;
	finding_value(f, "%.4g W, usually %.4g", (double)limit * 1e-3, (double)usual * 1e-3);
	if (limit >= usual)
		return;
	finding_bad(f, "under full load it runs slower than the card can");
	finding_fix(f, "sudo nvidia-smi%s -pl %.0f", g->select, (double)usual * 1e-3);
}

/* Errors are counted where it is on. */
static void judge_errors(const struct gpu *g, struct finding *f)
{
	int64_t errors;
	if (!state(g, f, "ecc_uncorrected", &errors))
		return;
	finding_value(f, "on, %" PRId64 " uncorrected error%s since the driver was loaded", errors,
		      errors == 1 ? "" : "s");
	if (errors == 0)
		return;
	finding_bad(f, "memory was read wrong: outputs may be, too");
	finding_fix(f, "restart the machine; have the card looked at when it comes again");
}

static void judge_ecc(const struct gpu *g, struct finding *f)
{
	int64_t on, later;
	if (lacks(g, f, "ecc") || !state(g, f, "ecc", &on) || !state(g, f, "ecc_later", &later))
		return;
	finding_value(f, on ? "on" : "off");
	if (on)
		judge_errors(g, f);
	if (f->verdict != VERDICT_OK || !on == !later)
		return;
	finding_judge(f, VERDICT_ADVICE,
		      "after the next restart it is %s, which may give memory another rate",
		      later ? "on" : "off");
	finding_fix(f, "restart now, or keep it: sudo nvidia-smi%s -e %d", g->select, on != 0);
}

static void judge_mig(const struct gpu *g, struct finding *f)
{
	int64_t on;
	if (lacks(g, f, "mig") || !state(g, f, "mig", &on))
		return;
	finding_value(f, on ? "on" : "off");
	if (!on)
		return;
	finding_bad(f, "others may compute on other slices of it: power is shared, and energy is that of all "
		       "of the board");
	finding_fix(f, "sudo nvidia-smi%s -mig 0, or see that nobody uses the other slices", g->select);
}

static void judge_others(const struct gpu *g, struct finding *f)
{
	int64_t processes, busy;
	if (!state(g, f, "processes", &processes) || !state(g, f, "busy", &busy))
		return;
	finding_value(f, "%" PRId64 " other process%s, busy for %" PRId64 " %% of the time", processes,
		      processes == 1 ? "" : "es", busy);
	if (processes == 0 && busy < BUSY_PERCENT)
		return;
	finding_bad(f, "others use it: a share of a card is not seen, only that times vary");
	finding_fix(f, "end them ('nvidia-smi' names them), or take another card with CUDA_VISIBLE_DEVICES "
		       "or --device");
}

static void judge_display(const struct gpu *g, struct finding *f)
{
	int64_t on;
	if (lacks(g, f, "display") || !state(g, f, "display", &on))
		return;
	finding_value(f, on ? "drawn by it" : "none");
	if (!on)
		return;
	finding_bad(f, "drawing takes time and memory of it");
	finding_fix(f, "sudo systemctl isolate multi-user.target, or let another card draw");
}

/* clang-format off */
static const struct {
	const char *name;
	enum verdict severity;
	const char *source;
	void (*judge)(const struct gpu *g, struct finding *f);
} checks[] = {
	{"persistence", VERDICT_ADVICE, "nvmlDeviceGetPersistenceMode", judge_persistence},
	{"compute mode", VERDICT_PROBLEM, "nvmlDeviceGetComputeMode", judge_prohibited},
	{"clocks", VERDICT_ADVICE, "nvmlDeviceGetClockInfo and reasons of its clocks", judge_clocks},
	{"throttling", VERDICT_WARNING, "nvmlDeviceGetCurrentClocksThrottleReasons", judge_throttling},
	{"temperature", VERDICT_WARNING, "nvmlDeviceGetTemperature", judge_temperature},
	{"power limit", VERDICT_ADVICE, "nvmlDeviceGetEnforcedPowerLimit", judge_power},
	{"ecc", VERDICT_WARNING, "nvmlDeviceGetEccMode, nvmlDeviceGetTotalEccErrors", judge_ecc},
	{"mig", VERDICT_WARNING, "nvmlDeviceGetMigMode", judge_mig},
	{"others", VERDICT_WARNING, "nvmlDeviceGetComputeRunningProcesses, nvmlDeviceGetUtilizationRates", judge_others},
	{"display", VERDICT_WARNING, "nvmlDeviceGetDisplayActive", judge_display},
};
/* clang-format on */

static void judge_states(struct findings *list, const struct wire_device *dev)
{
	const struct wire_state *none = wire_device_state(dev, "nvml"),
				*number = wire_device_state(dev, "number");
	struct gpu g = {.dev = dev};
	if (none && !none->usable) {
		finding_unknown(finding_add(list, dev->name, "state", VERDICT_WARNING, "libnvidia-ml"), "%s",
				none->why);
		return;
	}
	if (number && number->usable)
		snprintf(g.select, sizeof g.select, " -i %d", (int)number->value);
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
		checks[i].judge(&g, finding_add(list, dev->name, checks[i].name, checks[i].severity,
						checks[i].source));
}

/* ---- all of it ---- */

void doctor_judge_gpus(struct findings *list, const struct wire_hello *h, bool seen)
{
	const struct wire_choice *nvml = wire_choice_find(&h->counters, "nvml");
	bool told = false;
	for (int i = 0; i < h->n_devices; i++) {
		const struct wire_device *dev = &h->devices[i];
		if (device_is_cpu(dev->name))
			continue;
		judge_device(finding_add(list, dev->name, "device", VERDICT_PROBLEM, answer), dev, seen);
		if (dev->usable && !told)
			judge_libraries(list, h, dev);
		/* Without NVML its reason was told. */
		if (dev->usable && dev->n_states && nvml && nvml->usable)
			judge_states(list, dev);
		told = told || dev->usable;
	}
}
