#!/usr/bin/python3
"""Checks the project's rules (rules.py, layers.py) on every file: `ok` or `not ok` for each rule."""
import sys

from rules import RULES
from tree import read_tree


def main():
    files = read_tree()
    good = True
    for rule in RULES:
        name = rule.__name__.replace("_", " ")
        broken = list(rule(files))
        if not broken:
            print(f"ok tidy: {name}")
            continue
        good = False
        print(f"not ok tidy: {name}: broken {len(broken)} times")
        for path, line, message in broken:
            print(f"    {path}:{line}: {message}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
