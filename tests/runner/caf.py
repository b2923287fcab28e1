#!/usr/bin/python3
"""Runs one binary of CAF's test framework: `ok` or `not ok` for each of its tests, also when it crashes on the way.

    caf.py BINARY [FILTER]

The framework's own exit code does not suffice: it is 0 when nothing ran, and a failed requirement aborts the binary.
"""
import os
import re
import sys

import process

SECONDS = 600
TEST_SECONDS = "120"  # the framework's watchdog for one test; generous, for sanitizers on busy machines


def list_tests(binary):
    """[(suite, test)] in the order in which they run."""
    suites = bullets(process.run([binary, "-a"], SECONDS).output)
    return [(suite, test) for suite in suites for test in bullets(process.run([binary, "-A", suite], SECONDS).output)]


def bullets(output):
    return re.findall(r"^  - (.+)$", output, re.MULTILINE)


def selection(tests, text):
    return [(suite, test) for suite, test in tests if text in f"{suite}.{test}"]


def arguments(chosen, everything):
    """Whole binaries run without selection: the framework's patterns mean different things to g++ and clang."""
    if chosen == everything:
        return []
    suites, tests = ("|".join(sorted(set(names))) for names in zip(*chosen))
    return ["-s", suites, "-t", tests]


def finished(output, tests):
    """What ran to its end: {(suite, test): failed checks}, and the test that was running when the output ended."""
    known, results, suite, current = set(tests), {}, None, None
    suites = {name for name, _ in tests}
    for line in output.splitlines():
        if line.strip() in suites:
            suite = line.strip()
        elif line.startswith("- ") and (suite, line[2:]) in known:
            current = (suite, line[2:])
        elif current and re.match(r"  -> \d+ checks? +took ", line):
            results[current] = 0
        elif (failed := re.match(r" \((\d+)/(\d+)\)$", line)) and current in results:
            results[current] = int(failed[2])
    return results, None if current in results else current


def explain(binary, test):
    """The failed checks of one test, from a second run that prints every check."""
    again = process.run([binary, "-n", "-v", "5", "-r", TEST_SECONDS, "-s", test[0], "-t", test[1]], SECONDS)
    lines = [line for line in again.output.splitlines() if not line.startswith("** ")]
    if not any(line.startswith("!! ") for line in lines) and again.code == 0:
        return "    it passes when it is run again, alone"
    return process.indented_tail("\n".join(lines))


def report(binary, tests, result):
    name = os.path.basename(binary)
    results, crashed = finished(result.output, tests)
    ended_well = result.code in (0, 1) and "summary" in result.output
    good = True
    for test in tests:
        label = f"{test[0]}.{test[1]}"
        if results.get(test) == 0:
            print(f"ok {label}")
            continue
        good = False
        if test in results:
            print(f"not ok {label}: {results[test]} failed checks\n{explain(binary, test)}")
        elif test == crashed:
            print(f"not ok {label}: {name} {result.how_it_ended(SECONDS)} in it")
        else:
            print(f"not ok {label}: did not run")
    if not ended_well:
        print(f"not ok {name}: {result.how_it_ended(SECONDS)}\n{process.indented_tail(result.output)}")
    return good and ended_well


def main():
    binary, text = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    everything = list_tests(binary)
    chosen = selection(everything, text)
    if not everything:
        print(f"not ok {os.path.basename(binary)}: it lists no test")
        return 1
    if not chosen:
        return 0
    result = process.run([binary, "-n", "-v", "3", "-r", TEST_SECONDS, *arguments(chosen, everything)], SECONDS)
    return 0 if report(binary, chosen, result) else 1


if __name__ == "__main__":
    sys.exit(main())
