#!/usr/bin/python3
"""Runs libFuzzer targets, some at a time; `ok` or `not ok` for each.

    fuzz.py --seconds N --jobs N [--verbose] BUILD_FOLDER [FILTER]

A target starts from tests/fuzz/seeds/<target>/ and from what earlier runs found, kept in BUILD_FOLDER/corpus/<target>/.
An input that fails is left in BUILD_FOLDER/failures/.
"""
import argparse
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import process

PROGRESS = re.compile(r"#\d+\t")  # how libFuzzer's lines about its progress begin
SOURCES = Path(__file__).resolve().parent.parent / "fuzz"


def run_target(name, build, seconds):
    corpus, failures, seeds = build / "corpus" / name, build / "failures", SOURCES / "seeds" / name
    corpus.mkdir(parents=True, exist_ok=True)
    failures.mkdir(exist_ok=True)
    command = [str(build / "fuzz" / name), f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048",
               "-print_final_stats=1", f"-artifact_prefix={failures}/{name}-", str(corpus)]
    limit = seconds + 120
    return limit, process.run(command + ([str(seeds)] if seeds.is_dir() else []), limit)


def report(name, limit, result, verbose):
    executed = re.search(r"stat::number_of_executed_units: *(\d+)", result.output)
    if result.code == 0 and executed and int(executed[1]) > 0:
        print(f"ok fuzz {name}: {executed[1]} inputs" if verbose else f"ok fuzz {name}")
        return True
    findings = "\n".join(line for line in result.output.splitlines() if not PROGRESS.match(line))
    print(f"not ok fuzz {name}: {result.how_it_ended(limit)}\n{process.indented_tail(findings)}")
    return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("filter", nargs="?", default="")
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    names = [path.stem for path in sorted(SOURCES.glob("*.cpp")) if arguments.filter in path.stem]
    if not names:
        print(f"not ok fuzz {arguments.filter}: there is no such target")
        return 1
    build = arguments.build.resolve()
    with ThreadPoolExecutor(arguments.jobs) as pool:
        runs = [(name, pool.submit(run_target, name, build, arguments.seconds)) for name in names]
        good = [report(name, *run.result(), arguments.verbose) for name, run in runs]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
