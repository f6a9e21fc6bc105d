#!/usr/bin/env python3
"""Compares our grade of the Model Openness Framework with a reading of the framework's tool in Python, over random releases.

usage: openness.py GRADE_OPENNESS SHARED_FOLDER
The reading (vectors/mof/mof_grade.py) takes components and licences from a clone of lfai/model_openness_tool; a clone is
made here of what its files say. Exit codes: 0 equal, 1 different, 77 skipped."""
import importlib.util
import json
import os
import random
import subprocess
import sys
import tempfile

# id, name, class, required: web/modules/mof/config/install/mof.settings.yml of May 2026
COMPONENTS = [
    (15, "Datasets", 1, True), (16, "Data preprocessing code", 1, True), (9, "Model architecture", 3, True),
    (10, "Model parameters (Final)", 3, True), (17, "Model metadata", 1, False),
    (24, "Model parameters (Intermediate)", 1, True), (7, "Training code", 2, True), (8, "Inference code", 2, True),
    (18, "Evaluation code", 2, True), (19, "Evaluation data", 2, True), (12, "Evaluation results", 3, True),
    (22, "Supporting libraries and tools", 2, False), (13, "Model card", 3, True), (14, "Data card", 3, True),
    (11, "Technical report", 3, True), (21, "Research paper", 1, True), (20, "Sample model outputs", 3, False),
]
LICENCES = {"MIT": "isOsiApproved", "Apache-1.0": "isFsfLibre", "GPL-3.0-only": "isOsiApproved", "CC-BY-NC-4.0": None}
OPEN_DATA = ["CC-BY-3.0", "CDLA-Sharing-1.0"]
CHOICES = ["MIT"] * 40 + ["Apache-1.0", "GPL-3.0-only", "CC-BY-NC-4.0", "CC-BY-3.0", "CDLA-Sharing-1.0", "OpenMDW-1.0",
                          "LicenseRef-Own", "unlicensed", ""]


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def make_clone(folder, yaml):
    files = {
        "web/modules/mof/config/install/mof.settings.yml": yaml.safe_dump({"components": [
            {"id": i, "name": n, "class": c, "required": r, "content_type": "code"} for i, n, c, r in COMPONENTS]}),
        "web/modules/mof/licenses.json": json.dumps({"licenses": [
            {"licenseId": name, **({flag: True} if flag else {})} for name, flag in LICENCES.items()]}),
        "web/modules/mof/mof-licenses.json": json.dumps({"licenses": []}),
        "web/modules/mof/src/LicenseHandler.php": "const OPEN_DATA_LICENSES = [%s];\n// These license IDs are considered open"
                                                  % ",".join(repr(name) for name in OPEN_DATA),
    }
    for name, text in files.items():
        os.makedirs(os.path.join(folder, os.path.dirname(name)), exist_ok=True)
        with open(os.path.join(folder, name), "w") as out:
            out.write(text)
    git = ["git", "-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "a"]):
        subprocess.run(git + command, check=True)


def main():
    ours, shared = sys.argv[1:]
    reading = os.path.join(shared, "vectors/mof/mof_grade.py")
    if not os.path.exists(reading):
        skip(f"{reading} is not there")
    try:
        import yaml
        subprocess.run(["git", "--version"], check=True, capture_output=True)
    except (ImportError, OSError):
        skip("PyYAML or git is not installed")
    with tempfile.TemporaryDirectory() as folder:
        make_clone(folder, yaml)
        sys.argv = [reading, folder]
        spec = importlib.util.spec_from_file_location("mof_grade", reading)
        theirs = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(theirs)
    numbers = random.Random(1)
    lines, expected = [], []
    for case in range(3000):
        # From all of them to few, so that every class occurs.
        share = numbers.choice([1, 0.97, 0.9, 0.5])
        chosen = [(i, n, numbers.choice(CHOICES)) for i, n, _, _ in COMPONENTS if numbers.random() < share]
        lines.append("\t".join(f"{i}={licence}" for i, _, licence in chosen))
        listed = [{"name": n, **({"license": licence} if licence else {})} for _, n, licence in chosen]
        best, progress, _ = theirs.grade({"release": {"components": listed}})
        expected.append(f"{best} {progress[3][0]} {progress[2][0]} {progress[1][0]}")
    found = subprocess.run([ours], input="\n".join(lines) + "\n", text=True, capture_output=True, check=True)
    found = found.stdout.splitlines()
    different = [i for i in range(len(expected)) if found[i] != expected[i]]
    for i in different[:5]:
        print(f"{lines[i]}\n  ours {found[i]}, theirs {expected[i]}")
    classes = {grade.split()[0] for grade in expected}
    if classes != {"0", "1", "2", "3"}:
        print("not every class occurs:", classes)
        return 1
    print(f"{len(expected)} releases, {len(different)} graded differently")
    return 1 if different else 0


sys.exit(main())
