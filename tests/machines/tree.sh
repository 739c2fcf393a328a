# SPDX-License-Identifier: Apache-2.0
# Trees of /proc and /sys as small machines would show them; sourced by make.sh. $tree is the folder.

# put PATH LINE... : a file of these lines.
put() {
	path=$tree$1
	shift
	case $path in */*) [ -d "${path%/*}" ] || mkdir -p "${path%/*}" ;; esac
	printf '%s\n' "$@" >"$path"
}
cpu=/sys/devices/system/cpu

# put_mask PATH LIST : the mask of a list of CPUs below 32, as in /sys: "0-1,8" -> "00000103".
put_mask() {
	mask=0 IFS=,
	for part in $2; do
		i=${part%-*}
		while [ "$i" -le "${part#*-}" ]; do
			mask=$((mask | 1 << i))
			i=$((i + 1))
		done
	done
	unset IFS
	put "$1" ''
	printf '%08x\n' "$mask" >"$tree$1"
}

# topology CPU PACKAGE CORE CORE_LIST PACKAGE_LIST : lists and masks, by the names of old and new kernels.
topology() {
	put $cpu/cpu$1/topology/physical_package_id "$2"
	put $cpu/cpu$1/topology/core_id "$3"
	for name in core_cpus thread_siblings; do
		put_mask $cpu/cpu$1/topology/$name "$4"
		put $cpu/cpu$1/topology/${name}_list "$4"
	done
	for name in package_cpus core_siblings; do
		put_mask $cpu/cpu$1/topology/$name "$5"
		put $cpu/cpu$1/topology/${name}_list "$5"
	done
}

# cache CPU INDEX LEVEL TYPE SIZE WAYS LIST
cache() {
	dir=$cpu/cpu$1/cache/index$2
	put "$dir/level" "$3"
	put "$dir/type" "$4"
	put "$dir/size" "$5"
	put "$dir/ways_of_associativity" "$6"
	put "$dir/shared_cpu_list" "$7"
	put_mask "$dir/shared_cpu_map" "$7"
	put "$dir/coherency_line_size" 64
}

# online LIST : all of these CPUs and no others.
online() {
	for name in online present possible; do put $cpu/$name "$1"; done
	put $cpu/offline ''
	put $cpu/isolated ''
	put $cpu/kernel_max 255
}

# node N CPU_LIST KIB DISTANCES ; nodes LIST
node() {
	dir=/sys/devices/system/node/node$1
	put "$dir/cpulist" "$2"
	put_mask "$dir/cpumap" "$2"
	put "$dir/meminfo" "Node $1 MemTotal:       $3 kB" "Node $1 MemFree:        1024 kB"
	put "$dir/distance" "$4"
}
nodes() {
	for name in online possible has_memory has_normal_memory; do
		put /sys/devices/system/node/$name "$1"
	done
}

# frequencies CPU DRIVER GOVERNOR MIN MAX NOW
frequencies() {
	dir=$cpu/cpu$1/cpufreq
	put "$dir/scaling_driver" "$2"
	put "$dir/scaling_governor" "$3"
	put "$dir/scaling_min_freq" "$4"
	put "$dir/scaling_max_freq" "$5"
	put "$dir/cpuinfo_min_freq" "$4"
	put "$dir/cpuinfo_max_freq" "$5"
	put "$dir/scaling_cur_freq" "$6"
}

# What is much the same everywhere: memory KIB
memory() {
	put /proc/meminfo "MemTotal:       $1 kB" 'MemFree:          100000 kB' 'MemAvailable:    2000000 kB' \
		'AnonHugePages:     204800 kB' 'SwapTotal:             0 kB' 'Hugepagesize:       2048 kB'
	put /sys/kernel/mm/transparent_hugepage/enabled 'always [madvise] never'
	put /sys/kernel/mm/transparent_hugepage/defrag 'always defer defer+madvise [madvise] never'
	put /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages 0
}
kernel() {
	put /proc/sys/kernel/osrelease "$1"
	put /proc/sys/kernel/arch "$2"
	put /proc/sys/kernel/hostname examplehost
	put /etc/machine-id 00112233445566778899aabbccddeeff
	put /proc/loadavg '0.50 0.40 0.30 1/200 1234'
	put /proc/stat 'cpu  100 0 200 3000 4 0 5 6 0 0'
	put /proc/pressure/cpu 'some avg10=1.25 avg60=0.00 avg300=0.00 total=123456'
	put /proc/self/status "Cpus_allowed_list:	$3" 'Mems_allowed_list:	0'
	put /proc/self/numa_maps '55d0c0000000 default file=/x mapped=1'
}
clocksource() {
	put /sys/devices/system/clocksource/clocksource0/current_clocksource "$1"
	put /sys/devices/system/clocksource/clocksource0/available_clocksource "$2"
}

# x86 CPU N FLAGS... : n blocks of cpuinfo. VENDOR, FAMILY, MODEL, STEPPING, NAME and MICROCODE are variables.
x86_cpuinfo() {
	n=$1
	shift
	i=0
	mkdir -p "$tree/proc"
	while [ "$i" -lt "$n" ]; do
		printf '%s\n' "processor	: $i" "vendor_id	: $VENDOR" "cpu family	: $FAMILY" \
			"model		: $MODEL" "model name	: $NAME" "stepping	: $STEPPING" \
			"microcode	: $MICROCODE" "cpu MHz		: 2100.000" "flags		: $*" ''
		i=$((i + 1))
	done >"$tree/proc/cpuinfo"
}

# arm_block CPU IMPLEMENTER PART : a block of cpuinfo on standard output.
arm_block() {
	printf '%s\n' "processor	: $1" 'BogoMIPS	: 50.00' 'Features	: fp asimd aes crc32 atomics asimddp' \
		"CPU implementer	: $2" 'CPU architecture: 8' 'CPU variant	: 0x3' "CPU part	: $3" \
		'CPU revision	: 1' ''
}

# bytes PATH OCTAL... : a binary file.
bytes() {
	path=$tree$1
	shift
	mkdir -p "${path%/*}"
	for part in "$@"; do
		# shellcheck disable=SC2059
		printf "$part"
	done >"$path"
}
