/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the page, in reading order; page.c puts them together. All
 * append to out and escape what comes from outside.
 */
#ifndef IFM_REPORTS_HTML_H
#define IFM_REPORTS_HTML_H

#include "reports/plots/plots.h"
#include "reports/report.h"
#include "reports/view.h"

struct page {
	struct strbuf out;
	const struct view *view;
	const struct plots *plots;
};

void html_header(struct page *p);      /* title that states the finding, one line what, where, when */
void html_summary(struct page *p);     /* sentences and key figures */
void html_throughput(struct page *p);  /* pictures by sequences */
void html_quality(struct page *p);     /* speed against residual */
void html_points(struct page *p);      /* every point */
void html_missing(struct page *p);     /* reasons, with the commands */
void html_latency(struct page *p);     /* distribution of step times */
void html_percentiles(struct page *p); /* and their percentiles, with n */
void html_limits(struct page *p);      /* ceilings */
void html_roofline(struct page *p);    /* points below them */
void html_blocking(struct page *p);
void html_scaling(struct page *p);
void html_counters(struct page *p);
void html_timeline(struct page *p); /* visit by visit: was the machine quiet? */
void html_machine(struct page *p);  /* machine, build, method */
void html_spec(struct page *p);

/* Whether a section has anything to say. */
bool html_has_missing(const struct view *v);
bool html_has_counters(const struct view *v);

/* Pictures of one kind as a grid, and what of it is left out; nothing where there is neither. */
void html_pictures(struct page *p, enum plot_kind kind, const char *grid);
bool html_has_pictures(const struct page *p, enum plot_kind kind);

/* The whole page. */
void html_page(struct strbuf *out, const struct view *v, const struct plots *plots);

/* What pages of other things share: up to </head> with the style, and the end from the footer on. */
void html_head(struct strbuf *out, const char *title);
void html_foot(struct strbuf *out);
/* The contents, at the left of a wide page: open, a link each, close. Ids and titles are our own. */
void html_nav_open(struct strbuf *out);
void html_nav_link(struct strbuf *out, const char *id, const char *title);
void html_nav_close(struct strbuf *out);

/* before and after as they are, text escaped. */
void html_put(struct strbuf *out, const char *before, const char *text, const char *after);
/* A row of a list of facts; nothing when value is NULL or "". name and value are escaped. */
void html_fact(struct strbuf *out, const char *name, const char *value);
/* The machine and the build of a run as a list of facts, all others folded. */
void html_run_facts(struct strbuf *out, const struct stored_run *run);

/* Whoever makes a page of `of`, with its pictures drawn in plots_directory. */
struct page_maker {
	int (*make)(struct strbuf *out, const void *of, const char *plots_directory, struct diag *d);
	const void *of;
};
/* DIRECTORY/name with its pictures inside, and what they are made of under DIRECTORY/plots. */
MUST_CHECK int html_page_write(const char *directory, const char *name, const struct page_maker *m,
			       struct diag *d);
/* The page alone; its pictures are drawn in a folder that is gone afterwards unless the options name one. */
MUST_CHECK int html_page_print(FILE *out, const struct report_options *o, const struct page_maker *m,
			       struct diag *d);

/* ---- finding.c: what the title and the summary say ---- */
/* How two rows were told apart: by the ratios of their processes of one round, which saw the same machine; without six
 * common rounds by their own intervals. */
enum race_by { RACE_UNKNOWN = 0, RACE_PAIRED, RACE_APART, RACE_COUNT };
struct race {
	enum race_by by; /* unknown: too few processes for an interval */
	bool won;	 /* the 95 % interval of the ratio is above 1; apart: they do not overlap */
};
/* Whether r has a higher rate than other. */
struct race row_race(const struct row *r, const struct row *other);
/* What a fastest row does not beat. */
struct tie {
	int n;
	const struct row *first; /* the fastest of them, NULL: it won */
	enum race_by by;	 /* how the first was compared */
};

struct finding {
	const struct row *best,
		*base;		  /* decode, fewest sequences: fastest precision, and f32 (or the slowest) */
	const struct row *most;	  /* decode, most tokens/s of all */
	const struct row *matrix; /* matrix product with the most GFLOP/s */
	struct tie best_tie, most_tie, matrix_tie;
	int n_races[RACE_COUNT]; /* of those three with their rivals, by how they were told apart */
	double typical;		 /* median half width of all rates as a part of them, NaN: no interval */
};
struct finding finding_make(const struct view *v);
/* One line, plain text. */
void finding_title(struct strbuf *out, const struct view *v, const struct finding *f);

#endif
