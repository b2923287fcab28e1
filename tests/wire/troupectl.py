"""troupectl as a test runs it: what it says, and how it ends."""
import os
import subprocess

from harness import BUILD, LONGEST_WAIT, check, check_equal

TROUPECTL = os.environ.get("TROUPECTL", str(BUILD / "troupectl"))


def troupectl(*arguments, text="", environment=None):
    return subprocess.run([TROUPECTL, *arguments], input=text, capture_output=True, text=True, timeout=LONGEST_WAIT,
                          env={**os.environ, **(environment or {})})


def done(*arguments, **how):
    """What a command says that has to succeed."""
    result = troupectl(*arguments, **how)
    check(result.returncode == 0 and not result.stderr, f"{arguments}: {result.returncode}: {result.stderr}")
    return result.stdout


def refused(code, *arguments, **how):
    """The one line on standard error of a command that has to fail."""
    result = troupectl(*arguments, **how)
    check_equal((result.returncode, result.stdout), (code, ""), f"exit code and output of {arguments}")
    lines = result.stderr.splitlines()
    check(len(lines) == 1 and lines[0].startswith("troupectl: "), f"{arguments}: {result.stderr!r}")
    return lines[0]


def through(node):
    return "--socket", node.folder + "/admin.sock"


def rows(output):
    """The first words of a table's rows, without its titles."""
    return [line.split()[0] for line in output.splitlines()[1:]]
