#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs an arm64 program in a guest whose PMU counts, under PAPI: on any machine with QEMU, without a PMU, KVM or root.
# Only instructions (INST_RETIRED) and cycles (CPU_CYCLES) count; other presets start and stay at 0. `-i N` makes
# a cycle count of 2^N an instruction. The guest is made once of Debian packages, by `pmu-guest.sh -p`, which needs
# a network and no rights; afterwards nothing is fetched.
set -eu

usage() {
	cat <<'U'
usage: pmu-guest.sh [-c CPU] [-i ICOUNT] [-s N] [-t SECONDS] [-e NAME=VALUE] [-f FILE] PROGRAM [ARG...]
       pmu-guest.sh -p
  PROGRAM  an arm64 program: static, or using libc, libm, libpapi, libpfm
  -c CPU   guest processor, default cortex-a57 (one that Debian's PAPI has presets for)
  -i N     -icount shift, default 0: one instruction takes 2^N ns; "none" leaves icount out
  -s N     processors, default 2          -t SECONDS  limit for the whole run, default 120
  -e, -f   environment and files or folders for the program, may be repeated
  -p       fetch the packages (30 MB), make the guest and stop
environment: IFM_PMU_GUEST, the folder of the guest (~/.cache/inferometer/pmu-guest)
exit: the program's own status; 77 a tool or the guest is missing; 99 the guest failed; 124 time
U
}
skip() { echo "pmu-guest: $*" >&2; exit 77; }
quote() { printf "'%s' " "$(printf %s "$1" | sed "s/'/'\\\\''/g")"; }

cpu=cortex-a57 icount=0 smp=2 limit=120
only_prepare='' exports='' files=''
while getopts c:i:s:t:e:f:ph o; do
	case $o in
	c) cpu=$OPTARG ;;
	i) icount=$OPTARG ;;
	s) smp=$OPTARG ;;
	t) limit=$OPTARG ;;
	e) exports="$exports$(quote "$OPTARG")" ;;
	f) files="$files$(quote "$OPTARG")" ;;
	p) only_prepare=yes ;;
	h) usage; exit 0 ;;
	*) usage >&2; exit 2 ;;
	esac
done
shift $((OPTIND - 1))
test -n "$only_prepare" || test $# -gt 0 || { usage >&2; exit 2; }

dir=${IFM_PMU_GUEST:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/inferometer/pmu-guest}
for t in qemu-system-aarch64 cpio gzip flock timeout; do
	command -v $t >/dev/null || skip "$t not found (qemu-system-arm cpio gzip util-linux coreutils)"
done
test -n "$only_prepare" || test -s "$dir/packages" || skip "no guest in $dir: make it by $0 -p"
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

# Fetches a Debian arm64 kernel and the few libraries a PAPI program needs, through an apt view of
# its own: the architectures and the package state of this system stay as they are.
prepare() {
	for t in apt-get apt-cache dpkg; do
		command -v $t >/dev/null || skip "$t not found: the guest is made from Debian packages"
	done
	w=$dir/work
	rm -rf "$w"
	mkdir -p "$w/lists/partial" "$w/cache/archives/partial" "$w/debs" "$w/root"
	: >"$w/status"
	cat >"$w/apt.conf" <<A
APT::Architecture "arm64"; APT::Architectures { "arm64"; };
APT::Sandbox::User "$(id -un)";
Dir::State::Lists "$w/lists"; Dir::State::status "$w/status"; Dir::Cache "$w/cache";
A
	export APT_CONFIG="$w/apt.conf"
	apt-get -q update >"$w/log" 2>&1 || skip "apt-get update failed: $(tail -n 1 "$w/log")"
	depends() { apt-cache depends "$1" | sed -n "s/^ *Depends: \($2\)\$/\1/p" | head -n 1; }
	kernel=$(depends linux-image-cloud-arm64 'linux-image-.*')
	papi=$(depends libpapi-dev 'libpapi[0-9].*')
	sde=$(depends libpapi-dev 'libsde[0-9].*')
	test -n "$kernel" || skip "no arm64 kernel in the package lists"
	test -n "$papi" || skip "no arm64 PAPI in the package lists"
	# shellcheck disable=SC2086
	(cd "$w/debs" && apt-get -q download busybox-static libc6 libgcc-s1 libgomp1 \
		libpfm4 libpapi-dev $papi $sde $kernel) >>"$w/log" 2>&1 ||
		skip "apt-get download failed: $(tail -n 1 "$w/log")"
	for d in "$w"/debs/*.deb; do dpkg -x "$d" "$w/root"; done

	r=$w/root
	a=$(dirname "$(find "$r" -name 'libpapi.so.*' -print -quit)")
	rm -rf "${dir:?}/inc" "${dir:?}/lib"
	mkdir -p "$dir/inc" "$dir/lib" "$w/base/bin" "$w/base/proc" "$w/base/sys" "$w/base/dev" \
		"$w/base/run" "$w/base/lib/aarch64-linux-gnu"
	# Only PAPI's own files: with the guest's libc on -L the linker would follow its scripts.
	cp "$r"/usr/include/papi*.h "$r"/usr/include/sde_lib.h "$dir/inc/"
	for f in libpapi.so libsde.so libpfm.so.4; do
		test ! -e "$a/$f" || cp -L "$a/$f" "$dir/lib/"
	done
	g=$w/base/lib/aarch64-linux-gnu
	for f in ld-linux-aarch64.so.1 libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 \
		libgcc_s.so.1 libgomp.so.1 libpfm.so.4; do
		cp -L "$(find "$r" -name $f -print -quit)" "$g/"
	done
	for f in "$a"/libpapi.so.[0-9]* "$a"/libsde.so.[0-9]*; do
		test ! -e "$f" || cp -L "$f" "$g/"
	done
	mv "$g/ld-linux-aarch64.so.1" "$w/base/lib/"
	cp "$(find "$r" -path '*bin/busybox' -print -quit)" "$w/base/bin/"
	cat >"$w/base/init" <<'I'
#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
$b mount -t tmpfs run /run
echo -1 >/proc/sys/kernel/perf_event_paranoid
export PATH=/bin HOME=/run
$b --install -s /bin
cd /job
echo "@pmu-guest begin"
sh ./cmd </dev/null 2>&1
echo "@pmu-guest end $?"
$b poweroff -f
I
	chmod +x "$w/base/init"
	(cd "$w/base" && find . | cpio -o -H newc --quiet | gzip -1) >"$dir/base.gz"
	cp "$(find "$r" -name 'vmlinuz-*' -print -quit)" "$dir/vmlinuz"
	(cd "$w/debs" && ls) >"$dir/packages"
	rm -rf "$w"
	unset APT_CONFIG
}
exec 9>"$dir/lock"
flock 9
test -s "$dir/packages" || prepare
exec 9>&-
test -z "$only_prepare" || exit 0

tmp=$(mktemp -d "$dir/run.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
mkdir -p "$tmp/job"
cp "$1" "$tmp/job/prog"
shift
cmd=''
for x in "$@"; do cmd="$cmd$(quote "$x")"; done
echo "env $exports./prog $cmd" >"$tmp/job/cmd"
eval "set -- $files"
for x in "$@"; do cp -r "$x" "$tmp/job/"; done

# The kernel unpacks archives laid end to end, so only the job is packed for each run.
(cd "$tmp" && find job | cpio -o -H newc --quiet | gzip -1) >"$tmp/job.gz"
cat "$dir/base.gz" "$tmp/job.gz" >"$tmp/initrd"
test "$icount" = none && icount='' || icount="-icount shift=$icount"
# shellcheck disable=SC2086
set -- qemu-system-aarch64 -M virt -cpu "$cpu" $icount -smp "$smp" -m 256 -nographic -no-reboot \
	-nic none -kernel "$dir/vmlinuz" -initrd "$tmp/initrd" \
	-append "console=ttyAMA0 quiet loglevel=1 panic=-1 rdinit=/init"
{
	timeout "$limit" "$@" </dev/null 2>&1 && s=0 || s=$?
	echo "@pmu-guest qemu $s"
} | tee "$tmp/console" | awk '
	BEGIN { rc = 99 }
	{ sub(/\r+$/, ""); mark = index($0, "@pmu-guest ") }
	mark {
		split(substr($0, mark), word, " ")
		if (word[2] == "begin")
			on = 1
		if (word[2] == "end") {
			printf "%s", substr($0, 1, mark - 1)
			on = 0; ended = 1; rc = word[3]
		}
		if (word[2] == "qemu" && !ended && word[3] == 124)
			rc = 124
		next
	}
	/^qemu-system-aarch64: / { print >"/dev/stderr"; next }
	on { print; fflush() }
	END { exit rc }
' && s=0 || s=$?
if ! grep -q '@pmu-guest end' "$tmp/console"; then
	echo "pmu-guest: the guest did not finish; its last lines:" >&2
	tail -n 15 "$tmp/console" >&2
fi
exit "$s"
