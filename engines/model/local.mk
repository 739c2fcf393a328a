# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libmodel.a
libmodel_a_CFLAGS = $(AM_CFLAGS)
libmodel_a_SOURCES = %D%/model.h \
	%D%/file/gguf.h \
	%D%/tokenizer/tokenizer.h %D%/tokenizer/build.h

# GGUF files
libmodel_a_SOURCES += %D%/file/gguf.c %D%/file/cursor.c %D%/file/cursor.h %D%/file/metadata.c \
	%D%/file/tensors.c %D%/file/types.c %D%/file/value.c
