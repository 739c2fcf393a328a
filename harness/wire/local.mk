# SPDX-License-Identifier: Apache-2.0
# The protocol: the only room both programs share with engines/base.
noinst_LIBRARIES += libwire.a
libwire_a_CFLAGS = $(AM_CFLAGS)
libwire_a_SOURCES = \
	%D%/wire.c %D%/wire.h \
	%D%/point.c %D%/label.c %D%/point.h %D%/keys.inc \
	%D%/codec.c %D%/codec.h \
	%D%/hello.c %D%/messages.c %D%/result.c \
	%D%/base64.c
