"""Programs that are started by hand: on free ports, in a process group of their own, gone when their context ends."""
import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

START_SECONDS = 60
STOP_SECONDS = 5


class Running:
    """A broker that serves WebSocket on `port`; `pid` is the process whose CPU time and memory count."""

    def __init__(self, process, port):
        self.process, self.pid, self.port = process, process.pid, port

    def ended(self):
        return self.process.poll() is not None

    def cpu_seconds(self):
        """User and system time since it was started; the name of the program, which may hold blanks, is cut off."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_ports(count):
    """Different ports of which nobody listens on any: all are held until the last one is known."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def wait_for(port, process, log):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    said = pathlib.Path(log).read_text(errors="replace").strip().splitlines()[-3:]
    raise RuntimeError(f"{pathlib.Path(process.args[0]).name} does not listen on {port}: {' / '.join(said)}")


def stop(process):
    """SIGTERM for the program; what is left of its group after that is killed."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def started(command, port, environment=None):
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   env=environment, start_new_session=True)
        try:
            wait_for(port, process, log.name)
            yield Running(process, port)
        finally:
            stop(process)
