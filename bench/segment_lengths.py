#!/usr/bin/env python3
"""What the segment length costs: the same commit built with kSegment = 256, 384, 512 and 1024, run in turns.

usage: segment_lengths.py [ROUNDS]     from the repository's root; about ten minutes on two cores

Prints each product of a small model's layers as a share of what 256 reaches, best of the rounds against best of
the rounds, and likewise the fastest training step and the median step: what a shared machine adds to a time it
never takes away. The lengths other than 256 are other bits: nothing but this script builds them.
See docs/adr/0001-one-segment-length.md.
"""
import collections
import json
import math
import os
import shutil
import statistics
import subprocess
import sys

LENGTHS = [256, 384, 512, 1024]
HEADER = "glass/engine/kernels/kernels.h"


def build(length):
    folder = os.path.abspath(f"build/segments/{length}")
    shutil.rmtree(folder, ignore_errors=True)  # of another commit, perhaps
    subprocess.run(["git", "clone", "-q", ".", folder], check=True)
    header = os.path.join(folder, HEADER)
    with open(header, encoding="utf-8") as file:
        text = file.read()
    if "kSegment = 256" not in text:
        sys.exit(f"{HEADER} does not say kSegment = 256")
    with open(header, "w", encoding="utf-8") as file:
        file.write(text.replace("kSegment = 256", f"kSegment = {length}"))
    os.makedirs(os.path.join(folder, "build"), exist_ok=True)
    for command in (["cmake", "--preset", "bench"],
                    ["cmake", "--build", "--preset", "bench", "--target", "glass_gemm_bench", "glass_train_bench"]):
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return os.path.join(folder, "build/bench/bench")


def answers(command):
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]


def main(rounds):
    programs = {length: build(length) for length in LENGTHS}
    speeds = collections.defaultdict(lambda: collections.defaultdict(list))
    medians = collections.defaultdict(list)
    for number in range(rounds):
        for length in LENGTHS if number % 2 == 0 else LENGTHS[::-1]:
            gemm = [f"{programs[length]}/glass_gemm_bench", "--json", "--threads", "2", "--rounds", "1", "--set", "model"]
            for line in answers(gemm):
                speeds[line["name"]][length].append(line["ours_median"])
            step = answers([f"{programs[length]}/glass_train_bench", "--json", "--steps", "8"])[-1]
            speeds["training step, fastest"][length].append(1 / step["step_ms_min"])
            medians[length].append(1 / step["step_ms"])
    print(f"{'best against the best of 256':60}" + "".join(f"{length:8}" for length in LENGTHS))
    shares = {length: [] for length in LENGTHS}
    for name, by_length in speeds.items():
        row = {length: max(by_length[length]) / max(by_length[256]) for length in LENGTHS}
        print(f"{name:60}" + "".join(f"{row[length]:8.3f}" for length in LENGTHS))
        if name.startswith("gemm"):
            for length in LENGTHS:
                shares[length].append(math.log(row[length]))
    middle = {length: statistics.median(medians[length]) for length in LENGTHS}
    print(f"{'training step, median':60}" + "".join(f"{middle[n] / middle[256]:8.3f}" for n in LENGTHS))
    print(f"{'products, geometric mean':60}" + "".join(f"{math.exp(statistics.mean(shares[n])):8.3f}" for n in LENGTHS))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4)
