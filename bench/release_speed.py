#!/usr/bin/env python3
"""How fast a release of about a gigabyte is made and verified, against SHA-256 on one core.

usage: release_speed.py FOLDER_OF_PROGRAMS WORK_FOLDER [ROUNDS]

A decoder of 151 million parameters is trained for one step. Then, in turns: the bytes of its release
are hashed by one core (OpenSSL, through Python) and verified by glass-verify; the bytes of its model
are written to the disk for good, and a release without GGUF files is made anew: copied, hashed, made
durable and verified. What is read lies in the page cache. Prints JSON lines.
"""
import hashlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

RECIPE = """
name = "wide"
[corpus]
licences = ["CC0-1.0"]
[[corpus.source]]
kind = "folder"
paths = ["texts"]
licence = "CC0-1.0"
language = "en"
[tokenizer]
vocabulary = 300
[model]
layers = LAYERS
d_model = 1024
heads = 16
kv_heads = 16
d_ff = 2752
[train]
steps = 1
sequence_length = 32
micro_batch_sequences = 1
[schedule]
warmup_steps = 0
decay_steps = 1
[checkpoint]
every_steps = 1
"""
ANSWERS = '[release]\nversion = "1"\ndate = "2026-11-26"\nlicence = "CC0-1.0"\n'


def prepare(work, layers):
    shutil.rmtree(work, ignore_errors=True)
    (work / "texts").mkdir(parents=True)
    for i in range(20):
        lines = [f"In year {i} the river rose by {n} feet.\n" for n in range(60)]
        (work / "texts" / f"{i}.txt").write_text("".join(lines))
    (work / "recipe.toml").write_text(RECIPE.replace("LAYERS", str(layers)))
    (work / "answers.toml").write_text(ANSWERS)


def timed(command, work, **kwargs):
    begin = time.monotonic()
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, **kwargs)
    seconds = time.monotonic() - begin
    if done.returncode not in (0, 4):
        sys.exit(f"{' '.join(map(str, command))}: {done.stderr}")
    return seconds


def hash_files(files):
    """Seconds and bytes of one core that hashes all of them."""
    begin, size = time.monotonic(), 0
    for file in files:
        digest = hashlib.sha256()
        with open(file, "rb") as opened:
            while block := opened.read(1 << 23):
                digest.update(block)
                size += len(block)
    return time.monotonic() - begin, size


def write_durably(file, source):
    """Bytes a second of one writer, fsync included."""
    data = source.read_bytes()
    begin = time.monotonic()
    with open(file, "wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())
    rate = len(data) / (time.monotonic() - begin)
    file.unlink()
    return rate


def main():
    programs, work = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    layers = 12 if rounds > 1 else 1
    prepare(work, layers)
    os.environ.update(GLASS_KEY=str(work / "key.json"), GLASS_RELEASE_KEY=str(work / "release.pem"))
    glass = programs / "glass"
    timed([glass, "train", "recipe.toml"], work)
    release = [glass, "release", "out/wide", "--answers", "answers.toml", "--allow-missing", "--to"]
    whole = timed([*release, "whole"], work)
    files = [file for file in (work / "whole").rglob("*") if file.is_file()]
    plain = ["plain", "--gguf", ""]
    hashed, written, verified, copied = [], [], [], []
    for _ in range(rounds):
        seconds, size = hash_files(files)
        hashed.append(size / seconds)
        verified.append(timed([programs / "glass-verify", "whole"], work) / size * 1e9)
        written.append(write_durably(work / "durable", work / "whole" / "model.safetensors"))
        shutil.rmtree(work / "plain", ignore_errors=True)
        os.sync()  # what others have written is not ours to wait for
        seconds = timed([*release, *plain], work)
        copied_bytes = sum(file.stat().st_size for file in (work / "plain").rglob("*") if file.is_file())
        copied.append(copied_bytes / seconds)
    # Of the medians: a virtual disk's rate differs by the round, and so would a share of each.
    slower = min(statistics.median(hashed), statistics.median(written))
    shares = [made / slower for made in copied]
    print(json.dumps({"name": f"release verify, seconds a gigabyte, {size / 1e9:.2f} GB", "rounds": rounds,
                      "ours_median": round(statistics.median(verified), 3),
                      "ours_low": round(min(verified), 3), "ours_high": round(max(verified), 3),
                      "sha256_gigabytes_per_second": round(statistics.median(hashed) / 1e9, 3)}))
    print(json.dumps({"name": "release made of a model, against the slower of SHA-256 and disk", "rounds": rounds,
                      "ratio_median": round(statistics.median(shares), 3),
                      "ratio_low": round(min(shares), 3), "ratio_high": round(max(shares), 3),
                      "disk_gigabytes_per_second": round(statistics.median(written) / 1e9, 3),
                      "with_gguf_seconds": round(whole, 1)}))
    shutil.rmtree(work, ignore_errors=True)


main()
