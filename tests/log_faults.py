#!/usr/bin/env python3
"""Every system call of an append fails in turn, and the process is killed at each of them.

usage: log_faults.py GLASS FOLDER

After each fault the log must be whole: fsck finds nothing, what was answered is there, the checkpoint has not gone back,
and the next append succeeds. Exit code 77 if strace is missing or may not trace here.
"""
import collections
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
    glass, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
    if shutil.which("strace") is None:
        skip("strace is not installed")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    os.chdir(folder)
    test = Test(glass)
    test.prepare()
    faults = 0
    for call, count in test.count_calls().items():
        kinds = ["error=EIO", "signal=KILL"] + (["error=ENOSPC"] if call in FILLED_BY_A_FULL_DISK else [])
        for kind in kinds:
            for i in range(1, count + 1):
                test.one(f"{call}:{kind}:when={i}")
                faults += 1
    print(f"{faults} faults, {test.answered} of them survived by the append itself; nothing was lost")


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


class Test:
    def __init__(self, glass):
        self.glass, self.answered = glass, 0

    def log(self, *words, check=True):
        run = subprocess.run([self.glass, "log", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if check and run.returncode != 0:
            sys.exit(f"glass log {' '.join(words)}: {run.stdout}")
        return run

    def show(self, log):
        return json.loads(self.log("show", log, "--json").stdout)

    def prepare(self):
        with open("lines", "w") as file:
            file.writelines(f"{i}\n" for i in range(ENTRIES))
        for name in ("one", "two"):
            with open(name, "w") as file:
                file.write(name)
        self.log("init", "good", "--origin", "example.org/log")
        self.log("append", "good", "lines", "--lines")
        self.key = self.show("good")["key"]

    def restore(self):
        shutil.rmtree("log", ignore_errors=True)
        shutil.copytree("good", "log")

    def append_under(self, *strace):
        return subprocess.run(["strace", "-f", "-qq", "-o", "trace", *strace, self.glass, "log", "append", "log", "one"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def count_calls(self):
        self.restore()
        if self.append_under("-e", "trace=" + ",".join(CALLS)).returncode != 0:
            skip("strace may not trace here")
        with open("trace") as file:
            found = collections.Counter(re.findall(r"^\d+ +(\w+)\(", file.read(), re.MULTILINE))
        return {call: found[call] for call in CALLS if found[call]}

    def one(self, fault):
        self.restore()
        run = self.append_under("-e", "trace=" + fault.split(":")[0], "-e", "inject=" + fault)
        answered = "Appended as entry" in run.stdout
        self.answered += answered
        self.log("fsck", "log")
        size = self.show("log")["size"]
        if size not in (ENTRIES, ENTRIES + 1) or (answered and size == ENTRIES):
            sys.exit(f"{fault}: the log has {size} entries after: {run.stdout}")
        after = json.loads(self.log("append", "log", "two", "--json").stdout)
        if after["first"] not in (size, ENTRIES + 1):
            sys.exit(f"{fault}: the next entry is {after['first']}")
        if "cut off" in self.log("fsck", "log").stdout:
            sys.exit(f"{fault}: files are left over")
        self.expect("two", after["first"])
        if after["first"] == ENTRIES + 1:
            self.expect("one", ENTRIES)

    def expect(self, name, index):
        self.log("prove", "log", str(index), "--out", "proof")
        self.log("verify", "proof", name, "--key", self.key)


main()
