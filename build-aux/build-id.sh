#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: build-id.sh SRCDIR VERSION CC CFLAGS : prints build_id.h. The git id is asked only of a
# checkout whose top is SRCDIR itself: a tarball unpacked inside another repository has none.
set -eu
src=$1 version=$2 cc=$3 flags=$4
git=none
top=$(git -C "$src" rev-parse --show-toplevel 2>/dev/null) || top=
if [ -n "$top" ] && [ "$top" = "$(cd "$src" && pwd -P)" ]; then
	git=$(git -C "$src" describe --always --dirty --abbrev=12 2>/dev/null) || git=none
fi
quote() { printf '%s' "$1" | tr -s ' \n\t' ' ' | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'; }
cat <<EOF
/* Made by build-aux/build-id.sh; do not edit. */
#define BUILD_VERSION "$(quote "$version")"
#define BUILD_GIT "$(quote "$git")"
#define BUILD_COMPILER "$(quote "$($cc --version 2>/dev/null | head -n 1)")"
#define BUILD_FLAGS "$(quote "$flags")"
EOF
