# SPDX-License-Identifier: Apache-2.0
# A guest on a server: eight cores of one kind, one node, firmware that names the hypervisor's maker.
online 0-7
nodes 0
node 0 0-7 16000000 '10'
mkdir -p "$tree/proc"
for c in 0 1 2 3 4 5 6 7; do
	arm_block $c 0x41 0xd0c >>"$tree/proc/cpuinfo"
	topology $c 0 $c $c 0-7
	cache $c 0 1 Data 64K 4 $c
	cache $c 1 1 Instruction 64K 4 $c
	cache $c 2 2 Unified 1024K 8 $c
	cache $c 3 3 Unified 32768K 16 0-7
done
memory 16100000
kernel 6.5.0-aws aarch64 0-7
clocksource arch_sys_counter arch_sys_counter
put $cpu/smt/control notsupported
put /sys/class/dmi/id/sys_vendor 'Amazon EC2'
put /sys/class/dmi/id/product_name c6g.2xlarge
put /proc/self/cgroup '0::/'
