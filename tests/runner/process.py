"""Runs one program with a time limit, and ends whatever it started."""
import os
import signal
import subprocess
from dataclasses import dataclass


@dataclass
class Result:
    code: int | None  # None: took too long
    output: str       # standard output and error, as they came

    def how_it_ended(self, seconds):
        if self.code is None:
            return f"took longer than {seconds} s"
        if self.code < 0:
            return f"was ended by {signal.Signals(-self.code).name}"
        return f"exited with {self.code}"


def run(command, seconds, env=None):
    """Standard error is merged into standard output: sanitizers and CAF's runner write there."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             start_new_session=True, preexec_fn=default_signals, env={**os.environ, **(env or {})})
    try:
        output, _ = child.communicate(timeout=seconds)
        code = child.returncode
    except subprocess.TimeoutExpired:
        end_group(child)
        output, _ = child.communicate()
        code = None
    end_group(child)
    return Result(code, output.decode(errors="replace"))


def default_signals():
    """A shell's background job ignores SIGINT, and would hand that on to the programs under test."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)


def end_group(child):
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def indented_tail(output, lines=200):
    """The end of an output, set off so that none of its lines is taken for a result."""
    kept = output.splitlines()
    if len(kept) > lines:
        kept = [f"... {len(kept) - lines} lines left out"] + kept[-lines:]
    return "\n".join("    " + line for line in kept)
