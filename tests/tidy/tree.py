"""The files of the project as text, and how C++ text is taken apart."""
import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED_FOLDERS = {".git", "node_modules", "__pycache__"}
CPP = (".cpp", ".hpp")
SCRIPTS = (".py", ".sh", ".mjs", ".cmake")
TEXT = CPP + SCRIPTS + (".md", ".html", ".toml", ".service", ".json", ".txt", ".tsv", ".proto")


def read_tree(root=ROOT):
    """{path from the root: text} of every file that is not made by a build; what is no text stands there as empty."""
    files = {}
    for folder, folders, names in os.walk(root):
        relative = Path(folder).relative_to(root)
        folders[:] = [name for name in folders if not skipped(relative, name)]
        for name in names:
            path = (relative / name).as_posix()
            is_text = name.endswith(TEXT) or path in ("dev", ".ci/run")
            files[path] = (Path(folder) / name).read_text(errors="replace") if is_text else ""
    return files


def skipped(parent, name):
    return name in SKIPPED_FOLDERS or (parent == Path(".") and re.match(r"build($|-)", name))


def numbered(text):
    return enumerate(text.splitlines(), 1)


def includes(text):
    """[(line, header, in quotes)]"""
    found = []
    for number, line in numbered(text):
        if match := re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line):
            found.append((number, match[2], match[1] == '"'))
    return found


COMMENT = r"//[^\n]*|/\*.*?\*/"
RAW_STRING = r'R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"'
STRING = r'"(?:\\.|[^"\\\n])*"'
CHARACTER = r"(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"
LITERALS = re.compile("|".join([COMMENT, RAW_STRING, STRING, CHARACTER]), re.DOTALL)


def without_literals(text):
    """C++ with comments and literals blanked out, every line where it was."""
    return LITERALS.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def functions(text):
    """[(first line, last line)] of the outermost function bodies, found by counting braces.

    `head` is where the text begins that a brace belongs to: behind the brace or semicolon before it.
    """
    code = re.sub(r"^[ \t]*#.*$", "", without_literals(text), flags=re.MULTILINE)
    found, open_braces, head, parentheses, first = [], [], 0, 0, 0
    for position, character in enumerate(code):
        if character in "()":
            parentheses += 1 if character == "(" else -1
        elif character == "{":
            kind = brace_kind(code[head:position], open_braces, parentheses)
            open_braces.append(kind)
            if kind == "function":
                first = line_of(code, position - len(code[head:position].lstrip()))
            if kind != "value":
                head = position + 1
        elif character == "}" and open_braces:
            kind = open_braces.pop()
            if kind == "function":
                found.append((first, line_of(code, position)))
            if kind != "value":
                head = position + 1
        elif character == ";" and parentheses == 0:
            head = position + 1
    return found


def line_of(code, position):
    return code.count("\n", 0, position) + 1


# Follows a `)` and precedes a `{`, but not of a function.
OTHER_HEADS = re.compile(r"\s*(?:namespace|extern|(?:typedef\s+)?(?:class|struct|union|enum))\b")


def brace_kind(head, open_braces, parentheses):
    """function: the body of an outermost function; value: the braces of `member_{1}`; other: all else."""
    if re.search(r"[\w>]$", head):
        return "value"
    if "function" in open_braces or parentheses > 0 or ")" not in head or OTHER_HEADS.match(head):
        return "other"
    assigned = "=" in re.sub(r"operator\s*[^\s(]*|\([^)]*\)|[\w>]\{[^}]*\}", "", head)
    return "other" if assigned else "function"
