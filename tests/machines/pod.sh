# SPDX-License-Identifier: Apache-2.0
# Kubernetes on a machine with versions 1 and 2 of control groups: a part of each hierarchy is mounted.
pod=/kubepods/burstable/pod1/abcdef
online 0-3
memory 8000000
kernel 5.4.0 x86_64 0-3
put /proc/self/cgroup "9:memory:$pod" "5:cpuset:$pod" "4:cpu,cpuacct:$pod" "1:name=systemd:$pod" "0::/system.slice"
put /proc/self/mountinfo '600 500 0:60 / / rw,relatime - overlay overlay rw,lowerdir=/var/lib/containerd/x' \
	"30 29 0:25 $pod /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory" \
	"31 29 0:26 $pod /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct" \
	"32 29 0:27 $pod /sys/fs/cgroup/cpuset ro - cgroup cgroup rw,cpuset" \
	'33 29 0:28 / /sys/fs/cgroup/unified ro - cgroup2 cgroup2 rw'
put /sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us 250000
put /sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us 100000
put /sys/fs/cgroup/memory/memory.limit_in_bytes 1073741824
put /sys/fs/cgroup/cpuset/cpuset.effective_cpus 0,2
put /sys/fs/cgroup/cpuset/cpuset.effective_mems 0
