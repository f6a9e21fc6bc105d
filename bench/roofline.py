#!/usr/bin/env python3
"""A roofline of a training step: how fast each kind of operation computes, against how much it computes
for each byte it moves, under the two roofs of the machine, arithmetic and memory (Williams et al. 2009).

usage: roofline.py LINES.jsonl PRESET ARCH THREADS > roofline.svg
LINES.jsonl is what `glass_train_bench --operations --json` prints. Operations that are no products are listed
below the picture, with the share of the memory's speed that they reach.
"""
import json
import math
import sys

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 880, 420, 64, 44, 24, 48
INTENSITY, SPEED = (0.25, 4096), (4, 512)  # FLOP for each byte, GFLOP/s


def place(value, ends, begin, end):
    return begin + (end - begin) * math.log(value / ends[0]) / math.log(ends[1] / ends[0])


def x_of(intensity):
    return place(intensity, INTENSITY, LEFT, WIDTH - RIGHT)


def y_of(gflops):
    return place(gflops, SPEED, HEIGHT - BOTTOM, TOP)


def text(x, y, content, anchor="start", size=12, fill="#222"):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{fill}">{content}</text>'


def powers(ends):
    return [2.0 ** i for i in range(math.ceil(math.log2(ends[0])), math.floor(math.log2(ends[1])) + 1)]


def axes():
    for value in powers(INTENSITY):
        yield f'<path d="M{x_of(value):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#e4e4e4"/>'
        yield text(x_of(value), HEIGHT - BOTTOM + 16, f"{value:g}", "middle")
    for value in powers(SPEED):
        yield f'<path d="M{LEFT} {y_of(value):.1f}H{WIDTH - RIGHT}" stroke="#e4e4e4"/>'
        yield text(LEFT - 8, y_of(value) + 4, f"{value:g}", "end")
    yield text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, "FLOP for each byte of operands and results", "middle")
    yield text(8, TOP - 12, "GFLOP/s")


def roofs(peak, memory):
    ridge = peak / memory
    start = max(INTENSITY[0], SPEED[0] / memory)
    yield (f'<path d="M{x_of(start):.1f} {y_of(start * memory):.1f}L{x_of(ridge):.1f} {y_of(peak):.1f}'
           f'H{WIDTH - RIGHT}" fill="none" stroke="#b00" stroke-width="2"/>')
    yield text(WIDTH - RIGHT, y_of(peak) - 8, f"multiply-adds: {peak:.0f} GFLOP/s", "end", fill="#b00")
    yield text(x_of(ridge / 3) + 8, y_of(peak / 3) + 16, f"memory: {memory:.0f} GB/s", fill="#b00")


def dots(products):
    """The area of a dot is its share of the step."""
    for i, line in enumerate(products):
        x, y = x_of(line["flops_per_byte"]), y_of(line["gflops"])
        yield (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{3 + 30 * math.sqrt(line["share"]):.1f}" '
               f'fill="#0a58ca" fill-opacity="0.35" stroke="#0a58ca"/>')
        label = y_of(SPEED[0]) - 16 * (len(products) - i)
        yield text(x_of(10), label, f'{i + 1}  {line["op"]}: {line["share"]:.0%} of the step, '
                                     f'{line["gflops"] / line["peak_gflops"]:.0%} of the peak')
        yield text(x, y + 4, str(i + 1), "middle")


def others(lines):
    y = HEIGHT + 18
    yield text(LEFT, y, "What computes little for what it moves, as a share of the step and of the memory's speed (caches exceed it):")
    for i, line in enumerate(lines):
        column, row = i % 2, i // 2
        yield text(LEFT + 400 * column, y + 20 + 18 * row,
                   f'{line["op"]}: {line["share"]:.1%}, {line["gigabytes_per_second"] / line["peak_gigabytes_per_second"]:.0%}')


def main():
    path, preset, arch, threads = sys.argv[1:5]
    lines = []
    with open(path, encoding="utf-8") as file:
        for line in map(json.loads, filter(lambda l: l.startswith("{"), file)):
            words = line["name"].split()
            if words[0] == "operation" and words[1:3] == [preset, arch] and words[4] == f"{threads}t":
                lines.append({**line, "op": words[3]})
    products = [line for line in lines if line["gflops"] > 0]
    rest = [line for line in lines if line["gflops"] == 0]
    height = HEIGHT + 48 + 18 * math.ceil(len(rest) / 2)
    title = f"Roofline of a training step: {preset}, {arch}, {threads} thread(s)"
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
          f'font-family="sans-serif" role="img" aria-label="{title}"><rect width="100%" height="100%" fill="#fff"/>')
    print(text(WIDTH / 2, 20, title, "middle", 15))
    for part in (axes(), roofs(lines[0]["peak_gflops"], lines[0]["peak_gigabytes_per_second"]), dots(products),
                 others(rest)):
        print("\n".join(part))
    print("</svg>")


main()
