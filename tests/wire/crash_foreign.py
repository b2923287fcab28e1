"""MQTT.js among the clients of the crash test: crash_mqttjs.mjs in a process of its own, told to the same ledger."""
import os
import subprocess
from pathlib import Path

from crash_plan import FOREIGN_SUBSCRIBER, TOPICS

PROGRAM = Path(__file__).with_name("crash_mqttjs.mjs")
FILTERS = ("t/jp/#", "t/p1/#")


class Foreign:
    def __init__(self, loop, ledger, watcher):
        self.loop, self.ledger, self.watcher = loop, ledger, watcher
        self.view = ledger.view(FOREIGN_SUBSCRIBER, 2)
        self.process = subprocess.Popen(["node", str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.bytes, self.under_way, self.known = b"", set(), set()
        self.subscribed, self.here, self.connected = False, True, set()
        loop.watch(self.process.stdout, self._read)

    def tell(self, *words):
        self.process.stdin.write(" ".join(map(str, words)).encode() + b"\n")
        self.process.stdin.flush()

    def connect(self, url):
        for name in FILTERS:
            self.ledger.asked(self.view, name, True)
        self.tell("connect", url, *FILTERS)

    def publish(self, place, count, size):
        about = TOPICS[place]
        numbers = [self.ledger.send(place) for _ in range(count)]
        self.under_way.update((place, number) for number in numbers)
        self.tell("publish", about.name, place, about.qos, numbers[0], count, size)

    def idle(self):
        return not self.under_way

    def go(self):
        self.here = False
        self.tell("away")

    def come(self):
        if not self.here:
            self.here = True
            self.tell("back")

    # --- what it tells ---

    def _read(self, _events):
        data = os.read(self.process.stdout.fileno(), 1 << 18)
        if not data:
            self.loop.forget(self.process.stdout)
            self.ledger.broken("stuck", "MQTT.js ended")
            return
        *lines, self.bytes = (self.bytes + data).split(b"\n")
        for line in lines:
            word, *rest = line.decode().split()
            getattr(self, f"_{word}")(*rest)
            self.watcher.traffic()

    def _connected(self, name, present):
        if name in self.known and present == "0":
            self.ledger.broken("session_forgotten", f"{name} (MQTT.js)")
        self.known.add(name)
        self.watcher.connected(self)

    def _subscribed(self, *granted):
        if granted != ("2",) * len(FILTERS):
            self.ledger.broken("wrong_qos", f"{FOREIGN_SUBSCRIBER} (MQTT.js): granted {granted}")
        for name in FILTERS:
            self.ledger.answered(self.view, name, True)
        self.subscribed = True

    def _acked(self, place, number):
        self.under_way.discard((int(place), int(number)))
        self.ledger.done(int(place), int(number))

    def _refused(self, place, number):
        self.under_way.discard((int(place), int(number)))
        self.ledger.refused(int(place), int(number), 0x80)

    def _got(self, place, number, qos):
        self.ledger.received(self.view, f"{FOREIGN_SUBSCRIBER} (MQTT.js)", int(place), int(number), int(qos))

    def _damaged(self, topic):
        self.ledger.broken("damaged", f"{FOREIGN_SUBSCRIBER} (MQTT.js): {topic}")

    def end(self):
        self.loop.forget(self.process.stdout)
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
