#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A worker in few lines, see README.md: one matrix product in plain Python. inferometer run --worker=THIS
--workload=gemm --gemm-m=8 --gemm-n=8 --gemm-k=8 --precision=f32 -t 1"""
import json, os, socket, sys, time

ONLY = {"workload": "gemm", "precision": "f32", "threads": "1", "engine": "cpu", "device": "cpu", "isa": "auto"}
DEVICE = {"name": "cpu", "description": "plain Python", "usable": True, "why": "", "n_cpus": 1, "memory_bytes": 1 << 30,
          "isas": [], "precisions": [{"name": "f32", "usable": True, "why": ""}], "kvs": [], "providers": []}
GEMM = {"name": "gemm", "ceiling": False, "uses_model": False, "keys": [*ONLY, "m", "n", "k"]}
HELLO = {"protocol": 1, "engine": "cpu", "version": "1", "build": {"python": sys.version}, "devices": [DEVICE],
         "workloads": [GEMM], "counters": []}
work, inputs = {}, None  # of the prepared point

def take(point):  # what is not known is refused: nothing else may be measured in its place
    for key, value in point.items():
        if key not in GEMM["keys"] or value != ONLY.get(key, value):
            raise ValueError("unsupported", f"point: {key} {value}: unknown here")
    if not all(point.get(key, "").isdecimal() and 0 < int(point[key]) <= 512 for key in "mnk"):
        raise ValueError("usage", "point: m, n, k: expected numbers from 1 to 512")
    m, n, k = (int(point[key]) for key in "mnk")
    return {"flops": 2.0 * m * n * k, "bytes": 8.0 * (m * k + n * k + m * n), "tokens": 0.0}, (m, n, k)

def run(q, a, w):
    clock, starts, values = time.monotonic_ns, [], []
    while (len(values) < q["warmup"] + max(q["repeat"], 1) or sum(values[q["warmup"]:]) < q["min_time_ns"]) and not (
            q["max_time_ns"] and len(values) > q["warmup"] and clock() - starts[q["warmup"]] >= q["max_time_ns"]):
        starts.append(clock())
        [[sum(map(float.__mul__, row, column)) for column in w] for row in a]
        values.append(clock() - starts[-1])
    return {"name": "step", "unit": "ns", "clock": "CLOCK_MONOTONIC", "t0": starts[0], "values": values,
            "offsets": [t - starts[0] for t in starts], "marks": [int(i < q["warmup"]) for i in range(len(values))],
            "reps": list(range(len(values)))}

def answer(q):
    global work, inputs
    if q["do"] == "hello":
        return HELLO
    if q["do"] == "check":
        now, _ = take(q["point"])
        return {"fits": True, "code": "ok", "why": "", "weights": 0, "kv": 0, "scratch": 0, "total": 0, "limit": 1 << 30,
                "working_set": int(now["bytes"]), "steps": 1, **now}
    if q["do"] == "prepare":
        inputs = None
        work, (m, n, k) = take(q["point"])
        inputs = [[0.5] * k] * m, [[0.25] * k] * n
        return {"load_ns": 0, "weight_bytes": 8 * n * k, "describe": "kernels: sum of map\n"}
    if q["do"] == "run" and inputs and not q["counters"]:
        return {"series": [run(q, *inputs)], "readings": [], "peak_bytes": 0, "window_version": 1,
                **{key + "_per_rep": value for key, value in work.items()}}
    if q["do"] in ("cancel", "quit"):
        return {}
    raise ValueError("unsupported", f"{q['do']}: not done here, or nothing is prepared")

fd = os.environ.get("INFEROMETER_FD")
stream = socket.socket(fileno=int(fd)).makefile("rw") if fd else None
for line in stream or sys.stdin:
    q = json.loads(line)
    try:
        reply = {"id": q["id"], "ok": answer(q)}
    except ValueError as e:
        reply = {"id": q["id"], "error": {"code": e.args[0], "text": e.args[1]}}
    print(json.dumps(reply), file=stream or sys.stdout, flush=True)
    if q["do"] == "quit":
        break
