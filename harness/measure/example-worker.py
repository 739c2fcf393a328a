#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A worker in 40 lines, see docs/protocol.md: engine "python", which multiplies matrices as lists, on one thread."""
import json, os, socket, sys, time
ONLY = {"workload": "gemm", "precision": "f32", "threads": "1", "engine": "python", "device": "cpu"}
DEVICE = {"name": "cpu", "description": "plain Python", "usable": True, "why": "", "n_cpus": 1, "memory_bytes": 1 << 30,
          "isas": [], "precisions": [{"name": "f32", "usable": True, "why": ""}], "kvs": [], "providers": []}
HELLO = {"protocol": 1, "engine": "python", "version": "1", "build": {"python": sys.version}, "counters": [],
         "devices": [DEVICE], "workloads": [{"name": "gemm", "ceiling": False, "uses_model": False, "keys": [*ONLY, *"mnk"]}]}
FITS = {"fits": True, "code": "ok", "why": "", "weights": 0, "kv": 0, "scratch": 0, "total": 0, "limit": 1 << 30, "steps": 1}
def take(point):  # sizes and work; what is not known is refused: nothing else may be measured in its place
    for key, value in point.items():
        if key not in [*ONLY, *"mnk"] or value != ONLY.get(key, value) or (key not in ONLY and not value.isdecimal()):
            raise ValueError("unsupported", f"{key} {value}: unknown here")
    m, n, k = (int(point.get(key, 1)) for key in "mnk")
    return (m, n, k), {"flops": 2.0 * m * n * k, "bytes": 8.0 * (m * k + n * k + m * n), "tokens": 0.0}
def window(q, a, w, starts, values):  # between two clock readings there is the step and nothing else
    while len(values) < q["warmup"] + max(q["repeat"], 1) or sum(values[q["warmup"]:]) < q["min_time_ns"]:
        if 0 < q["max_time_ns"] < sum(values[q["warmup"]:]): break
        starts.append(time.monotonic_ns())
        [[sum(map(float.__mul__, row, column)) for column in w] for row in a]
        values.append(time.monotonic_ns() - starts[-1])
    return {"name": "step", "unit": "ns", "clock": "CLOCK_MONOTONIC", "t0": starts[0], "values": values,
            "offsets": [t - starts[0] for t in starts], "marks": [int(i < q["warmup"]) for i in range(len(values))],
            "reps": list(range(len(values)))}
def answer(q, do, ready={}):  # ready: work and matrices of the prepared point
    (m, n, k), work = take(q.get("point", {}))
    if do == "prepare": ready.update(work=work, a=[[0.5] * k] * m, w=[[0.25] * k] * n)
    if do == "run" and ready and not q["counters"]:
        return {"series": [window(q, ready["a"], ready["w"], [], [])], "readings": [], "peak_bytes": 0,
                "window_version": 1, **{key + "_per_rep": value for key, value in ready["work"].items()}}
    return {"hello": HELLO, "check": {**FITS, **work, "working_set": int(work["bytes"])}, "quit": {}, "cancel": {},
            "prepare": {"load_ns": 0, "weight_bytes": 8 * n * k, "describe": "kernels: sum of map\n"}}[do]
stream = socket.socket(fileno=int(os.environ["INFEROMETER_FD"])).makefile("rw") if "INFEROMETER_FD" in os.environ else None
for q in map(json.loads, stream or sys.stdin):
    try: reply = {"ok": answer(q, q["do"])}
    except ValueError as e: reply = {"error": dict(zip(("code", "text"), e.args))}
    except KeyError as e: reply = {"error": {"code": "unsupported", "text": f"{e}: not done here, or nothing is prepared"}}
    print(json.dumps({"id": q["id"], **reply}), file=stream or sys.stdout, flush=True)
    if q["do"] == "quit": break
