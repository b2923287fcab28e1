"""What every test of the whole node needs: a node on ports of the kernel's choice, deadlines, results by line.

A test program is a list of functions marked with @test, and ends in `main()`. With words behind its name it runs only
the tests whose names contain one of them.
"""
import atexit
import contextlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("TROUPE_BUILD", ROOT / "build"))
TROUPE = os.environ.get("TROUPE", str(BUILD / "troupe"))
LONGEST_WAIT = 30  # seconds; a node under a sanitizer on a busy machine is slow


class Failed(Exception):
    """A test's own word on what is wrong."""


def check(condition, what):
    if not condition:
        raise Failed(what)


def check_equal(got, wanted, what):
    if got != wanted:
        raise Failed(f"{what}: {got!r} instead of {wanted!r}")


def until(condition, what, seconds=LONGEST_WAIT):
    """Waits for what no event tells: looks again and again. Returns the condition's value."""
    deadline = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        if time.monotonic() > deadline:
            raise Failed(f"{what}: not within {seconds} s")
        threading.Event().wait(0.005)


def limit_descriptors(count):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


# --- the node -------------------------------------------------------------------------------------------------------

class Node:
    """A running node, with a store of its own unless `settings` name one. Leaving the `with` block stops it: it has to
    exit with 0, without errors in its log but those that match `errors`, a regular expression."""

    DEFAULTS = {"listeners.tcp.bind": "127.0.0.1:0", "listeners.ws.bind": "127.0.0.1:0", "admin.bind": "127.0.0.1:0"}

    def __init__(self, settings=None, errors=None, arguments=(), descriptors=None, seconds=LONGEST_WAIT):
        self.folder = tempfile.mkdtemp(prefix="troupe-store-")
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        chosen = {**self.DEFAULTS, "persistence.path": self.folder, **(settings or {})}
        command = [TROUPE, "run", *arguments]
        for key, value in chosen.items():
            command += ["--set", f"{key}={value}"]
        self.errors, self.lines, self.changed = errors, [], threading.Condition()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                        preexec_fn=descriptors and limit_descriptors(descriptors))
        self.reader = threading.Thread(target=self._read_log, daemon=True)
        self.reader.start()
        try:
            self.line(r"node: .* is ready", seconds)
        except Failed:
            self.process.kill()
            raise Failed(f"the node did not start:\n{self.log()}") from None

    def _read_log(self):
        for line in self.process.stderr:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.lines.append("(end of the log)")
            self.changed.notify_all()

    def log(self, last=40):
        return "\n".join(self.lines[-last:])

    def line(self, pattern, seconds=LONGEST_WAIT, after=0):
        """The first line of the log from line number `after` on that matches, once there is one."""
        with self.changed:
            found = self.changed.wait_for(
                lambda: next((line for line in self.lines[after:] if re.search(pattern, line)), None)
                or "(end of the log)" in self.lines, seconds)
        if not isinstance(found, str):
            raise Failed(f"no line /{pattern}/ in the log:\n{self.log()}")
        return found

    def logged(self, pattern):
        return [line for line in self.lines if re.search(pattern, line)]

    def bound(self, listener):
        """What a listener is bound to: (host, port)."""
        host, port = re.search(r"listens on (.*):(\d+)$", self.line(rf"listener: {listener} listens on ")).groups()
        return host.strip("[]"), int(port)

    def port(self, listener="tcp"):
        return self.bound(listener)[1]

    @property
    def pid(self):
        return self.process.pid

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_kib(self):
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.pid}/status").read_text())[1])

    def reload(self):
        """SIGHUP; its effects are told by lines of the log that come `after` the number returned."""
        before = len(self.lines)
        self.process.send_signal(signal.SIGHUP)
        return before

    def stop(self, seconds=LONGEST_WAIT):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failed(f"the node does not stop within {seconds} s:\n{self.log()}") from None
        self.reader.join(seconds)
        check(code == 0, f"the node's exit code is {code}:\n{self.log()}")
        wrong = [line for line in self.logged(" error ") if not (self.errors and re.search(self.errors, line))]
        check(not wrong, "errors in the node's log:\n" + "\n".join(wrong[:20]))

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                return self.stop()
            print(f"    the node's log:\n{self.log()}", file=sys.stderr)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()


# --- a crowd of clients ---------------------------------------------------------------------------------------------

class Swarm:
    """The program swarm.cpp: many clients in a process of their own. Its methods are its commands."""

    def __init__(self, node, name="swarm"):
        program = next((path for path in (BUILD / "tests/swarm", ROOT / "build/tests/swarm") if path.exists()), None)
        check(program, "there is no program `swarm`: ./dev build tests")
        host, port = node.bound("ws")
        self.process = subprocess.Popen([program, host, str(port), name], text=True, bufsize=1, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        answer = self.process.stdout.readline().rstrip("\n")
        check(answer and not answer.startswith("failed"), f"swarm: {command}: {answer or 'it ended'}")
        return answer

    def __getattr__(self, command):
        return lambda argument: self.ask(f"{command} {argument}")

    def report(self):
        return json.loads(self.ask("report "))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def check_nothing_lost(report, doubled_qos1=0):
    """What has to hold of a swarm after `drain`, whatever happened meanwhile."""
    wrong = {key: report[key] for key in ("closed", "lost", "unacknowledged", "doubled_qos2", "late") if report[key]}
    if report["doubled_qos1"] > doubled_qos1:
        wrong["doubled_qos1"] = report["doubled_qos1"]
    check(not wrong, f"the swarm: {wrong}")


# --- results --------------------------------------------------------------------------------------------------------

TESTS = []
OPTIONS = {word for word in sys.argv[1:] if word.startswith("--")}
FILTERS = [word for word in sys.argv[1:] if not word.startswith("--")]


def test(function):
    TESTS.append(function)
    return function


def full():
    """Whether the figures of the README are asked for, in place of a test's smaller ones."""
    return "--full" in OPTIONS


def sanitized():
    """Whether the node was built with a sanitizer, and takes more of everything."""
    return "-asan" in TROUPE or "-tsan" in TROUPE


def say(text):
    print(f"# {text}", flush=True)


def run_one(function):
    name = function.__name__.replace("_", " ")
    try:
        function()
    except Exception as error:  # every failure is one line, and the next test runs
        if not isinstance(error, Failed):
            traceback.print_exc()
        first, *rest = str(error).splitlines() or [""]
        kind = "" if isinstance(error, Failed) else type(error).__name__ + ": "
        print(f"not ok {name}: {kind}{first}", flush=True)
        print("\n".join("    " + line for line in rest), file=sys.stderr, flush=True)
        return False
    print(f"ok {name}", flush=True)
    return True


def main():
    chosen = [each for each in TESTS if not FILTERS or any(word in each.__name__ for word in FILTERS)]
    results = [run_one(each) for each in chosen]
    sys.exit(0 if all(results) else 1)


def scratch_folder():
    return tempfile.TemporaryDirectory(prefix="troupe-test-")
