#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: embed.sh TABLE ROOT FILE... : prints a C file that holds the FILEs (under ROOT) as the
# table `const struct embedded TABLE[]`, ended by a row of NULLs. See engines/base/embed.h.
set -eu
table=$1 root=$2
shift 2
printf '/* Made by build-aux/embed.sh; do not edit. */\n#include "config.h"\n\n#include "engines/base/embed.h"\n\n'
printf 'const struct embedded %s[] = {\n' "$table"
for f in "$@"; do
	printf '\t{"%s",\n' "$f"
	# One literal a line; the sub-script keeps quotes, backslashes and trigraphs literal.
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/?/\\?/g' -e 's/	/\\t/g' -e 's/^/\t "/' -e 's/$/\\n"/' "$root/$f"
	printf '\t},\n'
done
printf '\t{0, 0},\n};\n'
