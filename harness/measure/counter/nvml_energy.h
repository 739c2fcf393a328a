/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the energy of a window is worth. The board's counter moves in steps, and on some boards a sensor sees a quarter of the
 * time only: windows must be long. Whatever is told here is of the board, never of the wall. Within harness/measure.
 */
#ifndef IFM_MEASURE_NVML_ENERGY_H
#define IFM_MEASURE_NVML_ENERGY_H

#include "harness/measure/counter/counter.h"
#include "harness/measure/counter/nvml_card.h"

/* Shorter windows are poor. */
#define ENERGY_WINDOW_NS 10000000000
#define ENERGY_STEPS	 50
/* Counter and samples, and idleness before and after, may be so far apart. */
#define ENERGY_AGREE 0.05
/* A longer time without a sample makes a mean of them poor. */
#define ENERGY_GAP_NS 3000000000

/* Of a card without work. */
struct energy_idle {
	double mw;	 /* NaN: not measured */
	int64_t step_ns; /* between two moves of the counter; 0: not known */
	int64_t span_ns;
	char why[120]; /* how, or why not */
};
/* Sleeps for config->idle_ns, looking at the counter every millisecond, or at power every 20. ERR_CANCELLED where somebody
 * asked to stop. */
MUST_CHECK int energy_idle_measure(const struct nvml_card *card, const struct counter_config *config,
				   struct energy_idle *out, struct diag *d);

enum energy_quality { ENERGY_POOR = 0, ENERGY_FAIR, ENERGY_GOOD };

/* A window of which the energy is known. */
struct energy_window {
	int64_t wall_ns;
	int64_t step_ns;	       /* of the counter; 0: not known */
	bool counted;		       /* else it is a mean of samples of power */
	double counter_mj, sampled_mj; /* by both where both are known, NaN */
	int n_samples;
	int64_t gap_ns; /* between samples */
	bool instant;	/* samples are of the moment */
	bool mig, throttled;
};
/* "good: board, counter, 812 steps of 20 ms in 16.2 s"; for poor and fair ones what is missing, too. */
enum energy_quality energy_judge(const struct energy_window *w, char *why, int size);

/* The mean of both, NaN where none is known; quality is lowered to what they allow, and why says how it is done. */
double energy_idle_mean(const struct energy_idle *before, const struct energy_idle *after,
			enum energy_quality *quality, char *why, int size);

/* "good", "fair", "poor". Static. */
const char *energy_quality_name(enum energy_quality q);

#endif
