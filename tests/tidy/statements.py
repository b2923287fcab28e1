#!/usr/bin/env python3
"""Holds the code against the numbered statements of MQTT 5.0 and 3.1.1.

tests/statements.tsv has one row for each statement of the two standards. A row that binds the server (side "server" or
"both") is covered when

- a line of the code cites it, e.g. `// [MQTT-3.3.4-9]`, and
- a test names it, in brackets or not, e.g. `[MQTT-3.3.4-9]` or "MQTT-3.3.4-9";

or, for a row of 3.1.1, when every row of 5.0 that `same_as` names is covered or reasoned. `MQTT-` always means 5.0; a
number of 3.1.1 is cited as `[MQTT3-3.1.4-1]`. Lists may be shortened: `[MQTT-4.6.0-2, -3]`, `[MQTT-4.8.2-4 to -6]`,
`[MQTT-3.3.2-15..-20]`.

A row is reasoned when ARCHITECTURE.md says why it is neither cited nor tested: in a table that has a column "Reason",
by a line whose first cell is the key from the row's `how` (`reason:<key>`) or the statement's number.

Prints one `ok` or `not ok` line a check; the exit code is 1 when one is not ok.
"""

import argparse
import re
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

CODE = ("config", "routing", "transport", "actors", "persistence", "main.cpp")
TESTS = "tests"
CODE_SUFFIXES = {".hpp", ".cpp", ".proto"}
TEST_SUFFIXES = {".hpp", ".cpp", ".py", ".js", ".mjs", ".sh", ".html", ".tsv", ".txt"}
NOT_TESTS = {"tests/statements.tsv", "tests/tidy/statements.py"}
COLUMNS = ["number", "version", "side", "gist", "how", "same_as"]
PREFIX = {"5.0": "MQTT-", "3.1.1": "MQTT3-"}
# What the standards' appendices hold: a row that goes missing is noticed.
ROWS = {
    "5.0": {1: 5, 2: 7, 3: 175, 4: 60, 6: 4},
    "3.1.1": {1: 3, 2: 9, 3: 95, 4: 26, 6: 4, 7: 4},
}
CHAPTERS = {
    "1.5": "strings and numbers", "2.1": "fixed header", "2.2": "packet identifier, properties",
    "2.3": "packet identifier", "3.1": "CONNECT", "3.2": "CONNACK", "3.3": "PUBLISH", "3.4": "PUBACK", "3.5": "PUBREC",
    "3.6": "PUBREL", "3.7": "PUBCOMP", "3.8": "SUBSCRIBE", "3.9": "SUBACK", "3.10": "UNSUBSCRIBE", "3.11": "UNSUBACK",
    "3.12": "PINGREQ", "3.14": "DISCONNECT", "3.15": "AUTH", "4.1": "session state", "4.2": "transport",
    "4.3": "quality of service", "4.4": "delivery retry", "4.5": "message receipt", "4.6": "message order",
    "4.7": "topics and filters", "4.8": "shared subscriptions (3.1.1: errors)", "4.9": "flow control",
    "4.12": "enhanced authentication", "4.13": "errors", "6.0": "WebSocket", "7.0": "conformance", "7.1": "conformance",
}

BRACKETED = re.compile(r"\[([^\[\]]{0,400}?MQTT3?-\d[^\[\]]{0,400})\]")
BARE = re.compile(r"\bMQTT3?-\d+(?:\.\d+)+-\d+")
LINE_BREAK = re.compile(r"\s*\n[ \t]*(?://[/!]?|\*|#)?[ \t]*")
TOKEN = re.compile(
    r"(?P<range>\.\.\.?|\u2026|\u2013|\b(?:to|through)\b)"
    r"|(?P<prefix>MQTT3?-)?(?P<section>\d+(?:\.\d+)+)-(?P<number>\d+)"
    r"|-(?P<short>\d+)\b"
    r"|(?P<digits>\b\d+\b)(?![\w.])"
    r"|(?P<word>[^\s,;&.\u2026\u2013]+)")


class Row(NamedTuple):
    number: str   # without prefix: "3.3.4-9"
    version: str
    side: str
    gist: str
    how: str
    same_as: tuple

    @property
    def cited_as(self):
        return PREFIX[self.version] + self.number

    @property
    def chapter(self):
        return ".".join(self.number.split("-")[0].split(".")[:2])

    @property
    def binds_server(self):
        return self.side in ("server", "both")


class Evidence(NamedTuple):
    code: dict    # number as cited -> first place
    tests: dict
    reasons: set  # keys and numbers of the tables in ARCHITECTURE.md


# --- the table ---


def parse_row(line):
    """A row, or a sentence that says what is wrong with the line."""
    cells = (line.split("\t") + [""] * len(COLUMNS))[:max(len(COLUMNS), line.count("\t") + 1)]
    if len(cells) != len(COLUMNS):
        return f"{len(cells)} cells in: {line}"
    number, version, side, gist, how, same_as = cells
    if not re.fullmatch(r"MQTT-\d+\.\d+\.\d+-\d+", number) or version not in PREFIX:
        return f"no such number or version: {number} {version}"
    if side not in ("server", "client", "both") or not gist.endswith("."):
        return f"{number} {version}: side or gist is not right"
    if how and not re.fullmatch(r"reason:[a-z0-9-]+", how):
        return f"{number} {version}: how is neither empty nor reason:<key>"
    same = tuple(name.removeprefix("MQTT-") for name in same_as.split())
    return Row(number.removeprefix("MQTT-"), version, side, gist, how, same)


def read_table(text):
    """The rows, and what is wrong with them."""
    lines = text.split("\n")
    problems = [] if lines[0].split("\t") == COLUMNS else [f"header is not: {' '.join(COLUMNS)}"]
    parsed = [parse_row(line) for line in lines[1:] if line]
    problems += [entry for entry in parsed if isinstance(entry, str)]
    rows = [entry for entry in parsed if isinstance(entry, Row)]
    return rows, problems + check_rows(rows)


def check_rows(rows):
    count = Counter(row.cited_as for row in rows)
    problems = [f"{name} stands {times} times" for name, times in count.items() if times > 1]
    known = {row.number: row for row in rows if row.version == "5.0"}
    for row in rows:
        for other in row.same_as:
            if row.version != "3.1.1" or other not in known:
                problems.append(f"{row.cited_as} is same_as {other}, which is no row of 5.0")
            elif row.binds_server and not known[other].binds_server:
                problems.append(f"{row.cited_as} binds the server, but not {other}, which is its same_as")
    return problems


def check_counts(rows):
    """Compares with what the standards' appendices hold."""
    have = Counter((row.version, int(row.number.split(".")[0])) for row in rows)
    want = Counter({(version, chapter): n for version, chapters in ROWS.items() for chapter, n in chapters.items()})
    return [f"{version} chapter {chapter}: {have[version, chapter]} rows, not {want[version, chapter]}"
            for version, chapter in sorted(have.keys() | want.keys())
            if have[version, chapter] != want[version, chapter]]


# --- citations ---


def expand(citation):
    """Numbers that the inside of one pair of brackets cites: "MQTT-4.6.0-2, -3" gives both."""
    found, prefix, section, last, in_range = [], "MQTT-", None, 0, False
    for token in TOKEN.finditer(citation):
        if token["range"]:
            in_range = bool(found)
            continue
        digits = token["number"] or token["short"] or token["digits"]
        if digits is None or not (token["section"] or found):  # a word, or a number before the first citation
            in_range = in_range and digits is not None
            continue
        prefix, section = token["prefix"] or prefix, token["section"] or section
        first = last + 1 if in_range else int(digits)
        found += [f"{prefix}{section}-{n}" for n in range(first, int(digits) + 1)]
        last, in_range = int(digits), False
    return found


def cited_in(text, bare=False):
    """(number, offset) of every citation in a text. Bare: without brackets too."""
    for match in BRACKETED.finditer(text):
        for number in expand(LINE_BREAK.sub(" ", match[1])):
            yield number, match.start()
    if bare:
        for match in BARE.finditer(text):
            yield match[0], match.start()


def collect(root, places, suffixes, bare):
    """number -> "file:line" of its first citation."""
    found = {}
    for place in places:
        top = root / place
        for path in sorted(p for p in top.rglob("*") if "node_modules" not in p.parts) if top.is_dir() else [top]:
            name = path.relative_to(root).as_posix()
            if not path.is_file() or path.suffix not in suffixes or name in NOT_TESTS:
                continue
            text = path.read_text(encoding="utf-8", errors="replace")
            for number, offset in cited_in(text, bare):
                found.setdefault(number, f"{name}:{text.count(chr(10), 0, offset) + 1}")
    return found


def cells_of(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def reasons_in(text):
    """Keys and numbers in the first cells of the tables with a column "Reason"."""
    found, header = set(), None
    for line in text.split("\n"):
        if not line.lstrip().startswith("|"):
            header = None
            continue
        cells = cells_of(line)
        if header is None:
            header = [cell.lower() for cell in cells]
        elif "reason" in header and len(cells) == len(header) and cells[header.index("reason")]:
            first = cells[0].replace("`", "")
            found |= {first} | set(expand(first.strip("[]")))
    return found


def gather(root):
    page = root / "ARCHITECTURE.md"
    return Evidence(collect(root, CODE, CODE_SUFFIXES, bare=False), collect(root, [TESTS], TEST_SUFFIXES, bare=True),
                    reasons_in(page.read_text(encoding="utf-8")) if page.is_file() else set())


# --- judgement ---


def is_reasoned(row, evidence):
    return row.cited_as in evidence.reasons or row.how.removeprefix("reason:") in evidence.reasons - {""}


def absent(row, evidence):
    return [name for name, where in (("code", evidence.code), ("test", evidence.tests)) if row.cited_as not in where]


def missing(row, evidence, rows_v5):
    """What a row that binds the server lacks; empty when it is covered or reasoned."""
    lacks = absent(row, evidence)
    if not lacks or is_reasoned(row, evidence):
        return []
    if row.how:
        return ["its reason in ARCHITECTURE.md"]
    if row.same_as:
        return [f"what {PREFIX['5.0']}{number} lacks" for number in row.same_as
                if missing(rows_v5[number], evidence, rows_v5)]
    return lacks


def unknown(rows, evidence):
    known = {row.cited_as for row in rows}
    for where in (evidence.code, evidence.tests):
        for number, place in sorted(where.items()):
            if number in known:
                continue
            other = number.replace("MQTT-", "MQTT3-") if number.startswith("MQTT-") else ""
            yield f"{place}: [{number}] is no statement" + (f"; 3.1.1 has [{other}]" if other in known else "")


def dead_reasons(rows, evidence):
    """Keys in the table that no line of ARCHITECTURE.md explains."""
    keys = {row.how.removeprefix("reason:") for row in rows if row.how}
    return [f"ARCHITECTURE.md has no reason under {key}" for key in sorted(keys - evidence.reasons)]


class Verdict(NamedTuple):
    table: list
    lacking: list     # (row, what it lacks)
    unknown: list
    reasons: list
    summary: str

    @property
    def passed(self):
        return not (self.table or self.lacking or self.unknown or self.reasons)


def judge(text, evidence, counts=True):
    rows, problems = read_table(text)
    if counts:
        problems += check_counts(rows)
    if problems:
        return Verdict(problems, [], [], [], "statements: not counted, the table is not right")
    server = [row for row in rows if row.binds_server]
    rows_v5 = {row.number: row for row in rows if row.version == "5.0"}
    lacking = [(row, lacks) for row in server if (lacks := missing(row, evidence, rows_v5))]
    reasoned = sum(1 for row in server if absent(row, evidence) and is_reasoned(row, evidence))
    covered = len(server) - len(lacking) - reasoned
    summary = f"statements: {covered} of {len(server)} server statements covered, {reasoned} reasoned"
    return Verdict([], lacking, list(unknown(rows, evidence)), dead_reasons(rows, evidence), summary)


def print_lacking(lacking):
    chapter = None
    for row, lacks in sorted(lacking, key=sort_key):
        if chapter != (row.version, row.chapter):
            chapter = (row.version, row.chapter)
            print(f"# {row.version}, {row.chapter} {CHAPTERS.get(row.chapter, '')}")
        print(f"#   [{row.cited_as}] lacks {', '.join(lacks)}: {row.gist}")


def sort_key(entry):
    row = entry[0]
    return row.version != "5.0", [int(part) for part in re.split(r"[.-]", row.number)]


def report(verdict, full):
    def line(passed, text, details=()):
        print(("ok " if passed else "not ok ") + text)
        for detail in details:
            print(f"#   {detail}")

    line(not verdict.table, "statements table: whole and well formed", verdict.table)
    line(not verdict.lacking and not verdict.table, verdict.summary)
    if full:
        print_lacking(verdict.lacking)
    elif verdict.lacking:
        print(f"#   {len(verdict.lacking)} lack something; see: tests/tidy/statements.py --list")
    line(not verdict.unknown, "statements cited exist", verdict.unknown)
    line(not verdict.reasons, "statements reasoned stand in ARCHITECTURE.md", verdict.reasons)


# --- self-test ---

FIXTURE = "\n".join(["\t".join(COLUMNS)] + ["\t".join(cells) for cells in (
    ("MQTT-1.0.0-1", "5.0", "server", "First."), ("MQTT-1.0.0-2", "5.0", "both", "Second."),
    ("MQTT-1.0.0-3", "5.0", "client", "Third."), ("MQTT-1.0.0-4", "5.0", "server", "Fourth.", "reason:never"),
    ("MQTT-1.0.0-1", "3.1.1", "server", "Old first.", "", "MQTT-1.0.0-1 MQTT-1.0.0-2"),
    ("MQTT-9.0.0-1", "3.1.1", "both", "Old alone."))]) + "\n"
PAGE = "| Key | Reason |\n|---|---|\n| `never` | because |\n\n| Word | Meaning |\n|---|---|\n| `other` | thing |\n"
WHOLE = {
    "routing/a.cpp": "f();  // [MQTT-1.0.0-1,\n  // -2]\n", "main.cpp": "// obeys [MQTT3-9.0.0-1]\n",
    "tests/a.cpp": "// [MQTT-1.0.0-1 to -2]\n", "tests/b.py": "check('MQTT3-9.0.0-1')\n", "ARCHITECTURE.md": PAGE,
    "tests/statements.tsv": "[MQTT-8.8.8-8]",
}

EXPANSIONS = {
    "MQTT-4.6.0-2, -3": ["MQTT-4.6.0-2", "MQTT-4.6.0-3"],
    "MQTT-4.8.2-4 to -6": ["MQTT-4.8.2-4", "MQTT-4.8.2-5", "MQTT-4.8.2-6"],
    "MQTT-3.3.2-4, -15..-17": ["MQTT-3.3.2-4", "MQTT-3.3.2-15", "MQTT-3.3.2-16", "MQTT-3.3.2-17"],
    "MQTT-3.3.2-4 and -5, MQTT-3.3.4-1": ["MQTT-3.3.2-4", "MQTT-3.3.2-5", "MQTT-3.3.4-1"],
    "MQTT3-3.1.4-1, 3.2.2-6": ["MQTT3-3.1.4-1", "MQTT3-3.2.2-6"],
    "MQTT-3.1.2-1..3": ["MQTT-3.1.2-1", "MQTT-3.1.2-2", "MQTT-3.1.2-3"],
    "MQTT-3.1.2-24 of the peer": ["MQTT-3.1.2-24"],
    "see 5, MQTT-3.1.2-24": ["MQTT-3.1.2-24"],
    "MQTT-3.1.2-24: 0x95": ["MQTT-3.1.2-24"],
    "MQTT-3.1.2-24 ... MQTT-3.1.2-26": ["MQTT-3.1.2-24", "MQTT-3.1.2-25", "MQTT-3.1.2-26"],
}


def judge_fixture(files, table=FIXTURE):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        return judge(table, gather(root), counts=False)


def without(name, **changes):
    files = {key: text for key, text in WHOLE.items() if key != name}
    return judge_fixture(files | changes)


def coverage_checks():
    whole = judge_fixture(WHOLE)
    return [
        ("passes when all is covered", whole.passed),
        ("counts", whole.summary == "statements: 4 of 5 server statements covered, 1 reasoned"),
        ("misses a citation in the code, and what is the same",
         [row.cited_as for row, _ in without("routing/a.cpp").lacking] == ["MQTT-1.0.0-1", "MQTT-1.0.0-2",
                                                                           "MQTT3-1.0.0-1"]),
        ("misses a test", [(row.cited_as, lacks) for row, lacks in without("tests/b.py").lacking]
         == [("MQTT3-9.0.0-1", ["test"])]),
        ("misses a reason", without("ARCHITECTURE.md").reasons and not without("ARCHITECTURE.md").passed),
        ("takes a number as a reason",
         without("main.cpp", **{"ARCHITECTURE.md": PAGE.replace(
             "because |\n", "because |\n| [MQTT3-9.0.0-1] | not here |\n")}).passed),
        ("takes no reason from another table",
         without("main.cpp", **{"ARCHITECTURE.md": PAGE.replace("`other`", "[MQTT3-9.0.0-1]")}).lacking),
        ("wants brackets in the code", without("main.cpp", **{"main.cpp": "// MQTT3-9.0.0-1\n"}).lacking),
        ("flags a number that does not exist", without("", **{"actors/b.hpp": "// [MQTT-1.0.0-77]\n"}).unknown),
        ("hints at 3.1.1", "3.1.1 has" in "".join(without("", **{"actors/b.hpp": "// [MQTT-9.0.0-1]\n"}).unknown)),
    ]


def table_checks():
    return [
        ("flags a row that stands twice", judge_fixture(WHOLE, FIXTURE + "MQTT-1.0.0-1\t5.0\tserver\tAgain.\n").table),
        ("flags a same_as into nothing",
         judge_fixture(WHOLE, FIXTURE + "MQTT-9.0.0-2\t3.1.1\tserver\tX.\t\tMQTT-7.7.7-7\n").table),
        ("flags a side it does not know", judge_fixture(WHOLE, FIXTURE + "MQTT-9.0.0-2\t3.1.1\tnobody\tX.\n").table),
        ("flags a same_as that binds only the client",
         judge_fixture(WHOLE, FIXTURE + "MQTT-9.0.0-2\t3.1.1\tboth\tX.\t\tMQTT-1.0.0-3\n").table),
        ("flags rows that are missing", check_counts(read_table(FIXTURE)[0])),
    ]


def self_test():
    checks = [(f"expands {text}", expand(text) == numbers) for text, numbers in EXPANSIONS.items()]
    checks += coverage_checks() + table_checks()
    for name, passed in checks:
        print(("ok" if passed else "not ok") + f" statements self-test: {name}")
    return all(passed for _, passed in checks)


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2], help="the repository")
    options.add_argument("--list", action="store_true", help="list what lacks a citation, a test or a reason")
    options.add_argument("--self-test", action="store_true", help="check this checker on small fixtures")
    chosen = options.parse_args()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    if chosen.self_test:
        return 0 if self_test() else 1
    table = chosen.root / TESTS / "statements.tsv"
    verdict = judge(table.read_text(encoding="utf-8"), gather(chosen.root))
    report(verdict, chosen.list)
    return 0 if verdict.passed else 1


if __name__ == "__main__":
    sys.exit(main())
