# SPDX-License-Identifier: Apache-2.0
# Two sockets of four cores of two threads, the second threads numbered behind all first ones; a node a socket.
online 0-15
nodes 0-1
node 0 0-3,8-11 131072000 '10 21'
node 1 4-7,12-15 132120576 '21 10'
for c in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	first=$((c % 8)) package=$((c % 8 / 4))
	core=$first,$((first + 8))
	[ $package = 0 ] && all=0-3,8-11 || all=4-7,12-15
	topology $c $package $((first % 4)) $core $all
	cache $c 0 1 Data 48K 12 $core
	cache $c 1 1 Instruction 32K 8 $core
	cache $c 2 2 Unified 2048K 16 $core
	cache $c 3 3 Unified 61440K 15 $all
	frequencies $c intel_pstate powersave 800000 3400000 $((2000000 + c * 10000))
	put $cpu/cpu$c/cpufreq/energy_performance_preference balance_performance
	put $cpu/cpu$c/cpufreq/base_frequency 2100000
done
VENDOR=GenuineIntel FAMILY=6 MODEL=143 STEPPING=8 MICROCODE=0x2b0004d0 NAME='Intel(R) Xeon(R) Gold 6430'
x86_cpuinfo 16 fpu vme constant_tsc nonstop_tsc sse4_2 fma f16c avx2 avx512f avx512dq avx512bw avx512vl \
	avx512_vnni avx512_bf16 amx_tile
memory 263192576
kernel 6.1.0-18-amd64 x86_64 0-15
clocksource tsc 'tsc hpet acpi_pm'
put $cpu/smt/control on
put $cpu/smt/active 1
put $cpu/intel_pstate/no_turbo 0
put $cpu/cpuidle/current_driver intel_idle
put $cpu/vulnerabilities/meltdown 'Not affected'
put $cpu/vulnerabilities/spectre_v2 'Mitigation: Enhanced / Automatic IBRS'
put $cpu/vulnerabilities/gather_data_sampling 'Vulnerable: No microcode'
put /proc/cmdline 'BOOT_IMAGE=/vmlinuz root=UUID=01234567-89ab-cdef-0123-456789abcdef ro isolcpus=4-7'
put /proc/self/cgroup 0::/user.slice/user-1000.slice
put /etc/os-release 'NAME="Example"' 'PRETTY_NAME="Example Linux 12"'
put /sys/class/powercap/intel-rapl:0/name package-0
put /sys/class/powercap/intel-rapl:0:0/name dram
put /sys/class/hwmon/hwmon0/name nvme
put /sys/class/hwmon/hwmon1/name coretemp
put /sys/class/hwmon/hwmon1/temp1_input 47000
put /sys/class/dmi/id/sys_vendor 'Example Inc.'
put /sys/class/dmi/id/product_name 'Example R750'
put /sys/class/dmi/id/bios_version 1.2.3
put /sys/class/dmi/id/product_serial EXAMPLE1
# Structure 16: memory of the system, multiple-bit correction. 17: 32 GiB DDR5, 4800 MT/s, at 4400; and an empty slot.
bytes /sys/firmware/dmi/entries/16-0/raw '\020\027\000\000\003\003\006' '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
module() {
	bytes /sys/firmware/dmi/entries/17-$1/raw '\021\050\001\000\000\000\000\000\110\000\100\000' "$2" \
		'\011\000\001\002\042\000\000\300\022\000\000\000\000\000\000\200\000\000\060\021\000\000\000\000\000\000' \
		"$3\\0" "$4\\0\\0"
}
module 0 '\377\177' DIMM_A1 P0_CHANNEL_A
module 1 '\377\177' DIMM_B1 P0_CHANNEL_B
module 2 '\377\177' DIMM_A2 P1_CHANNEL_A
module 3 '\377\177' DIMM_B2 P1_CHANNEL_B
module 4 '\000\000' DIMM_C2 P1_CHANNEL_C
