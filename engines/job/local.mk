# SPDX-License-Identifier: Apache-2.0
# What engines that run models agree on.
noinst_LIBRARIES += libjob.a
libjob_a_SOURCES = %D%/arch.c %D%/arch.h %D%/llama.c %D%/gpt2.c %D%/batch.c %D%/batch.h %D%/carve.h %D%/inputs.c %D%/inputs.h \
	%D%/job.c %D%/job.h %D%/kv.c %D%/kv.h %D%/parts.c %D%/parts.h %D%/turns.c %D%/turns.h
