/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/file/hint.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/nearest.h"
#include "engines/base/plain.h"
#include "engines/base/strbuf.h"

/* Of a folder with more files the first ones are looked at. */
enum { FILES_MAX = 4096 };

#define CONVERT "convert it with llama.cpp's convert_hf_to_gguf.py --outtype f16"

/* ---- names ---- */

/* Names go into messages and to terminals: others are left out. */
static bool is_plain(const char *name)
{
	for (; *name; name++)
		if (*name < ' ' || *name > '~')
			return false;
	return true;
}

static const char suffix[] = ".gguf";

/* What model files in a folder are called. */
struct files {
	char **gguf; /* owned names, without the suffix */
	int n_gguf;
	bool config, weights; /* as Hugging Face keeps a model */
};

static void file_note(struct files *f, const char *name)
{
	if (plain_ends(name, suffix) && is_plain(name)) {
		f->gguf = mem_realloc(f->gguf, ((size_t)f->n_gguf + 1) * sizeof *f->gguf);
		f->gguf[f->n_gguf++] = mem_strndup(name, strlen(name) - strlen(suffix));
	}
	f->config = f->config || strcmp(name, "config.json") == 0;
	f->weights = f->weights || plain_ends(name, ".safetensors") || plain_ends(name, ".bin") ||
		     plain_ends(name, ".pth");
}

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool files_read(struct files *f, const char *folder)
{
	DIR *dir = opendir(folder);
	*f = (struct files){0};
	if (!dir)
		return false;
	const struct dirent *e = NULL;
	for (int i = 0; i < FILES_MAX && (e = readdir(dir)) != NULL; i++)
		file_note(f, e->d_name);
	closedir(dir);
	if (f->n_gguf)
		qsort(f->gguf, (size_t)f->n_gguf, sizeof *f->gguf, name_compare);
	return true;
}

static void files_free(struct files *f)
{
	for (int i = 0; i < f->n_gguf; i++)
		free(f->gguf[i]);
	free(f->gguf);
}

/* ---- what is not there ---- */

/* "owner/name", which Hugging Face calls a repository. */
static bool is_repository(const char *path)
{
	const char *slash = strchr(path, '/');
	return slash && slash != path && slash[1] && !strchr(slash + 1, '/') && *path != '.' &&
	       *path != '~' && !plain_ends(path, suffix);
}

/* Suffixes are alike and tell nothing: what stands before the last dot is compared. */
static void put_nearest(struct strbuf *out, const char *name, const char *folder, size_t n_folder,
			const struct files *f)
{
	static const char shipped[] = "default";
	const char *dot = strrchr(name, '.');
	char *stem = dot ? mem_strndup(name, (size_t)(dot - name)) : mem_strdup(name);
	struct nearest near = {.name = stem};
	if (!dot && n_folder == 0)
		nearest_offer(&near, shipped);
	for (int i = 0; i < f->n_gguf; i++)
		nearest_offer(&near, f->gguf[i]);
	if (near.best)
		strbuf_printf(out, " (did you mean \"%.*s%s%s\"?)", (int)n_folder, folder, near.best,
			      near.best == shipped ? "" : suffix);
	else if (f->n_gguf)
		strbuf_printf(out, "; this folder has %s%s%s", f->gguf[0], suffix,
			      f->n_gguf > 1 ? " and others" : "");
	else if (n_folder == 0 && !dot)
		strbuf_puts(out, "; a model is a GGUF file, 'default', or synthetic:NAME");
	free(stem);
}

void hint_missing(struct strbuf *out, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t n_folder = slash ? (size_t)(slash - path) + 1 : 0;
	char *folder = n_folder ? mem_strndup(path, n_folder) : mem_strdup(".");
	struct files f;
	if (files_read(&f, folder))
		put_nearest(out, path + n_folder, path, n_folder, &f);
	else if (*path == '~')
		strbuf_puts(out,
			    "; the shell makes a folder of ~ at the start of a word alone: write -m ~/..., "
			    "or $HOME");
	else if (is_repository(path))
		strbuf_puts(out,
			    "; names of Hugging Face are not looked up: download a GGUF file of the model "
			    "and name "
			    "that");
	else
		strbuf_printf(out, "; folder %.200s is not there, or may not be read", folder);
	files_free(&f);
	free(folder);
}

/* ---- what is another thing ---- */

void hint_folder(struct strbuf *out, const char *path)
{
	struct files f;
	size_t n = strlen(path);
	const char *between = n && path[n - 1] == '/' ? "" : "/";
	if (!files_read(&f, path))
		return;
	if (f.n_gguf == 1)
		strbuf_printf(out, ": name %.200s%s%s%s", path, between, f.gguf[0], suffix);
	else if (f.n_gguf)
		strbuf_printf(out, ": name one of the %d in it, as %.200s%s%s%s", f.n_gguf, path, between,
			      f.gguf[0], suffix);
	else if (f.config)
		strbuf_printf(out,
			      ": this one is a model as Hugging Face keeps it; " CONVERT
			      " %.120s --outfile model.gguf",
			      path);
	else if (f.weights)
		strbuf_puts(out, ": this one has weights without the config.json that says of what");
	else
		strbuf_puts(out, ": there is none in it");
	files_free(&f);
}

/* How files begin that are taken for models. */
/* clang-format off */
static const struct {
	const char *bytes;
	size_t n;
	const char *hint;
} contents[] = {
	{"\x1f\x8b", 2, "a gzip archive: unpack it with gunzip"},
	{"PK\3\4", 4, "a zip archive, or a PyTorch checkpoint, which is one: unpack it; of a checkpoint's folder: " CONVERT},
	{"\x28\xb5\x2f\xfd", 4, "a zstd archive: unpack it with unzstd"},
	{"\xfd" "7zXZ", 5, "an xz archive: unpack it with unxz"},
	{"BZh", 3, "a bzip2 archive: unpack it with bunzip2"},
	{"version https://git-lfs", 23, "git-lfs' pointer to the file, not the file: fetch it with 'git lfs pull'"},
	{"lmgg", 4, "a GGML file, from before GGUF: take a GGUF file of the model"},
	{"fmgg", 4, "a GGML file, from before GGUF: take a GGUF file of the model"},
	{"tjgg", 4, "a GGML file, from before GGUF: take a GGUF file of the model"},
	{"\x80\x02", 2, "a Python pickle, as PyTorch's .bin and .pt: of its folder: " CONVERT},
	{"\x80\x03", 2, "a Python pickle, as PyTorch's .bin and .pt: of its folder: " CONVERT},
	{"\x80\x04", 2, "a Python pickle, as PyTorch's .bin and .pt: of its folder: " CONVERT},
	{"<!DOCTYPE", 9, "a web page: take the link to the file itself (resolve/main, not blob/main)"},
	{"<!doctype", 9, "a web page: take the link to the file itself (resolve/main, not blob/main)"},
	{"<html", 5, "a web page: take the link to the file itself (resolve/main, not blob/main)"},
	{"{", 1, "JSON: the model is another file, or the folder that this one is in; of that: " CONVERT},
};
/* clang-format on */

/* Eight bytes that tell how long a header of JSON is. */
static bool is_safetensors(const unsigned char *bytes, size_t n)
{
	static const uint64_t header_max = 100000000; /* of the format */
	uint64_t length;
	if (n < sizeof length + 1 || bytes[sizeof length] != '{')
		return false;
	memcpy(&length, bytes, sizeof length);
	return length >= 2 && length <= header_max;
}

void hint_content(struct strbuf *out, const char *path, const void *bytes, size_t n)
{
	if (is_safetensors(bytes, n)) {
		strbuf_puts(out, "; it is a safetensors file: of the folder that it is in, with its "
				 "config.json: " CONVERT);
		return;
	}
	for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++)
		if (n >= contents[i].n && memcmp(bytes, contents[i].bytes, contents[i].n) == 0) {
			strbuf_printf(out, "; it is %s", contents[i].hint);
			return;
		}
	if (plain_ends(path, ".onnx"))
		strbuf_puts(out, "; ONNX is not read: of the model that it was made from: " CONVERT);
	else if (plain_ends(path, ".yaml") || plain_ends(path, ".yml"))
		strbuf_puts(out, "; a sweep is named without -m, as 'inferometer run x.yaml'");
}
