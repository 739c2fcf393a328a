# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libmodel.a
libmodel_a_CFLAGS = $(AM_CFLAGS)
libmodel_a_SOURCES = %D%/model.h \
	%D%/file/gguf.h \
	%D%/tokenizer/tokenizer.h %D%/tokenizer/build.h
