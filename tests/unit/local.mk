# SPDX-License-Identifier: Apache-2.0
# base, tensor

# model

# engine cpu, workloads

# wire, measure

# stat, host

# store, spec, plan

# run, cmd

# reports

