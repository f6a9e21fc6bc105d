#!/usr/bin/env python3
"""Every system call of an append fails in turn, and the process is killed at each of them.

usage: log_faults.py GLASS FOLDER entries|statements

After each fault the log must be whole: fsck finds nothing, what was answered is there, the checkpoint has not gone back,
and the next append succeeds. Of a statement, its text is there before its entry, and appending it again finds it or adds
it, so that it is there once. Exit code 77 if strace is missing or may not trace here.
"""
import base64
import collections
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

CALLS = ["openat", "close", "read", "pread64", "write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename",
         "renameat2", "unlink", "mkdir", "fcntl", "flock"]
FILLED_BY_A_FULL_DISK = {"openat", "write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "mkdir"}
ENTRIES = 300  # so that whole and partial tiles of two levels take part


def main():
    glass, folder, what = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3]
    if shutil.which("strace") is None:
        skip("strace is not installed")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    os.chdir(folder)
    os.environ["GLASS_KEY"] = "key.json"
    test = {"entries": Entries, "statements": Statements}[what](glass)
    test.prepare()
    faults = 0
    for call, numbers in test.calls().items():
        kinds = ["error=EIO", "signal=KILL"] + (["error=ENOSPC"] if call in FILLED_BY_A_FULL_DISK else [])
        for kind in kinds:
            for number in numbers:
                test.one(f"{call}:{kind}:when={number}")
                faults += 1
    print(f"{faults} faults, {test.answered} of them survived by the append itself; nothing was lost")


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


class Test:
    """What is appended are files named `one` and `two`, whose entries lie in ONE.entry and TWO.entry."""

    def __init__(self, glass):
        self.glass, self.answered = glass, 0

    def log(self, *words, check=True):
        run = subprocess.run([self.glass, "log", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if check and run.returncode != 0:
            sys.exit(f"glass log {' '.join(words)}: {run.stdout}")
        return run

    def prepare(self):
        with open("lines", "w") as file:
            file.writelines(f"{i}\n" for i in range(ENTRIES))
        self.write_files()
        self.key = json.loads(self.log("init", "good", "--origin", "example.org/log", "--json").stdout)["key"]
        self.log("append", "good", "lines", "--lines")

    def restore(self):
        shutil.rmtree("log", ignore_errors=True)
        shutil.copytree("good", "log")

    def append_under(self, *strace):
        return subprocess.run(["strace", "-f", "-qq", "-o", "trace", *strace, self.glass, "log", *self.words("one")],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def calls(self):
        """By name, the numbers of those between the first one on the log and the last one of the append."""
        self.restore()
        if self.append_under("-e", "trace=" + ",".join(CALLS)).returncode != 0:
            skip("strace may not trace here")
        with open("trace") as file:
            lines = file.read().splitlines()
        begin = next(i for i, line in enumerate(lines) if '"log/' in line)
        end = max(i for i, line in enumerate(lines) if "log/private/staged" in line)
        count, numbers = collections.Counter(), collections.defaultdict(list)
        for i, line in enumerate(lines):
            call = re.match(r"\d+ +(\w+)\(", line)
            if call:
                count[call[1]] += 1
                if begin <= i <= end:
                    numbers[call[1]].append(count[call[1]])
        return numbers

    def one(self, fault):
        self.restore()
        run = self.append_under("-e", "trace=" + fault.split(":")[0], "-e", "inject=" + fault)
        answered = self.has_answered(run.stdout)
        self.answered += answered
        health = self.fsck()
        size = health["size"]
        if size not in (ENTRIES, ENTRIES + 1) or (answered and size == ENTRIES):
            sys.exit(f"{fault}: the log has {size} entries after: {run.stdout}")
        self.go_on(fault, health)
        if self.fsck()["pending"] > 0:
            sys.exit(f"{fault}: files are left over")

    def fsck(self):
        return json.loads(self.log("fsck", "log", "--json").stdout)

    def expect(self, name, index):
        self.log("prove", "log", str(index), "--out", "proof")
        self.log("verify", "proof", name + ".entry", "--key", self.key)


class Entries(Test):
    def write_files(self):
        for name in ("one", "two"):
            for file_name in (name, name + ".entry"):
                with open(file_name, "w") as file:
                    file.write(name)

    def words(self, name):
        return ["append", "log", name]

    def has_answered(self, output):
        return "Appended as entry" in output

    def go_on(self, fault, health):
        after = json.loads(self.log("append", "log", "two", "--json").stdout)
        if after["first"] not in (health["size"], ENTRIES + 1):
            sys.exit(f"{fault}: the next entry is {after['first']}")
        self.expect("two", after["first"])
        if after["first"] == ENTRIES + 1:
            self.expect("one", ENTRIES)


class Statements(Test):
    def write_files(self):
        for name in ("one", "two"):
            with open("incident.json", "w") as file:
                json.dump({"severity": "minor", "found": "2026-11-26", "summary": name}, file)
            made = subprocess.run([self.glass, "state", "incident", "incident.json", "--about", "lines", "--out", name],
                                  capture_output=True, text=True)
            if made.returncode != 0:
                sys.exit(f"glass state: {made.stderr}")
            with open(name, "rb") as file:
                text = file.read()
            payload = base64.b64decode(json.loads(text)["payload"])
            entry = {"envelope": digest(text), "statement": digest(payload), "type": json.loads(payload)["predicateType"]}
            with open(name + ".entry", "w") as file:
                json.dump(entry, file, separators=(",", ":"))

    def words(self, name):
        return ["append", "log", name, "--statements"]

    def has_answered(self, output):
        return f"one: entry {ENTRIES}" in output

    def go_on(self, fault, health):
        # A text without its entry is what a kill between the two leaves; there is none the other way.
        texts = health["statements"] - (health["size"] - ENTRIES)
        if health["withheld"] > 0 or texts not in (0, 1):
            sys.exit(f"{fault}: there are {texts} texts more than entries, {health['withheld']} are missing")
        after = json.loads(self.log("append", "log", "one", "two", "--statements", "--json").stdout)
        if after["entries"] != [ENTRIES, ENTRIES + 1] or after["size"] != ENTRIES + 2:
            sys.exit(f"{fault}: the statements are entries {after['entries']} of {after['size']}")
        self.expect("one", ENTRIES)
        if self.fsck()["statements"] != 2:
            sys.exit(f"{fault}: the texts are not there")


main()
