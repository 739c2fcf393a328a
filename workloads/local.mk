# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libworkloads.a
libworkloads_a_CFLAGS = $(AM_CFLAGS)
libworkloads_a_SOURCES = \
	%D%/workload.h %D%/registry.c %D%/heeds.c %D%/all.h \
	%D%/session.c %D%/session.h %D%/session_plan.c %D%/session_plan.h %D%/prefill.c %D%/decode.c \
	%D%/op.c %D%/op.h %D%/gemm.c %D%/ceiling.c %D%/overhead.c \
	%D%/ask_session.c %D%/ask_session.h %D%/ask_logits.c %D%/generate.c %D%/perplexity.c %D%/sampler.c %D%/sampler.h %D%/ask.h
nobase_dist_pkgdata_DATA += %D%/models/default.gguf %D%/prompts/heldout.txt
