#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Hardware counters without hardware: the counter sources, cross-built, in an arm64 guest whose PMU counts. Part of
# `make bigcheck`. The guest is made once by `tests/rigs/pmu-guest.sh -p`, the only step that needs a network.
. "$top_srcdir/tests/tap.sh"

rig=$top_srcdir/tests/rigs/pmu-guest.sh
guest=${IFM_PMU_GUEST:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/inferometer/pmu-guest}
CROSS_CC=${CROSS_CC:-aarch64-linux-gnu-gcc}
for tool in "$CROSS_CC" qemu-system-aarch64 cpio gzip flock; do
	command -v "$tool" >/dev/null || skip_all "no $tool (gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-system-arm cpio)"
done
[ -s "$guest/packages" ] || skip_all "no guest in $guest: tests/rigs/pmu-guest.sh -p makes one"
jansson=$(find "${JANSSON_INCLUDE:-/usr/include}" -maxdepth 1 -name 'jansson*.h')
[ -n "$jansson" ] || skip_all "no jansson.h in /usr/include ($JANSSON_INCLUDE)"

# Headers that say the same on every processor; the guest's PAPI.
mkdir "$work/include"
ln -s $jansson "$guest"/inc/papi*.h "$work/include"
sed -e '/define HAVE_ISA_/d' -e '/define HAVE_OPENBLAS/d' -e '/define HAVE_PAPI/d' "$top_builddir/config.h" >"$work/config.h"
echo '#define HAVE_PAPI 1' >>"$work/config.h"
mkdir "$work/groups"
cp "$top_srcdir/tests/rigs/nine.grp" "$work/groups/"
sources=$(cd "$top_srcdir" && ls engines/base/*.c harness/measure/counter/*.c harness/wire/choice.c harness/wire/group.c harness/wire/formula.c |
	grep -v '/json.c$')
set --
for s in $sources; do set -- "$@" "$top_srcdir/$s"; done
"$CROSS_CC" -std=c11 -Wall -Wextra -Werror -O2 -I "$work" -I "$work/include" -I "$top_srcdir" -I "$top_builddir" \
	-o "$work/pmu" "$top_srcdir/tests/rigs/pmu.c" "$@" "$top_builddir/harness/wire/group_files.c" -ldl -lm -lpthread \
	2>"$work/err"
ok $? "the counter sources compile with $CROSS_CC" || { sed 's/^/# /' "$work/err" | head -n 20; done_testing; }

# The program's own lines are shown when it fails; "# " ones always.
guest_run() { # name, options of the rig and arguments
	name=$1
	shift
	run env IFM_PMU_GUEST="$guest" sh "$rig" -f "$work/groups" -e INFEROMETER_DATA=. "$@"
	[ "$status" -ne 77 ] || { skip "$err"; return; }
	ok "$status" "$name" || printf '%s\n' "$out" "$err" | grep -v '^ok' | sed 's/^/# /' | head -n 60
}
guest_run "a processor of one cycle an instruction" "$work/pmu" counts 1
printf '%s\n' "$out" | grep '^#'
guest_run "of two" -i 1 "$work/pmu" counts 2
guest_run "of four" -i 2 "$work/pmu" counts 4
guest_run "a processor that PAPI does not know" -c cortex-a72 "$work/pmu" off "libpapi has switched perf_event off"
done_testing
