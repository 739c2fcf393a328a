/* SPDX-License-Identifier: Apache-2.0 */
/* What stands around every call: the lock, failures that were asked for, complaints. */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/gpu/fake/fake.h"
#include "tests/gpu/fake/memory.h"
#include "tests/gpu/fake/stream.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *calling = "at the end";
static pid_t starter;

#define FAILURES_MOST 8
static struct failure {
	char function[64];
	long at, code, n;
} failures[FAILURES_MOST];
static int n_failures;
static char failures_text[512];

/* A new text begins to count anew. */
static void failures_read(void)
{
	const char *text = getenv("FAKE_CUDA_FAIL");
	if (strcmp(text ? text : "", failures_text) == 0)
		return;
	snprintf(failures_text, sizeof failures_text, "%s", text ? text : "");
	n_failures = 0;
	for (const char *at = failures_text; *at && n_failures < FAILURES_MOST; at += *at == ',') {
		struct failure *f = &failures[n_failures++];
		*f = (struct failure){.n = 0};
		if (sscanf(at, "%63[^:]:%ld:%ld", f->function, &f->at, &f->code) != 3)
			fake_complain(0, "FAKE_CUDA_FAIL: \"%s\" is no FUNCTION:N:CODE", at);
		at += strcspn(at, ",");
	}
}

static int failure_due(const char *function)
{
	long code = 0;
	failures_read();
	for (int i = 0; i < n_failures; i++) {
		struct failure *f = &failures[i];
		if (strcmp(f->function, function) == 0 && (++f->n == f->at || f->at == 0))
			code = f->code;
	}
	return (int)code;
}

int fake_enter(const char *function, unsigned needs)
{
	int result;
	pthread_mutex_lock(&lock);
	calling = function;
	watch_call();
	if (!starter && strcmp(function, "cuInit") == 0)
		starter = getpid();
	if (starter && starter != getpid())
		return fake_complain(CUDA_ERROR_NOT_INITIALIZED, "the process was forked after cuInit");
	result = failure_due(function);
	if (!result && (needs & NEED_START))
		result = device_need_start();
	if (!result && (needs & NEED_CONTEXT) == NEED_CONTEXT)
		result = device_need_context();
	if (!result && (needs & NEED_NO_CAPTURE))
		result = stream_need_no_capture();
	return result;
}

int fake_leave(int result)
{
	memory_hide();
	pthread_mutex_unlock(&lock);
	return result;
}

static void log_line(const char *line)
{
	const char *path = getenv("FAKE_CUDA_LOG");
	FILE *f = path && *path ? fopen(path, "ae") : NULL;
	if (!f)
		return;
	fputs(line, f);
	fclose(f);
}

int fake_complain(int result, const char *fmt, ...)
{
	char line[512];
	va_list ap;
	int n = snprintf(line, sizeof line, "fake CUDA: %s: ", calling);
	va_start(ap, fmt);
	vsnprintf(line + n, sizeof line - (size_t)n - 1, fmt, ap);
	va_end(ap);
	memcpy(line + strlen(line), "\n", 2);
	fputs(line, stderr);
	log_line(line);
	if (fake_setting("FAKE_CUDA_ABORT", 0))
		abort();
	return result;
}

size_t fake_setting(const char *variable, size_t fallback)
{
	const char *text = getenv(variable);
	return text && *text ? strtoull(text, NULL, 0) : fallback;
}

/* Whoever opens this library leaves a line, where a test asks for it. */
__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("FAKE_CUDA_OPENED");
	FILE *f = path && *path ? fopen(path, "ae") : NULL;
	if (!f)
		return;
	fputs("opened\n", f);
	fclose(f);
}

__attribute__((destructor)) static void end(void)
{
	if (starter != getpid())
		return;
	calling = "at the end";
	device_leaks();
}
