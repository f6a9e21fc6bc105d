#!/usr/bin/env python3
"""Whole training steps, ours and PyTorch's in turns: A B A B ..., so that a ratio holds on a machine
whose speed drifts. Prints one JSON line for each comparison, as the other benchmarks do.

usage: train_pairs.py TRAIN_BENCH ROUNDS STEPS OPENMP_FOLDER PRESET...
OPENMP_FOLDER holds an OpenMP build of OpenBLAS for PyTorch's tuned form, or is "-".
"""
import json
import os
import statistics
import subprocess
import sys

PEER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", "torch_step.py")
GOALS = {"tiny": 1.35, "small": 1.30, "gpt2-124M": 1.15}  # against the tuned form


def answer(command, **environment):
    run = subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, check=True)
    return json.loads(run.stdout.splitlines()[-1])


def compare(bench, preset, arch, rounds, steps, form, environment):
    ours, peer, memory = [], [], []
    for _ in range(rounds):
        mine = answer([bench, "--preset", preset, "--arch", arch, "--steps", str(steps), "--json"])
        other = answer(["/usr/bin/python3", PEER, preset, arch, "2", str(steps)], **environment)
        ours.append(mine["tokens_per_second"])
        peer.append(other["tokens_per_second"])
        memory.append(mine["peak_memory_bytes"] / other["peak_memory_bytes"])
    ratios = [a / b for a, b in zip(ours, peer)]
    print(json.dumps({
        "name": f"train {preset} {arch} 2t against PyTorch {form}", "unit": "tokens/s",
        "ours_median": round(statistics.median(ours), 1), "peer_median": round(statistics.median(peer), 1),
        "ratio_median": round(statistics.median(ratios), 3), "ratio_min": round(min(ratios), 3),
        "ratio_max": round(max(ratios), 3), "goal": GOALS[preset] if form == "tuned" else None,
        "mfu": round(mine["ratio_median"], 3), "memory_ratio": round(statistics.median(memory), 3),
    }), flush=True)


def main():
    bench, rounds, steps, openmp = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    forms = {"as installed": {"OMP_NUM_THREADS": "2"}}
    if openmp != "-":
        forms["tuned"] = {"OMP_NUM_THREADS": "2", "LD_LIBRARY_PATH": openmp, "MALLOC_MMAP_MAX_": "0",
                          "MALLOC_TRIM_THRESHOLD_": "20000000000"}
    for preset in sys.argv[5:]:
        for arch in ("llama", "gpt2"):
            for form, environment in forms.items():
                compare(bench, preset, arch, rounds, steps, form, environment)


main()
