"""The project's rules that reading can check. Each takes {path: text} and yields (path, line, message)."""
import json
import re

import layers
from tree import CPP, SCRIPTS, functions, includes, numbered, without_literals

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 120
# What is longer for a reason, with the reason.
LONG = {"tests/data/": "one table, to be read from top to bottom"}

# Folders of tests/ that mirror no code: they hold whole programs, data, or the machinery of testing itself.
NOT_MIRRORED = ("tests/wire/", "tests/fuzz/", "tests/fixtures/", "tests/data/", "tests/ws_echo/")

# Tests of several files at once, with the reason why they mirror none of them.
ACROSS = {
    "tests/actors/admin/http/hostile.cpp": "what a peer should not send, against the whole server",
    "tests/suite.cpp": "the main function of every test binary",
    "tests/transport/beast_client.cpp": "another library's client against the whole transport",
    "tests/transport/mqtt/allocations.cpp": "it replaces operator new, for all of encoding and decoding",
}

DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CHANGELOG.md")


def of_kind(files, kinds):
    return ((path, text) for path, text in sorted(files.items()) if path.endswith(kinds) or ("" in kinds))


def layering(files):
    for path, text in of_kind(files, CPP):
        for line, header, quoted in includes(text):
            if why := layers.objection(path, header, quoted):
                yield path, line, why


def file_length(files):
    for path, text in of_kind(files, CPP + SCRIPTS):
        lines = text.count("\n")
        if lines > FILE_LINES_MAX and not path.startswith(tuple(LONG)):
            yield path, lines, f"{lines} lines, {FILE_LINES_MAX} allowed: split it at a noun"


def function_length(files):
    for path, text in of_kind(files, CPP):
        for first, last in functions(text):
            if last - first + 1 > FUNCTION_LINES_MAX and not path.startswith(tuple(LONG)):
                yield path, first, f"a function of {last - first + 1} lines, {FUNCTION_LINES_MAX} allowed"


def own_header_first(files):
    for path, text in of_kind(files, (".cpp",)):
        own = path.removesuffix(".cpp") + ".hpp"
        found = includes(text)
        if own in files and found and found[0][1] != own:
            yield path, found[0][0], f"its own header {own} comes first, so that the header is known to stand alone"


def include_order(files):
    """The own header, then std, third party, ours; POSIX anywhere; CAF's dsl.hpp defines macros and comes last."""
    for path, text in of_kind(files, CPP):
        rank_before = 0
        for line, header, quoted in includes(text):
            if header in (path.removesuffix(".cpp") + ".hpp", "caf/test/dsl.hpp"):
                continue
            library = layers.library_of(header)
            if not quoted and not library and header.endswith(".h"):
                continue
            rank = 3 if quoted else 2 if library else 1
            if rank < rank_before and not path.startswith("tests/"):
                yield path, line, f"{header} comes too late: own header, then std, third party, ours"
            rank_before = max(rank, rank_before)


def headers(files):
    for path, text in of_kind(files, (".hpp",)):
        if not text.startswith("#pragma once\n"):
            yield path, 1, "a header starts with #pragma once"
        for line, code in numbered(without_literals(text)):
            if re.search(r"\busing\s+namespace\b", code):
                yield path, line, "no `using namespace` in a header: everybody who includes it would get it"


def included_sources(files):
    for path, text in of_kind(files, CPP):
        for line, header, _ in includes(text):
            if header.endswith(".cpp"):
                yield path, line, f"includes the source {header}"
            if header.startswith("tests/") and not path.startswith(("tests/", "bench/")):
                yield path, line, f"includes {header}: only tests do that"


def white_space(files):
    for path, text in of_kind(files, ("",)):
        for number, line in numbered(text):
            if "\t" in line and not path.endswith(".tsv"):
                yield path, number, "a tab"
            if line != line.rstrip() and not path.endswith(".tsv"):
                yield path, number, "white space at the end of the line"
        if text and not text.endswith("\n"):
            yield path, text.count("\n") + 1, "no new line at the end of the file"


def line_length(files):
    for path, text in files.items():
        if path.startswith("bench/results/"):
            continue  # written by programs
        if path.endswith(CPP + SCRIPTS + (".html", ".proto", "CMakeLists.txt")) or path in ("dev", ".ci/run"):
            for number, line in numbered(text):
                if len(line) > COLUMNS_MAX:
                    yield path, number, f"{len(line)} columns, {COLUMNS_MAX} allowed"


def unfinished(files):
    marks = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
    for path, text in of_kind(files, CPP + SCRIPTS + (".md",)):
        for number, line in numbered(text):
            if found := marks.search(line):
                yield path, number, f"{found[0]}: finish it, or open an issue"


def mirrored_tests(files):
    """tests/routing/topic.cpp tests routing/topic.hpp or .cpp; what serves other tests has a header beside it."""
    for path, _ in of_kind(files, (".cpp",)):
        if not path.startswith("tests/") or path.startswith(NOT_MIRRORED) or path in ACROSS or "/fixtures/" in path:
            continue
        code = path.removeprefix("tests/").removesuffix(".cpp")
        if not files.keys() & {code + ".hpp", code + ".cpp", path.removesuffix(".cpp") + ".hpp"}:
            yield path, 1, f"there is neither {code}.hpp nor {code}.cpp that it could test"


NAMESPACE = re.compile(r"namespace(?: ([\w:]+))? ?\{(?!.*\})")
TYPE = re.compile(r"(?:class|struct|union|enum class|enum) (\w+)(?: final)?\s*(?::[^:].*)?\{")


def one_definition(files):
    """Two types of one name in one namespace are one type for the linker, which takes either's functions for both."""
    where = {}
    for path, text in of_kind(files, CPP):
        if path.startswith(("tests/", "bench/")):
            continue  # many programs
        inside = []
        for number, line in numbered(text):
            if begun := NAMESPACE.match(line):
                inside.append(begun[1] or "")
            elif line.startswith("}  // namespace") and inside:
                inside.pop()
            elif (named := TYPE.match(line)) and "" not in inside:
                name = "::".join([*inside, named[1]])
                if name in where:
                    yield path, number, f"{name} is defined in {where[name]}, too"
                where.setdefault(name, path)


def fuzz_seeds(files):
    for path, _ in of_kind(files, (".cpp",)):
        if re.fullmatch(r"tests/fuzz/[^/]+\.cpp", path):
            target = path.removeprefix("tests/fuzz/").removesuffix(".cpp")
            if not any(other.startswith(f"tests/fuzz/seeds/{target}/") for other in files):
                yield path, 1, f"no seeds in tests/fuzz/seeds/{target}/"


def links(files):
    for document in DOCUMENTS:
        for number, line in numbered(files.get(document, "")):
            for target in mentioned(line):
                if not exists(files, target):
                    yield document, number, f"{target} does not exist"


MENTION = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)|`([^`\s]+)`")
FOLDERS = "config|routing|transport|actors|persistence|console|bench|tests|examples|cmake"
OUR_PATH = re.compile(rf"(?:{FOLDERS})/[\w./-]+|[\w.-]+\.(?:md|txt|tsv)")


def mentioned(line):
    """Relative links, and code that is a path of ours without a placeholder."""
    for link, code in MENTION.findall(line):
        if link and not re.match(r"[a-z]+:", link):
            yield link
        elif code and OUR_PATH.fullmatch(code):
            yield code


def exists(files, target):
    """`actors/router/shard` may stand for the pair of its files."""
    target = target.removeprefix("./").rstrip("/")
    return any(path == target or path.startswith((target + "/", target + ".")) for path in files)


def npm_locks(files):
    """Every package pinned, and no registry's host named."""
    for path, text in of_kind(files, ("package.json", "package-lock.json")):
        content = json.loads(text)
        for name, version in {**content.get("dependencies", {}), **content.get("devDependencies", {})}.items():
            if isinstance(version, str) and not re.fullmatch(r"\d+\.\d+\.\d+", version):
                yield path, 1, f"{name} is not pinned to one version: {version}"
        for name, package in content.get("packages", {}).items():
            if "resolved" in package:
                yield path, 1, f"{name} names the host of a registry: npm install --omit-lockfile-registry-resolved"


RULES = [layering, file_length, function_length, own_header_first, include_order, headers, included_sources,
         white_space, line_length, unfinished, mirrored_tests, one_definition, fuzz_seeds, links, npm_locks]
