# SPDX-License-Identifier: Apache-2.0
# A board: four small cores and two large ones, no node, no DMI, a device tree.
online 0-5
mkdir -p "$tree/proc"
for c in 0 1 2 3 4 5; do
	if [ $c -lt 4 ]; then
		part=0xd05 capacity=414 size=32K l2=128K max=1800000
	else
		part=0xd0b capacity=1024 size=64K l2=512K max=2400000
	fi
	arm_block $c 0x41 $part >>"$tree/proc/cpuinfo"
	topology $c 0 $c $c 0-5
	cache $c 0 1 Data $size 4 $c
	cache $c 1 1 Instruction $size 4 $c
	cache $c 2 2 Unified $l2 4 $c
	cache $c 3 3 Unified 3072K 12 0-5
	frequencies $c cpufreq-dt ondemand 408000 $max 1008000
	put $cpu/cpu$c/cpu_capacity $capacity
done
memory 8000000
kernel 6.6.0-rk aarch64 0-5
clocksource arch_sys_counter arch_sys_counter
put $cpu/smt/control notimplemented
put /proc/device-tree/model 'Example Board'
put /sys/class/thermal/thermal_zone0/type soc-thermal
put /sys/class/thermal/thermal_zone0/temp 41538
