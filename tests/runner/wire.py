#!/usr/bin/python3
"""Runs the tests of the whole node over real sockets: every executable program tests/wire/*.sh, *.py, *.mjs.

    wire.py BUILD_FOLDER [--sanitize address|thread] [FILTER]

A program finds the node in TROUPE and the build folder in TROUPE_BUILD, prints `ok <name>` or `not ok <name>: <why>`
for each of its tests and exits with 0 or 1. With --sanitize, only those run that ask for it in one of their first
lines: `# sanitize`, or `# sanitize thread` (`//` in JavaScript); without a word behind it, address is meant.
"""
import argparse
import concurrent.futures
import os
import re
import sys
from pathlib import Path

import process

FOLDER = Path(__file__).resolve().parent.parent / "wire"
SECONDS = 600
INTERPRETERS = {".sh": ["bash"], ".py": ["/usr/bin/python3"], ".mjs": ["node"]}
RESULT = re.compile(r"^(not )?ok ")


def programs():
    return sorted(path for path in FOLDER.iterdir() if path.suffix in INTERPRETERS and os.access(path, os.X_OK))


def sanitizers(path):
    """The sanitizers a program asks to be run under."""
    for line in path.read_text().splitlines()[:10]:
        if asked := re.match(r"^(?:#|//) sanitize\b(.*)$", line):
            return asked[1].split() or ["address"]
    return []


def run_program(path, build):
    """(whether all went well, what is to be printed)"""
    env = {"TROUPE": str(build / "troupe"), "TROUPE_BUILD": str(build)}
    result = process.run([*INTERPRETERS[path.suffix], str(path)], SECONDS, env)
    lines = [line for line in result.output.splitlines() if RESULT.match(line)]
    failed = [line for line in lines if line.startswith("not ok ")]
    told = [re.sub(RESULT, lambda found: f"{found[0]}{path.stem}: ", line) for line in lines]
    if result.code != 0 and not failed:
        failed = [f"not ok {path.stem}: {result.how_it_ended(SECONDS)}"]
        told += failed
    elif not lines:
        failed = [f"not ok {path.stem}: it ran no test"]
        told += failed
    if failed:
        told.append(process.indented_tail(result.output))
    return not failed, told


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("filter", nargs="?", default="")
    parser.add_argument("--sanitize", choices=["address", "thread"])
    arguments = parser.parse_args()
    chosen = [path for path in programs() if arguments.filter in path.name and
              (not arguments.sanitize or arguments.sanitize in sanitizers(path))]
    good = True
    # They wait more than they work: two at a time.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for went_well, told in pool.map(lambda path: run_program(path, arguments.build.resolve()), chosen):
            good = good and went_well
            print(*told, sep="\n", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
