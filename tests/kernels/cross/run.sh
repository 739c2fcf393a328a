#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The kernels' tests for arm64: cross-built from the sources, run under qemu-user. Part of `make bigcheck`.
# Only what these tests link is built, so no library of that processor is needed beyond libc.
. "$top_srcdir/tests/tap.sh"

CROSS_CC=${CROSS_CC:-aarch64-linux-gnu-gcc}
CROSS_RUN=${CROSS_RUN:-qemu-aarch64-static}
for tool in "$CROSS_CC" "$CROSS_RUN"; do
	command -v "$tool" >/dev/null || skip_all "no $tool"
done

# This build's settings, with that processor's level and without what was found here.
sed -e '/define HAVE_ISA_/d' -e '/define HAVE_OPENBLAS/d' "$top_builddir/config.h" >"$work/config.h"
echo '#define HAVE_ISA_NEON 1' >>"$work/config.h"

compile() { # object source [flag...]
	object=$1 source=$2
	shift 2
	"$CROSS_CC" -std=c11 -ffp-contract=off -Wall -Wextra -Werror -O2 -I "$work" -I "$top_srcdir" \
		-I "$top_builddir" "$@" -c -o "$work/$object.o" "$source"
}
# An archive of ours: what a test does not need is left out of it.
archive_fill() {
	for source in "$top_srcdir"/engines/base/*.c "$top_srcdir"/engines/tensor/*.c "$top_srcdir"/engines/kernels/*.c \
		"$top_srcdir"/engines/kernels/neon/*.c "$top_srcdir"/engines/kernels/ref/*.c \
		"$top_srcdir"/engines/cpu/gemm*.c "$top_srcdir"/engines/cpu/provider*.c "$top_builddir"/engines/cpu/blocking_files.c; do
		case $source in
		*/json.c) continue ;; # wants jansson
		*/ref/*) flag=-fno-tree-vectorize ;;
		*) flag= ;;
		esac
		object=$(echo "${source#"$top_srcdir"/}" | tr / _)
		compile "$object" "$source" $flag || return 1
	done
	rm -f "$work/libcross.a"
	"${CROSS_CC%gcc}ar" cr "$work/libcross.a" "$work"/*.o
}
archive_fill 2>"$work/err"
ok $? "the kernels compile with $CROSS_CC" || { sed 's/^/# /' "$work/err" | head -n 20; done_testing; }

# Each test says itself what went wrong; its lines are shown when it fails.
for source in tests/unit/t_tensor.c tests/kernels/t_vector.c tests/kernels/t_attention.c tests/kernels/t_stream.c tests/kernels/t_gemm.c \
	tests/unit/t_gemm_run.c; do
	name=${source##*/}
	name=${name%.c}
	# gcc 12 breaks off with an internal error when it vectorises t_tensor.c.
	compile "$name" "$top_srcdir/$source" -fno-tree-vectorize -DSUBSAMPLE="${CROSS_SUBSAMPLE:-96}" 2>"$work/err" &&
		"$CROSS_CC" -static -o "$work/$name" "$work/$name.o" "$work/libcross.a" -lm -lpthread 2>>"$work/err"
	ok $? "$name links" || { sed 's/^/# /' "$work/err" | head -n 20; continue; }
	# Here the sample of shapes is wanted, whatever the tests of this machine do.
	run env -u IFM_BIGCHECK timeout 600 "$CROSS_RUN" "$work/$name"
	ok "$status" "$name on arm64" || printf '%s\n' "$out" | grep -v '^ok' | sed 's/^/# /' | head -n 40
	rm -f "$work/$name.o"
done
done_testing
