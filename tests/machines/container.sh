# SPDX-License-Identifier: Apache-2.0
# Podman with version 2 of control groups: two of eight CPUs, half of their time, 2 GiB.
online 0-7
nodes 0
node 0 0-7 32000000 '10'
for c in 0 1 2 3 4 5 6 7; do
	topology $c 0 $c $c 0-7
	cache $c 0 1 Data 32K 8 $c
done
VENDOR=GenuineIntel FAMILY=6 MODEL=85 STEPPING=7 MICROCODE=0x5003604 NAME='Intel(R) Xeon(R) Platinum 8259CL'
x86_cpuinfo 8 fpu hypervisor fma f16c avx2 avx512f avx512dq avx512bw avx512vl avx512_vnni
memory 32100000
kernel 6.1.0 x86_64 2-3
clocksource tsc 'tsc kvm-clock'
put /proc/self/cgroup '0::/'
put /proc/self/mountinfo '600 500 0:60 / / rw,relatime - overlay overlay rw,lowerdir=/home/u/.local/share/containers/storage/overlay/l/A' \
	'610 600 0:30 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate'
put /sys/fs/cgroup/cpu.max '100000 100000'
put /sys/fs/cgroup/memory.max 2147483648
put /sys/fs/cgroup/cpuset.cpus.effective 2-3
put /sys/fs/cgroup/cpuset.mems.effective 0
put /run/.containerenv 'engine="podman-4.3.1"' 'name="happy_name"' \
	'image="docker.io/library/debian:12"' 'imageid="sha256:0123abcd"'
