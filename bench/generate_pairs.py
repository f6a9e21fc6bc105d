#!/usr/bin/env python3
"""Prompts and decoding, ours and llama.cpp's in turns: A B A B ..., so that a ratio holds on a machine
whose speed drifts. Both programs stay loaded and wait while the other works. Prints one JSON line for
each comparison, as the other benchmarks do.

usage: generate_pairs.py GENERATE_BENCH PEER_FOLDER ROUNDS MODELS THREADS PRESET...
PEER_FOLDER holds llama_speed, the folder `backends` of llama.cpp's libraries, and room for MODELS,
which bench/peers/make_gguf.py writes.
"""
import json
import os
import statistics
import subprocess
import sys
import time

PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
SHAPES = {  # layers, heads, d_model, d_ff, vocabulary, context
    "tiny": (4, 4, 256, 704, 4096, 1024),
    "small": (6, 6, 384, 1024, 8192, 1024),
    "gpt2-124M": (12, 12, 768, 2048, 50257, 1024),
}
PROMPT, DECODED = 512, 128
GOALS = {("prompt", "f32"): 2.0, ("prompt", "q8_0"): 1.2,
         ("decode", "f32"): 1.0, ("decode", "f16"): 1.0, ("decode", "q8_0"): 1.0}
PAUSE = 0.4  # seconds in which threads that spin for more work fall asleep; those of ggml take 0.1


class Program:
    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def seconds(self, task, tokens):
        time.sleep(PAUSE)
        self.process.stdin.write(f"{task} {tokens}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def model_file(folder, preset, weights):
    path = os.path.join(folder, f"{preset}-{weights}.gguf")
    if not os.path.exists(path):
        subprocess.run([sys.executable, os.path.join(PEERS, "make_gguf.py"), path, weights.upper(),
                        *map(str, SHAPES[preset])], check=True)
    return path


def compare(bench, folder, rounds, threads, preset, weights):
    ours = Program(bench, "--preset", preset, "--weights", weights, "--threads", str(threads))
    peer = Program(os.path.join(folder, "llama_speed"), os.path.join(folder, "backends"),
                   model_file(folder, preset, weights), str(threads))
    for task, tokens in (("prompt", PROMPT), ("decode", DECODED)):
        speeds = {ours: [], peer: []}
        for _ in range(rounds + 1):
            for program in (ours, peer):
                speeds[program].append(tokens / program.seconds(task, tokens))
        mine, theirs = speeds[ours][1:], speeds[peer][1:]  # the first round warms up
        ratios = [a / b for a, b in zip(mine, theirs)]
        print(json.dumps({
            "name": f"{task} {tokens} {preset} {weights} {threads}t against llama.cpp", "unit": "tokens/s",
            "ours_median": round(statistics.median(mine), 1), "peer_median": round(statistics.median(theirs), 1),
            "ratio_median": round(statistics.median(ratios), 3), "ratio_min": round(min(ratios), 3),
            "ratio_max": round(max(ratios), 3), "ratio_of_best": round(max(mine) / max(theirs), 3),
            "goal": GOALS.get((task, weights)),
        }), flush=True)
    ours.close()
    peer.close()


def main():
    bench, folder, rounds, models, threads = sys.argv[1:6]
    for preset in sys.argv[6:]:
        for weights in models.split(","):
            for count in threads.split(","):
                compare(bench, folder, int(rounds), int(count), preset, weights)


main()
