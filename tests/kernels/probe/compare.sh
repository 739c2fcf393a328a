#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Ceilings of one thread and of a thread a CPU against an independent probe, in interleaved rounds: compare.sh [ROUNDS
# [THREADS]...]. Run it by hand on a quiet machine from the build folder; prints medians and their ratio. Needs x86-64 with AVX2.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
IFM=${IFM:-./inferometer}
rounds=${1:-20}
[ $# -lt 1 ] || shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
${CC:-cc} -std=gnu11 -O2 -mavx2 -mfma -pthread -o "$work/probe" "$here/probe.c"
last=$(taskset -pc $$ | sed 's/.*[-, ]//') # ours pins a single thread to the last CPU, several from the first on
cpus_of() { if [ "$1" = 1 ]; then echo "$last"; else seq 0 $(($1 - 1)); fi; }
median() { sort -g "$1" | awk '{ x[NR] = $1 } END { print NR % 2 ? x[(NR + 1) / 2] : (x[NR / 2] + x[NR / 2 + 1]) / 2 }'; }
bytes_of() { "$IFM" run --workload read --size "$1" -t "$threads" -r 1 --repeat 1 --min-time 0 --warmup 0 --counters none -q --store "$work/size.db" -o json | sed -n 's/.*working_set: \([0-9]*\) bytes.*/\1/p' | head -n 1; }
ours() { # column flags...
	column=$1
	shift
	"$IFM" run "$@" -t "$threads" -r 1 --repeat 9 --min-time 0.03 --counters none -q --store "$work/run.db" -o csv |
		awk -F, -v c="$column" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == c) at = i } NR == 2 { print $at }'
}
compare() { # label probe bytes column flags...
	label=$1 probe=$2 bytes=$3 column=$4
	shift 4
	: >"$work/a"
	: >"$work/b"
	i=0
	while [ "$i" -lt "$rounds" ]; do
		ours "$column" "$@" >>"$work/a"
		"$work/probe" "$probe" "$(( bytes > 4096 ? bytes : 4096 ))" $cpus >>"$work/b"
		i=$((i + 1))
	done
	printf '%-14s ours %10.4g  probe %10.4g  ratio %.3f  best %.3f\n' "$label" "$(median "$work/a")" "$(median "$work/b")" \
		"$(awk -v a="$(median "$work/a")" -v b="$(median "$work/b")" 'BEGIN { print a / b }')" \
		"$(awk -v l="$column" 'FNR == 1 { f++ } { v = $1; if (!(f in x) || (l == "call_ns" ? v < x[f] : v > x[f])) x[f] = v } END { print x[1] / x[2] }' "$work/a" "$work/b")"
}
for threads in ${*:-1 $(nproc)}; do
	cpus=$(cpus_of "$threads")
	echo "threads: $threads"
	compare "fma f32 avx2" fma 0 gflop_per_s --workload fma --type f32 --isa avx2
	for level in L1 L2 L3 DRAM; do
		bytes=$(bytes_of $level)
		[ -n "$bytes" ] || { echo "$level: not here"; continue; }
		bytes=$((bytes / threads))
		past=
		[ $level != DRAM ] || past=_nt
		compare "read $level" read "$bytes" gbyte_per_s --workload read --size $level --isa avx2
		for what in write copy triad; do
			compare "$what $level" $what$past "$bytes" gbyte_per_s --workload $what --size $level --isa avx2
		done
		[ "$threads" != 1 ] ||
			compare "latency $level" latency "$bytes" call_ns --workload latency --size $level --isa avx2
	done
done
