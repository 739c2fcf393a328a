#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: tests/gpu/run.sh [STEP]...
#
# All that needs a GPU, in at most nine minutes; with STEPs those alone. Steps, the most wanted first:
#   env         what is here: driver, devices, counters, what is wrong for measuring
#   agree       products and models against the CPU, each precision, on fresh inputs
#   right       a sweep whose outputs the report judges
#   ceilings    bytes of each level of memory, latency, multiply-adds of each type
#   counters    nvml, cupti:core and cupti-trace on a decode step and a product
#   decode      llama-1b: precisions, and 1 to 64 sequences
#   gemm        cuBLASLt against OpenBLAS in one run, and its algorithms tried
#   prefill     llama-1b: prompts
#   energy      of a token
#   large       llama-3-8b
#   small       llama-160m against the CPU
#
# Each has its own limit and all of them a budget; one that fails does not stop the rest. What was measured is written as it goes, so
# that a run that is cut leaves it: to $OUT (else results/gpu/DATE) a log a step, the store gpu.db, report-STEP.* and table.txt.
# Status 1 when a step failed, 77 when there is no GPU.
#
# BUILD: a build tree, or what `make gpu-bundle` made. Else build, else gpu-bundle, else it is built where that can be.
# ROUNDS: processes a point (1; an interval takes 6), which raises the limits of sweeps. BUDGET: seconds in all (530).
# DEVICE: cuda:0. SEED: of the inputs of agree (the time). IDLE_SECONDS: how long step energy reads idle power before a window, and after
# it (4). QUICK: quick or answer, what of agree a device made for tests can do in time. Nothing is downloaded.
set -u
LC_ALL=C.UTF-8
export LC_ALL

here=$(cd "$(dirname "$0")" && pwd) || exit 2
top=$(cd "$here/../.." && pwd) || exit 2
start=$(date +%s)
stamp=$(date -u +%Y%m%dT%H%M%S)
budget=${BUDGET:-530}
device=${DEVICE:-cuda:0}
# What the last reports take.
reserve=15
# Seconds a step may take, about 1.5 times what it is thought to take (docs/gpu.md has the sums). Together they leave 15 of the budget
# without the reserve: for what is looked up before the first step, and a report a step.
limits='env:18 agree:50 right:32 ceilings:35 counters:70 decode:75 gemm:42 prefill:40 energy:50 large:66 small:22'
all_steps=$(printf '%s' "$limits" | sed 's/:[0-9]*//g')

say() { printf '%s\n' "run.sh: $*" >&2; }
die() {
	say "$*"
	exit 2
}

usage() { sed -n '4,/^set -u/{/^set -u/d;s/^# \{0,1\}//;p;}' "$0"; }

# ---- the table: a line a step, written when it ends ----

row() { # step state seconds what
	printf '%-10s %-8s %4s  %s\n' "$1" "$2" "$3" "$4" >>"$OUT/table.txt"
	printf '%-10s %-8s %4s  %s\n' "$1" "$2" "$3" "$4" >&2
}

nothing() { # why: there is no GPU
	row all skip 0 "$1"
	exit 77
}

# The file as people outside may read it: no folders of this machine.
without_paths() { # file...
	for f in "$@"; do
		[ -f "$f" ] || continue
		sed -e "s|$OUT|OUT|g" -e "s|$build|BUILD|g" -e "s|$top|TOP|g" -e "s|${HOME:-/nonexistent}/|~/|g" "$f" >"$f.tmp" && mv "$f.tmp" "$f"
	done
}

# ---- the programs ----

# Does it start here? A build of elsewhere may lack its libraries.
runs() { [ -x "$1/inferometer" ] && "$1/inferometer" --version >/dev/null 2>&1; }

has_driver() { [ -n "${INFEROMETER_LIBCUDA:-}" ] || [ -e /dev/nvidiactl ] || [ -e /dev/nvidia0 ] || [ -e /dev/dxg ]; }

build_here() {
	command -v make >/dev/null 2>&1 && command -v "${CC:-gcc}" >/dev/null 2>&1 && [ -x "$top/configure" ] || return 1
	say "building in build; it is not part of the budget"
	mkdir -p "$top/build" && cd "$top/build" || return 1
	{ [ -e config.status ] || "$top/configure" -q; } >"$OUT/build.log" 2>&1 && make -s -j"$(nproc)" >>"$OUT/build.log" 2>&1
}

find_build() {
	if [ -n "${BUILD:-}" ]; then
		build=$(cd "$BUILD" 2>/dev/null && pwd) || die "BUILD=$BUILD: no such folder"
		runs "$build" || die "BUILD=$BUILD: its inferometer does not start here"
		return
	fi
	for build in "$top/build" "$top/gpu-bundle"; do
		runs "$build" && return
	done
	has_driver || nothing "no GPU: no /dev/nvidiactl"
	build=$top/build
	if ! (build_here) || ! runs "$build"; then
		nothing "no program: neither build nor gpu-bundle has one that starts here, and none can be built"
	fi
	start=$(date +%s)
}

# A worker beside the results, so that the store names no folder of this machine.
take_programs() {
	PATH=$build:$PATH
	trap 'rm -f "$OUT/inferometer-worker"' EXIT
	ln -sf "$build/inferometer-worker" "$OUT/inferometer-worker"
	INFEROMETER_WORKER=./inferometer-worker
	INFEROMETER_CACHE=${INFEROMETER_CACHE:-off}
	export PATH INFEROMETER_WORKER INFEROMETER_CACHE
	agree=$build/tests/gpu/agree
	[ -x "$agree" ] || [ ! -e "$build/Makefile" ] || make -s -C "$build" tests/gpu/agree >"$OUT/build.log" 2>&1
	unset INFEROMETER_STORE
}

# "yes", or why not.
device_state() {
	timeout 120 inferometer list devices 2>&1 | awk -v d="$device" '$1 == d { found = 1; if ($NF != "yes") sub(/.*  no: /, ""); else $0 = "yes"; print }
		END { if (!found) print "there is no device " d }'
}

# Folders that the loader does not know: of Python's wheels, of further toolkits.
library_folders() {
	for python in python3 python; do
		"$python" -c 'import site, sys; print("\n".join(site.getsitepackages() + [site.getusersitepackages()] + sys.path[1:]))' 2>/dev/null
	done | sort -u | while IFS= read -r site; do
		[ -n "$site" ] && [ -d "$site/nvidia" ] && printf '%s\n' "$site/nvidia"
	done
	ls -d /usr/local/cuda-* /opt/cuda* /opt/nvidia* 2>/dev/null
}

# Each library that is said to be missing, with the variable that may name it, is looked for there.
find_libraries() {
	{ timeout 60 inferometer list providers && timeout 60 inferometer list counters; } 2>/dev/null |
		sed -n 's/.*[ :]\(lib[^ ]*\) is not found (\([A-Z_]*\) may name it).*/\1 \2/p' | sort -u >wanted.txt
	library_folders >folders.txt
	while read -r file variable; do
		path=$(while IFS= read -r folder; do find "$folder" -name "$file" 2>/dev/null; done <folders.txt | head -n 1)
		[ -n "$path" ] || continue
		export "$variable=$path"
		printf '%s\n' "$variable: $(basename "$path") of a wheel or a further toolkit" >>libraries.txt
	done <wanted.txt
	rm -f wanted.txt folders.txt
}

# ---- steps ----

left() { echo $((budget - reserve - $(date +%s) + start)); }

# Runs a command under a limit; leaves $rc and $took. TERM lets inferometer end after the visit at work.
limited() { # seconds log command...
	limit=$1 log=$2
	shift 2
	[ "$limit" -le "$(left)" ] || limit=$(left)
	began=$(date +%s)
	timeout --foreground -k 10 "$limit" "$@" >"$log" 2>&1 </dev/null
	rc=$?
	took=$(($(date +%s) - began))
	without_paths "$log"
}

state_of() { # status
	case $1 in
	0) echo ok ;;
	77 | 127) echo skip ;;
	124 | 137 | 143) echo cut ;;
	*) echo FAIL ;;
	esac
}

too_late() { # step: no time is left for it
	[ "$(left)" -lt 5 ] || return 1
	row "$1" no-time 0 "of $budget s"
}

step_env() { # limit
	# shellcheck disable=SC2016 # it is the inner shell's text
	limited "$1" env.log sh -c '
		echo "== nvidia-smi"; nvidia-smi 2>&1 || echo "no nvidia-smi here"
		echo "== driver"; cat /proc/driver/nvidia/version /proc/driver/nvidia/params 2>&1
		for what in devices providers precisions counters; do echo "== inferometer list $what"; inferometer list $what || status=1; done
		echo "== inferometer doctor"; inferometer doctor --no-measure || status=1
		echo "== inferometer machine"; inferometer machine || status=1
		exit ${status:-0}'
	row env "$(state_of $rc)" "$took" "$(inferometer list devices | sed -n "s/^$device  *//p" | sed 's/  *engine.*//')"
}

# TAP in a line: how many hold, the first that does not, and whether that is because kernels overlap.
tap_told() { # log
	awk '/^ok .*# SKIP/ { s++; next } /^ok/ { n++ } /^not ok/ && !f++ { sub(/^not ok [0-9]* - /, ""); first = "; first: " $0 }
		/^# agrees with launch:serial/ { serial++ }
		/^1\.\.0 # SKIP/ { sub(/.*SKIP /, ""); print; none = 1 } /^Bail out/ { first = "; " $0 }
		END { if (!none) printf "%d hold, %d do not, %d skipped%s%s\n", n, f, s, first,
			serial ? "; " serial " cases agree with launch:serial: kernels that overlap are wrong" : "" }' "$1"
}

step_agree() { # limit
	if [ ! -x "$agree" ]; then
		row agree skip 0 "no program tests/gpu/agree in this build"
		return
	fi
	limited "$1" agree.log "$agree" "$device" "${SEED:-$(date +%s)}" ${QUICK:+"$QUICK"}
	state=$(state_of $rc)
	! grep -qE '^(not ok|Bail out)' agree.log || state=FAIL
	row agree "$state" "$took" "$(tap_told agree.log)"
}

# How many points of a run are in a state; that of the run stands further left.
points_in() { # run state
	inferometer report "$1" --store gpu.db -o json 2>/dev/null | grep -c "^   \"state\": \"$2\"" || :
}

reports_write() { # step run
	for format in terminal:txt md:md csv:csv json:json; do
		inferometer report "$2" --store gpu.db -o "${format%:*}" >"report-$1.${format#*:}" 2>>reports.log
	done
	without_paths "report-$1.txt" "report-$1.md" "report-$1.csv" "report-$1.json"
}

# What a reader of the table has to know: how often, and why, steps ran without graphs or launches that overlap, products without cuBLASLt or with
# their launch in their time; the first reason of points that are not to be had.
told_of() { # step
	[ -s "report-$1.json" ] || return 0
	for what in 'graphs: none' 'launches: one kernel after the other' 'cublaslt: not here' 'cublaslt: not started' "clock: CUDA events, each step's launch"; do
		n=$(grep -c "$what" "report-$1.json")
		[ "$n" -eq 0 ] || printf '; %s (%d points)' "$(grep -o "${what}[^\\\"]*" "report-$1.json" | head -n 1 | cut -c 1-160)" "$n"
	done
	awk -F'"' '/^ *"state": "(unavailable|skipped)"/ { wanted = 1 } /^ *"reason": "./ && wanted { print "; " substr($4, 1, 160); exit }' "report-$1.json"
}

# What a run came to: a point that failed, or whose outputs are wrong, fails the step; one that is not to be had here does not.
sweep_row() { # step run
	if ! inferometer report "$2" --store gpu.db -o csv >/dev/null 2>&1; then
		[ "$rc" -eq 5 ] && state=skip || state=$(state_of $rc)
		row "$1" "$state" "$took" "$(grep -v '^$' "$1.log" | tail -n 1 | cut -c 1-100)"
		return
	fi
	reports_write "$1" "$2"
	failed=$(points_in "$2" failed)
	state=$(state_of $rc)
	[ "$rc" -ne 5 ] || state=ok
	[ "$rc" -ne 130 ] || state="cut"
	[ "$failed" -eq 0 ] || state=FAIL
	row "$1" "$state" "$took" "$(points_in "$2" "done") points done, $failed failed, $(points_in "$2" planned) open, $(($(points_in "$2" unavailable) + $(points_in "$2" skipped))) not to be had$(told_of "$1")$3"
}

sweep() { # step limit note options...
	name=$1 limit=$2 note=$3
	shift 3
	run=gpu=$name.$stamp
	limit=$((limit * ${ROUNDS:-1}))
	limited "$limit" "$name.log" inferometer run "sweeps/$name.yaml" --store gpu.db --label "$run" --no-color \
		--visit-timeout "$limit" ${ROUNDS:+-r "$ROUNDS"} "$@"
	sweep_row "$name" "$run" "$note"
}

# "yes", or why a counter source does not count here.
source_state() {
	awk -v n="$1" '$1 == n && /^[^ ]/ { found = 1; if ($NF != "yes") sub(/.* no: /, ""); else $0 = "yes"; print; exit }
		END { if (!found) print "not in this build" }' sources.txt
}

# The usable ones of some sources in $sources; why the others are not in $absent.
choose_sources() { # name...
	sources='' absent=''
	[ -s sources.txt ] || inferometer list counters >sources.txt 2>&1
	for s in "$@"; do
		state=$(source_state "$s")
		if [ "$state" = yes ]; then
			sources=$sources${sources:+,}$s
		else
			absent="$absent; $s: $state"
		fi
	done
	without_paths sources.txt
}

# Idle power is measured beside a window with counters for some seconds: not where counters are only tried.
counting() { # idle-seconds step limit source...
	idle=$1 step=$2 most=$3
	shift 3
	choose_sources "$@"
	if [ -z "$sources" ]; then
		row "$step" skip 0 "${absent#; }"
		return
	fi
	sweep "$step" "$most" "$absent" --counters "$sources" --idle "$idle"
}

step_gemm() {
	sweep gemm "$1" ""
	inferometer report "gpu=gemm.$stamp" --store gpu.db --by device >report-gemm-by-device.txt 2>>reports.log ||
		inferometer report "gpu=gemm.$stamp" --store gpu.db --by device >>report-gemm-by-device.txt 2>&1
	without_paths report-gemm-by-device.txt
}

limit_of() { # step
	printf '%s\n' "$limits" | tr ' ' '\n' | sed -n "s/^$1://p"
}

step_run() { # step
	most=$(limit_of "$1")
	case $1 in
	env) step_env "$most" ;;
	agree) step_agree "$most" ;;
	gemm) step_gemm "$most" ;;
	counters) counting 0 counters "$most" nvml cupti:core cupti-trace ;;
	energy) counting "${IDLE_SECONDS:-4}" energy "$most" nvml ;;
	*) sweep "$1" "$most" "" ;;
	esac
}

# One page of all that was measured, with its pictures where there is a gnuplot.
pages_write() {
	for name in $steps; do
		run=gpu=$name.$stamp
		[ -s "report-$name.csv" ] || continue
		[ "$((budget - $(date +%s) + start))" -ge 3 ] || return 0
		timeout 10 inferometer report "$run" --store gpu.db --html "report-$name" >>reports.log 2>&1
	done
	without_paths reports.log
}

check_steps() {
	for s in $steps; do
		case " $all_steps " in
		*" $s "*) ;;
		*) die "unknown step \"$s\", there are $all_steps" ;;
		esac
	done
}

prepare() {
	command -v timeout >/dev/null 2>&1 || die "no timeout (coreutils)"
	OUT=${OUT:-$top/results/gpu/$stamp}
	mkdir -p "$OUT/sweeps" || die "cannot write to $OUT"
	OUT=$(cd "$OUT" && pwd)
	cd "$OUT" || die "cannot enter $OUT"
	printf '%-10s %-8s %4s  %s\n' step state s "what came of it ($stamp, $device)" >>table.txt
	find_build
	cp "$here"/sweeps/*.yaml sweeps/
	cd "$OUT" || exit 2
	take_programs
	state=$(device_state)
	[ "$state" = yes ] || nothing "$device: $state"
	find_libraries
}

case ${1:-} in
-h | --help)
	usage
	exit 0
	;;
esac
steps=${*:-$all_steps}
check_steps
prepare
for s in $steps; do
	too_late "$s" || step_run "$s"
done
pages_write
rm -f sources.txt gpu.db-lock
echo
cat table.txt
! grep -q '^[a-z]* *FAIL ' table.txt
