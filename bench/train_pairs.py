#!/usr/bin/env python3
"""Whole training steps, ours and PyTorch's in turns: A B A B ..., so that a ratio holds on a machine
whose speed drifts. Prints one JSON line for each comparison, as the other benchmarks do.

usage: train_pairs.py TRAIN_BENCH OPENMP_FOLDER THREADS ROUNDS STEPS PRESET...
OPENMP_FOLDER holds an OpenMP build of OpenBLAS for PyTorch's tuned form, or is "-": then PyTorch
runs as it is installed. THREADS is a list: 1,2.
"""
import json
import os
import statistics
import subprocess
import sys

PEER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", "torch_step.py")
OURS = {"gpt2-124M": ["--recompute", "light"]}  # the same bits in less memory
ARCHS = {"tiny": ("llama", "gpt2", "mixtral")}
GOALS = {"tiny": 1.35, "small": 1.30, "gpt2-124M": 1.15}  # against the tuned form


def answer(command, **environment):
    run = subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, check=True)
    return json.loads(run.stdout.splitlines()[-1])


def compare(bench, preset, arch, threads, rounds, steps, form, environment):
    pairs = []
    for _ in range(rounds):
        ours = answer([bench, "--preset", preset, "--arch", arch, "--threads", threads, "--steps", steps, "--json",
                       *OURS.get(preset, [])])
        peer = answer(["/usr/bin/python3", PEER, preset, arch, threads, steps],
                      OMP_NUM_THREADS=threads, **environment)
        pairs.append((ours, peer))

    def median(figure):
        return statistics.median(figure(ours, peer) for ours, peer in pairs)

    ratios = [ours["tokens_per_second"] / peer["tokens_per_second"] for ours, peer in pairs]
    print(json.dumps({
        "name": f"train {preset} {arch} {threads}t against PyTorch {form}", "unit": "tokens/s",
        "ours_median": round(median(lambda ours, _: ours["tokens_per_second"]), 1),
        "peer_median": round(median(lambda _, peer: peer["tokens_per_second"]), 1),
        "ratio_median": round(statistics.median(ratios), 3), "ratio_min": round(min(ratios), 3),
        "ratio_max": round(max(ratios), 3), "goal": GOALS[preset] if form == "tuned" else None,
        "options": " ".join(OURS.get(preset, [])),
        "mfu": round(median(lambda ours, _: ours["ratio_median"]), 3),
        "mfu_processor_time": round(median(lambda ours, _: ours["ratio_processor_time"]), 3),
        "start_seconds": round(median(lambda ours, _: ours["start_seconds"]), 3),
        "memory_ratio": round(median(lambda ours, peer: ours["peak_memory_bytes"] / peer["peak_memory_bytes"]), 3),
        "planned_over_measured": round(median(lambda ours, _: ours["planned_bytes"] / ours["used_bytes"]), 3),
    }), flush=True)


def main():
    bench, openmp, threads, rounds, steps = sys.argv[1:6]
    form, environment = "as installed", {}
    if openmp != "-":
        form, environment = "tuned", {"LD_LIBRARY_PATH": openmp, "MALLOC_MMAP_MAX_": "0",
                                      "MALLOC_TRIM_THRESHOLD_": "20000000000"}
    for preset in sys.argv[6:]:
        for arch in ARCHS.get(preset, ("llama", "gpt2")):
            for count in threads.split(","):
                compare(bench, preset, arch, count, int(rounds), steps, form, environment)


main()
