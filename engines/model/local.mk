# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libmodel.a
libmodel_a_CFLAGS = $(AM_CFLAGS)
libmodel_a_SOURCES = %D%/model.h \
	%D%/file/gguf.h \
	%D%/tokenizer/tokenizer.h %D%/tokenizer/build.h

# GGUF files, synthetic models
libmodel_a_SOURCES += %D%/model.c %D%/label.c %D%/label.h %D%/index.c %D%/source.h %D%/from_gguf.c %D%/name.c %D%/name.h \
	%D%/hparams.c %D%/hparams_gguf.c %D%/hparams.h %D%/layout.c %D%/layout.h \
	%D%/family/family.c %D%/family/family.h %D%/family/llama.c %D%/family/gpt2.c \
	%D%/synthetic.c %D%/shape.c %D%/shape.h %D%/override.c %D%/number.h \
	%D%/file/gguf.c %D%/file/hint.c %D%/file/hint.h %D%/file/cursor.c %D%/file/cursor.h %D%/file/metadata.c %D%/file/tensors.c \
	%D%/file/types.c %D%/file/value.c
libmodel_a_SOURCES += %D%/file/fresh.c %D%/file/fresh.h %D%/file/out.c %D%/file/out.h \
	%D%/convert/convert.h %D%/convert/private.h %D%/convert/convert.c %D%/convert/rule.c %D%/convert/head.c \
	%D%/convert/data.c
SHAPE_FILES = workloads/models/llama-160m.yaml workloads/models/llama-1b.yaml \
	workloads/models/gpt2-124m.yaml workloads/models/smollm2-135m.yaml \
	workloads/models/tinyllama-1.1b.yaml workloads/models/llama-3-8b.yaml
nodist_libmodel_a_SOURCES = %D%/shape_files.c
%D%/shape_files.c: $(SHAPE_FILES) build-aux/embed.sh
	$(AM_V_GEN)$(MKDIR_P) %D% && $(EMBED) synthetic_shape_files '$(srcdir)' $(SHAPE_FILES) > $@.tmp && mv $@.tmp $@
BUILT_SOURCES += %D%/shape_files.c
CLEANFILES += %D%/shape_files.c %D%/shape_files.c.tmp
EXTRA_DIST += $(SHAPE_FILES)

# Tokenizers
libmodel_a_SOURCES += %D%/tokenizer/tokenizer.c %D%/tokenizer/build.c %D%/tokenizer/kind.h \
	%D%/tokenizer/spm.c %D%/tokenizer/bpe.c \
	%D%/tokenizer/texts.c %D%/tokenizer/texts.h %D%/tokenizer/merge.c %D%/tokenizer/merge.h \
	%D%/tokenizer/special.c %D%/tokenizer/special.h %D%/tokenizer/pattern.c %D%/tokenizer/pattern.h \
	%D%/tokenizer/bytes.c %D%/tokenizer/bytes.h %D%/tokenizer/chat.c %D%/tokenizer/chat.h
