"""The brokers that are compared: each started by hand on a port of its own, with WebSocket and without limits."""
import contextlib
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time

START_SECONDS = 20


class Running:
    """A broker that serves WebSocket on `port`."""

    def __init__(self, pid, port):
        self.pid, self.port = pid, port


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args[0]} does not listen on {port}")


@contextlib.contextmanager
def started(command, port):
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield Running(process.pid, port)
    finally:
        process.terminate()
        process.wait(START_SECONDS)


class Troupe:
    name = "troupe"

    def __init__(self, binary):
        self.binary = binary

    def version(self):
        return subprocess.run([self.binary, "--version"], capture_output=True, text=True).stdout.strip()

    def running(self):
        port = free_port()
        return started([self.binary, "run", "--set", f"listeners.ws.bind=127.0.0.1:{port}",
                        "--set", "listeners.tcp.enabled=false", "--set", "log.level=error"], port)


class Mosquitto:
    """Debian's package; its service is not used."""

    name = "mosquitto"
    # Queues and windows without a limit. With a WebSocket listener alone it takes itself for one without any.
    configuration = """listener {unused} 127.0.0.1
listener {port} 127.0.0.1
protocol websockets
allow_anonymous true
max_inflight_messages 0
max_queued_messages 0
persistence false
log_type error
"""

    def __init__(self):
        self.binary = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
        if not self.binary:
            raise SystemExit("there is no mosquitto: ./dev bench peers installs it")

    def version(self):
        said = subprocess.run([self.binary, "-h"], capture_output=True, text=True).stdout
        found = re.search(r"version (\S+)", said)
        return found[1] if found else "unknown"

    @contextlib.contextmanager
    def running(self):
        with tempfile.TemporaryDirectory() as folder:
            port = free_port()
            file = pathlib.Path(folder) / "mosquitto.conf"
            file.write_text(self.configuration.format(port=port, unused=free_port()))
            with started([self.binary, "-c", file], port) as broker:
                yield broker
