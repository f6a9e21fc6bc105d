#!/usr/bin/env python3
"""The project's goals of speed and what a run of bench/run reached, as a table.

usage: goals.py SUMMARY_JSON
A goal without a line in the summary is printed as not measured: nothing is reached by silence.
"""
import json
import re
import statistics
import sys

AT_LEAST, AT_MOST, WITHIN = "at least", "at most", "within"


def goals():
    """(what, lines of that name, figure, how many lines become one, kind of goal, goal)"""
    median, lowest, highest = statistics.median, min, max
    for threads in (1, 2):
        name = rf"gemm .* {threads}t vs OpenBLAS.*"
        yield f"products, {threads} thread(s), median of shapes", name, "ratio_median", median, AT_LEAST, 1.0
        yield f"products, {threads} thread(s), slowest shape", name, "ratio_median", lowest, AT_LEAST, 0.93
    for preset, goal in (("tiny", 1.35), ("small", 1.30), ("gpt2-124M", 1.15)):
        for arch in ("llama", "gpt2"):
            for threads in (1, 2):
                name = rf"train {preset} {arch} {threads}t against PyTorch tuned"
                yield f"step {preset} {arch} {threads}t, times PyTorch", name, "ratio_median", median, AT_LEAST, goal
                yield f"step {preset} {arch} {threads}t, share of the peak", name, "mfu", median, AT_LEAST, 0.83
    name = r"train .* against PyTorch tuned"
    yield "memory of a step against PyTorch, the most (124M: recompute light)", name, "memory_ratio", highest, AT_MOST, 0.5
    yield "planned memory against used, the furthest", name, "planned_over_measured", furthest, WITHIN, 0.03
    yield "gpt2-124M: seconds until the first step", r"train gpt2-124M .* tuned", "start_seconds", highest, AT_MOST, 1.0
    yield "tokens/s per thread, from one to two, the least", r"growth .* per thread", "ratio_median", lowest, AT_LEAST, 0.95
    yield "the same against the peak's growth", r"growth .* per thread", "ratio_to_peak", lowest, AT_LEAST, 0.95
    yield "tokens/s with twice the tokens, the least", r"growth .* the tokens", "ratio_median", lowest, AT_LEAST, 0.95
    yield "attention, share of the peak, the least", r"attention .*", "ratio_median", lowest, AT_LEAST, 0.6
    yield "tokenizer, encode, MB/s, the least", r"tokenizer encode .*", "ours_median", lowest, AT_LEAST, 30
    yield "tokenizer, encode, times the peer, the least", r"tokenizer encode .*", "ratio_median", lowest, AT_LEAST, 1.0
    yield "tokenizer, training, MB/s, the least", r"tokenizer train .*", "ours_median", lowest, AT_LEAST, 10
    yield "tokenizer, training, times the peer, the least", r"tokenizer train .*", "ratio_median", lowest, AT_LEAST, 1.0
    yield "log, durable entries/s in batches", r"log append.*", "ours_median", lowest, AT_LEAST, 10_000
    yield "log, durable entries/s of many writers over HTTP", r"log add.*", "ours_median", lowest, AT_LEAST, 1_500
    yield "log, proof at 100 million entries, ms", r"log proof.*", "ours_median", highest, AT_MOST, 1.0
    yield "facility, events folded a second", r"facility fold", "ours_median", lowest, AT_LEAST, 1e6
    yield "facility, durable acts a second, SQLite", r"facility acts, SQLite", "ours_median", lowest, AT_LEAST, 500
    yield "facility, durable acts a second of 16 authors, PostgreSQL", r"facility acts of 16 at once, PostgreSQL", "ours_median", lowest, AT_LEAST, 1_000
    yield "facility, events audited a second", r"facility audit, every signature", "ours_median", lowest, AT_LEAST, 1e5
    yield "release, seconds to verify a gigabyte", r"release verify.*", "ours_median", highest, AT_MOST, 2.0
    yield "release, made and verified, times the slower of SHA-256 and disk", r"release made.*", "ratio_median", lowest, AT_LEAST, 0.7
    for task, weights, goal in (("prompt", "f32", 2.0), ("prompt", "q8_0", 1.2), ("decode", "f32", 1.0),
                                ("decode", "f16", 1.0), ("decode", "q8_0", 1.0)):
        name = rf"{task} \d+ .* {weights} \dt against llama.cpp"
        yield f"{task} {weights}, times llama.cpp, the least", name, "ratio_median", lowest, AT_LEAST, goal


def furthest(ratios):
    return max(ratios, key=lambda ratio: abs(ratio - 1))


def distance(kind, value, goal):
    """How far a value is from the goal, as a share of it: below 0 where it is missed."""
    if kind == WITHIN:
        return goal - abs(value - 1)
    return value / goal - 1 if kind == AT_LEAST else 1 - value / goal


def figures(lines, name, figure, kind):
    """Where one thing was compared with several peers, the hardest of them counts."""
    hardest = {}
    for line in lines:
        if re.fullmatch(name, line["name"]) and line.get(figure) is not None:
            hardest.setdefault(line["name"].split(" vs ")[0], []).append(line[figure])
    join = {AT_LEAST: min, AT_MOST: max, WITHIN: furthest}[kind]
    return [join(values) for values in hardest.values()]


def row(lines, what, name, figure, join, kind, goal):
    values = figures(lines, name, figure, kind)
    wanted = f"1 ± {goal:g}" if kind == WITHIN else f"{kind} {goal:g}"
    if not values:
        return what, wanted, "", "not measured"
    value = join(values)
    left = distance(kind, value, goal)
    return what, wanted, f"{value:.3f}", "reached" if left >= 0 else f"missed by {-left:.1%}"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        summary = json.load(file)
    print(f"{summary['machine']}, commit {summary['commit']}\n")
    rows = [("what", "goal", "reached", "")] + [row(summary["benchmarks"], *goal) for goal in goals()]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for cells in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip())


main()
