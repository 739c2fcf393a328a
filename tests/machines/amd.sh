# SPDX-License-Identifier: Apache-2.0
# One socket, eight cores of two threads in four complexes, each with a level 3 cache of its own; one node.
online 0-15
nodes 0
node 0 0-15 65011712 '10'
for c in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	first=$((c % 8))
	pair=$((first / 2 * 2))
	core=$first,$((first + 8)) complex=$pair-$((pair + 1)),$((pair + 8))-$((pair + 9))
	topology $c 0 $first $core 0-15
	cache $c 0 1 Data 32K 8 $core
	cache $c 1 1 Instruction 32K 8 $core
	cache $c 2 2 Unified 1024K 8 $core
	cache $c 3 3 Unified 32768K 16 $complex
	frequencies $c acpi-cpufreq performance 1500000 3000000 2994000
done
VENDOR=AuthenticAMD FAMILY=25 MODEL=17 STEPPING=1 MICROCODE=0xa101144 NAME='AMD EPYC 9124 16-Core Processor'
x86_cpuinfo 16 fpu constant_tsc nonstop_tsc fma f16c avx2
memory 65600000
kernel 5.15.0-91-generic x86_64 0-15
clocksource hpet 'tsc hpet'
put $cpu/smt/control on
put $cpu/cpufreq/boost 1
put /sys/class/hwmon/hwmon0/name k10temp
put /sys/class/hwmon/hwmon0/temp1_input 51250
put /proc/self/cgroup '0::/'
put /sys/bus/pci/devices/0000:21:00.0/class 0x030200
put /sys/bus/pci/devices/0000:21:00.0/vendor 0x10de
put /sys/bus/pci/devices/0000:21:00.0/device 0x20b5
put /sys/bus/pci/devices/0000:21:00.0/current_link_speed '16.0 GT/s PCIe'
put /sys/bus/pci/devices/0000:21:00.0/current_link_width 8
put /sys/bus/pci/devices/0000:21:00.0/max_link_speed '16.0 GT/s PCIe'
put /sys/bus/pci/devices/0000:21:00.0/max_link_width 16
put /sys/bus/pci/devices/0000:21:00.0/numa_node 0
put /sys/bus/pci/devices/0000:01:00.0/class 0x020000
put /proc/driver/nvidia/version 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023' \
	'GCC version:  gcc version 12.2.0'
put /proc/driver/nvidia/gpus/0000:21:00.0/information 'Model: 		 NVIDIA A100 80GB PCIe' 'IRQ:   		 120' \
	'GPU UUID: 	 GPU-01234567-89ab-cdef-0123-456789abcdef' 'Video BIOS: 	 92.00.68.00.01' \
	'Bus Location: 	 0000:21:00.0' 'GPU Firmware: 	 535.104.05'
