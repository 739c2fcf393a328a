/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Error codes and the one description that goes with an error. Every fallible
 * function returns 0 or a negative enum err and leaves its results untouched
 * on failure. The one who knows most fills the struct diag; callers pass it up.
 * Not for reporting absent hardware: probes say usable = false and why.
 */
#ifndef IFM_BASE_ERR_H
#define IFM_BASE_ERR_H

#define MUST_CHECK	       __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* The codes of the worker protocol; errors travel between processes as names. */
enum err {
	ERR_OK = 0,
	ERR_USAGE = -1,	      /* the caller asked for something that makes no sense */
	ERR_UNSUPPORTED = -2, /* understood, but not done by this engine */
	ERR_UNAVAILABLE = -3, /* hardware or library is absent here */
	ERR_OOM = -4,	      /* memory: needed and limit are in the text */
	ERR_DEVICE = -5,      /* the device reported a failure */
	ERR_IO = -6,	      /* a system call on a file or socket failed */
	ERR_FORMAT = -7,      /* a file or message is malformed */
	ERR_CANCELLED = -8,   /* stopped because somebody asked */
	ERR_INTERNAL = -9,    /* our bug */
};

struct diag {
	enum err code;
	char file[160]; /* what it is about, "" when it is no file; cut at the front */
	int line;	/* 1-based, 0 when it has none */
	char text[400]; /* one line: what, where, what was expected */
};

/*
 * Fills d (which may be NULL) unless it holds an error already: the first,
 * deepest description wins. Returns code, so that `return diag_set(...)` reads.
 */
int diag_set(struct diag *d, enum err code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The same with the file and line (0: none) it is about. */
int diag_set_at(struct diag *d, enum err code, const char *file, int line, const char *fmt, ...)
	PRINTF_LIKE(5, 6);

/* Analyzers see one file at a time: they are told that the code comes back. */
#ifdef __clang_analyzer__
#define diag_set(d, code, ...)		      ((diag_set)(d, code, __VA_ARGS__), (code))
#define diag_set_at(d, code, file, line, ...) ((diag_set_at)(d, code, file, line, __VA_ARGS__), (code))
#endif

/* Empties d for the next use. */
void diag_clear(struct diag *d);

/* Writes "file:line: text" (parts that exist) to buf; returns buf. */
const char *diag_format(const struct diag *d, char *buf, int size);

/* "usage", "oom", ...: the protocol's names. Unknown codes are "internal". Static. */
const char *err_name(enum err code);

/* The code of a protocol name; ERR_INTERNAL when there is none such. */
enum err err_from_name(const char *name);

#endif
