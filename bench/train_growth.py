#!/usr/bin/env python3
"""How the time of a step grows: one thread and two, one batch and twice as much, in turns.
Prints one JSON line for each comparison, as the other benchmarks do. Cores that share their power and
their caches with neighbours are slower two by two: ratio_to_peak is the same against how the peak of
multiply-adds grew.

usage: train_growth.py TRAIN_BENCH ROUNDS STEPS PRESET...
"""
import json
import statistics
import subprocess
import sys

TOLERANCE = 0.05
SEQUENCES = {"tiny": 16, "small": 8}  # of a step, those of train_bench.cpp


def speeds(bench, steps, options):
    """Tokens and the peak's multiply-adds for each second."""
    run = subprocess.run([bench, "--steps", steps, "--json", *options], stdout=subprocess.PIPE, check=True)
    answer = json.loads(run.stdout)
    return answer["tokens_per_second"], answer["peer_median"]


def compare(name, bench, rounds, steps, small, large, scale):
    """The ratio is that of tokens/s of the large form, divided by `scale`, to the small one's."""
    pairs, peaks = [], []
    for _ in range(rounds):
        (before, peak_before), (after, peak_after) = speeds(bench, steps, small), speeds(bench, steps, large)
        pairs.append((before, after / scale))
        peaks.append(peak_after / scale / peak_before)
    ratios = [after / before for before, after in pairs]
    print(json.dumps({
        "name": name, "unit": "tokens/s",
        "ours_median": round(statistics.median(after for _, after in pairs), 1),
        "peer_median": round(statistics.median(before for before, _ in pairs), 1),
        "ratio_median": round(statistics.median(ratios), 3), "ratio_min": round(min(ratios), 3),
        "ratio_max": round(max(ratios), 3), "goal": 1 - TOLERANCE,
        "ratio_to_peak": round(statistics.median(r / p for r, p in zip(ratios, peaks)), 3),
    }), flush=True)


def main():
    bench, rounds, steps = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    for preset in sys.argv[4:]:
        for arch in ("llama", "gpt2"):
            model = ("--preset", preset, "--arch", arch)
            compare(f"growth {preset} {arch}: two threads for one, per thread", bench, rounds, steps,
                    (*model, "--threads", "1"), (*model, "--threads", "2"), 2)
            compare(f"growth {preset} {arch}: twice the tokens", bench, rounds, steps,
                    (*model, "--sequences", str(SEQUENCES[preset])),
                    (*model, "--sequences", str(2 * SEQUENCES[preset])), 1)


main()
