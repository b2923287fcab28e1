"""The brokers a crash test kills: started, killed with SIGKILL and started again on the same port and the same data.

The port is the kernel's choice, made once: a socket that only holds it keeps it from everybody else while the broker is
dead, clients included, which could otherwise connect to themselves.
"""
import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import harness

SNAPSHOTS = 4  # of the data folder as the last kills left it


def held_port():
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held, held.getsockname()[1]


class Broker:
    websocket = True
    shares = True  # keeps subscriptions of groups

    def __init__(self, folder, how=signal.SIGKILL):
        self.folder, self.how = Path(folder), how
        self.data = self.folder / "data"
        self.data.mkdir(parents=True)
        self.held, self.port = held_port()
        self.process, self.starts, self.kills, self.started_at = None, 0, 0, 0.0

    def address(self):
        return "127.0.0.1", self.port

    def start(self):
        self.starts += 1
        log = self.folder / "broker.log"
        with log.open("a") as out:
            print(f"--- start {self.starts}", file=out, flush=True)
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            cwd=self.folder)
        self.started_at = time.monotonic()

    def url(self):
        return f"ws://127.0.0.1:{self.port}/mqtt" if self.websocket else f"mqtt://127.0.0.1:{self.port}"

    def ended(self):
        return self.process.poll() is not None

    def kill(self):
        """Returns the exit code when it had ended by itself before."""
        code = self.process.poll()
        if code is None:
            self.process.send_signal(self.how)
            self.process.wait()
        self.kills += 1
        self.keep_data()
        return code

    def keep_data(self):
        """The files as this kill left them, by hard links: they cost nothing, and are there if a finding needs them."""
        shutil.copytree(self.data, self.folder / f"data-at-kill-{self.kills}", copy_function=os.link)
        shutil.rmtree(self.folder / f"data-at-kill-{self.kills - SNAPSHOTS}", ignore_errors=True)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.held.close()

    def log_tail(self, lines=30):
        return "\n".join((self.folder / "broker.log").read_text(errors="replace").splitlines()[-lines:])


class Troupe(Broker):
    name = "troupe"

    def __init__(self, folder, settings=(), **more):
        super().__init__(folder, **more)
        # What waits has no limit: dropping it is no loss that this test is about.
        self.settings = ["listeners.tcp.enabled=false", f"listeners.ws.bind=127.0.0.1:{self.port}",
                         "admin.bind=127.0.0.1:0", f"persistence.path={self.data}",
                         "limits.queue_messages_max=4294967295", "limits.queue_bytes_max=1024GiB", *settings]

    def command(self):
        return [harness.TROUPE, "run", *(word for setting in self.settings for word in ("--set", setting))]


class Mosquitto(Broker):
    """With persistence, saved after every change and every second, without limits. With a WebSocket listener alone it
    takes itself for one without any listener. 2.0.11 forgets the subscriptions of groups even in an orderly stop."""

    name, shares = "mosquitto", False
    configuration = """listener {unused} 127.0.0.1
listener {port} 127.0.0.1
protocol {protocol}
allow_anonymous true
user {user}
max_inflight_messages 0
max_queued_messages 0
persistence true
persistence_location {data}/
autosave_on_changes true
autosave_interval {changes}
"""
    changes = 1  # until it saves

    def __init__(self, folder, settings=(), **more):
        super().__init__(folder, **more)
        self.unused_held, unused = held_port()
        self.file = self.folder / "mosquitto.conf"
        self.file.write_text(self.configuration.format(
            unused=unused, port=self.port, data=self.data, user=getpass.getuser(), changes=self.changes,
            protocol="websockets" if self.websocket else "mqtt") + "".join(f"{line}\n" for line in settings))

    def command(self):
        return ["mosquitto", "-c", str(self.file)]


class MosquittoTcp(Mosquitto):
    """Over TCP it acknowledges before it saves; over WebSocket its loop happens to save first."""

    name, websocket = "mosquitto-tcp", False


class MosquittoDefault(MosquittoTcp):
    """Saving on changes with the interval it has by itself: every 1,800 changes."""

    name, changes = "mosquitto-default", 1800


BROKERS = {each.name: each for each in (Troupe, Mosquitto, MosquittoTcp, MosquittoDefault)}
