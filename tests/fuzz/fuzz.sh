#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make fuzz: the fuzz targets by libFuzzer with the address and undefined sanitizers, in a folder of their own.
#   fuzz.sh SOURCE-FOLDER WORK-FOLDER PROGRAM...
# FUZZ_TARGETS (all), FUZZ_SECONDS (60) of each, FUZZ_JOBS (1) at a time, FUZZ_CC (clang). A finding ends it with the
# path of the input. What was found worth keeping stays in WORK-FOLDER/corpus; `TARGET -merge=1 CORPUS FROM` makes a
# small corpus of it.
set -eu
top=$1 work=$2
shift 2
: "${FUZZ_TARGETS:=all}" "${FUZZ_SECONDS:=60}" "${FUZZ_JOBS:=1}" "${FUZZ_CC:=clang}"
SANITIZERS=address,undefined

fail() {
	echo "fuzz: $*" >&2
	exit 1
}

# fuzz_one TARGET: one target for its time. Seeds, the corpus and what earlier runs found are where it starts.
fuzz_one() {
	corpus=$work/corpus/$1 found=$work/findings log=$work/log-$1
	dict=$top/tests/fuzz/dict/$1.dict
	mkdir -p "$corpus" "$found"
	set -- "$1" "$corpus"
	[ -d "$top/tests/fuzz/corpus/$1" ] && set -- "$@" "$top/tests/fuzz/corpus/$1"
	[ -f "$dict" ] && set -- "$@" "-dict=$dict"
	target=$1
	shift
	if FUZZ_SEEDS=$corpus "$work/tests/fuzz/fuzz_$target" -max_total_time="$FUZZ_SECONDS" -rss_limit_mb=2048 -timeout=10 \
		-report_slow_units=5 -detect_leaks=1 -print_final_stats=1 "-artifact_prefix=$found/$target-" "$@" >"$log" 2>&1; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
		echo "fuzz: $target: no finding in $FUZZ_SECONDS s, ${runs:-0} inputs"
		return
	fi
	tail -n 60 "$log" >&2
	input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
	fail "$target: a finding: ${input:-no input was kept, see $log}
  again: $work/tests/fuzz/fuzz_$target ${input:-}"
}

# The script calls itself for one target, so that several can run at a time.
if [ "$1" = --one ]; then
	fuzz_one "$2"
	exit
fi

targets=
for program; do
	case $program in
	*/fuzz_*) name=${program##*/fuzz_} name=${name%.exe} ;;
	*) continue ;;
	esac
	case " $FUZZ_TARGETS " in
	" all " | *" $name "*) targets="$targets $name" ;;
	esac
done
for name in $FUZZ_TARGETS; do
	case " all$targets " in
	*" $name "*) ;;
	*) fail "there is no target \"$name\"" ;;
	esac
done

mkdir -p "$work"
cat >"$work/probe.c" <<'END'
int LLVMFuzzerTestOneInput(const unsigned char *data, unsigned long n);
int LLVMFuzzerTestOneInput(const unsigned char *data, unsigned long n) { return data == 0 && n > 0; }
END
command -v "$FUZZ_CC" >/dev/null || fail "there is no $FUZZ_CC (FUZZ_CC): install clang (Debian: clang)"
"$FUZZ_CC" "-fsanitize=fuzzer,$SANITIZERS" -o "$work/probe" "$work/probe.c" 2>"$work/probe.log" || {
	cat "$work/probe.log" >&2
	fail "$FUZZ_CC links no -fsanitize=fuzzer,$SANITIZERS: its runtime is missing (Debian: libclang-rt-14-dev)"
}

# A source folder that is configured itself cannot be built elsewhere: build of a copy, as of a tarball.
source=$top
if [ -f "$top/config.status" ]; then
	source=$work/source
	(cd "$top" && ${MAKE:-make} -s distdir "distdir=$source" >/dev/null)
fi
# No target runs a vector kernel: they take most of the time of a build.
[ -f "$work/config.status" ] || (cd "$work" && "$source/configure" -q "CC=$FUZZ_CC" "--enable-sanitize=$SANITIZERS" \
	--disable-isa-avx2 --disable-isa-avx512 --disable-isa-vnni --disable-isa-bf16 --disable-isa-neon \
	CFLAGS='-O1 -g -fsanitize=fuzzer-no-link' >/dev/null) || fail "configure failed: see $work/config.log"
programs=
for name in $targets; do programs="$programs tests/fuzz/fuzz_$name"; done
# shellcheck disable=SC2086 # a list
(cd "$work" && ${MAKE:-make} -s built-sources && ${MAKE:-make} -s CPPFLAGS=-DFUZZ_LIBFUZZER LDFLAGS=-fsanitize=fuzzer $programs) ||
	fail "the targets cannot be built"
for name in $targets; do echo "$name"; done |
	xargs -P "$FUZZ_JOBS" -I{} env FUZZ_SECONDS="$FUZZ_SECONDS" sh "$0" "$top" "$work" --one {} ||
	fail "stopped at a finding"
