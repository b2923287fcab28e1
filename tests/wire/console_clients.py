"""The clients behind the console's tests. Each method do_... is a deed that console.mjs can ask for."""
import contextlib
import threading

import raw_mqtt as mqtt
from harness import LONGEST_WAIT, check
from raw_client import Client


PLANT = [f"hall-{hall}/{what}" for hall in (1, 2, 3) for what in ("press", "scale", "oven", "belt", "camera", "gate")]


def take_all(client):
    """Takes what has come to it, without waiting for more."""
    client.sock.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while client.sock.recv(1 << 16):
            pass


class Clients:
    def __init__(self, node):
        self.node, self.clients, self.ended = node, {}, threading.Event()
        self.worker = None
        self.publisher = Client(node.bound("tcp"))

    def __enter__(self):
        self.publisher.connect("publisher")
        return self

    def __exit__(self, *_):
        self.ended.set()
        if self.worker:
            self.worker.join()
        for each in [self.publisher, *self.clients.values()]:
            with contextlib.suppress(OSError):
                each.close()

    def dial(self, listener, source=None):
        return Client(self.node.bound(listener), websocket=listener == "ws", source=source)

    def do_connect(self, client, listener="tcp", expiry=0, keep_alive=0, source=None, **more):
        """A client that keeps its session for `expiry` seconds after it is gone."""
        dialled = self.dial(listener, source)
        dialled.connect(client, keep_alive=keep_alive, session_expiry=expiry, **more)
        self.clients[client] = dialled

    def do_crowd(self, count):
        """Clients `crowd-000` and so on, each subscribed to messages that all get, and one for it alone."""
        for number in range(count):
            client = f"crowd-{number:03}"
            self.do_connect(client, expiry=600, receive_maximum=10)
            self.clients[client].subscribe(("crowd/all", 0), (f"crowd/{number}/#", 1))

    def do_stall(self, client, topic, megabytes):
        """Messages come to it that it does not read: more than the sockets between hold. The others read theirs."""
        for _ in range(megabytes * 16):
            self.publisher.publish(topic, bytes(1 << 16), 1)

    def do_read(self, prefix, besides):
        for name, client in self.clients.items():
            if name.startswith(prefix) and name != besides:
                take_all(client)

    def do_subscribe(self, client, filter, qos=1):
        return list(self.clients[client].subscribe((filter, qos)))

    def do_publish(self, topic, count=1, size=10, qos=1, retain=False):
        for _ in range(count):
            self.publisher.publish(topic, b"x" * size, qos, retain=retain)

    def do_speak(self, client):
        """Sends a message to itself and gets it: connection and session work."""
        speaker = self.clients[client]
        topic = "self/" + client.replace("<", "").replace("/", "-")
        speaker.subscribe((topic, 1))
        speaker.send(mqtt.publish(topic, b"here", 1, 7))
        kinds = {speaker.receive().kind, speaker.receive().kind}
        check(kinds == {mqtt.PUBACK, mqtt.PUBLISH}, f"it got {[mqtt.NAMES[each] for each in kinds]}")
        speaker.send(mqtt.ack(mqtt.PUBACK, 1))
        return True

    def do_take_over(self, client, source):
        """Another one comes from `source` with the same client id. Returns what the first was told."""
        other = self.dial("tcp", source)
        other.connect(client, clean=False, session_expiry=600)
        first, self.clients[client] = self.clients[client], other
        return first.closed().reason

    def do_drop(self, client):
        """Its connection ends without a DISCONNECT."""
        self.clients.pop(client).close()

    def do_closed(self, client):
        """Until the node has closed it. Returns the reason code."""
        return self.clients.pop(client).closed(LONGEST_WAIT).reason

    def do_fleet(self):
        """A plant at work, for pictures: traffic, one client that stopped reading, one that was taken over."""
        for number, client in enumerate(PLANT):
            each = self.clients[client] = self.dial("ws" if number % 3 else "tcp", f"127.0.0.{20 + number}")
            receive_maximum = 1 if client.endswith("scale") else 100
            each.connect(client, keep_alive=600, session_expiry=3600, receive_maximum=receive_maximum)
        for hall in (1, 2):
            self.clients[f"hall-{hall}/press"].subscribe((f"hall-{hall}/+/state", 0))
        self.clients["hall-3/scale"].subscribe(("hall-3/#", 1))
        for name in ("shift", "speed", "recipe"):
            for number in range(40):
                self.publisher.publish(f"hall-3/line/{name}", b'{"value": %d}' % number, 1, retain=True)
        self.do_connect("gate-east", expiry=600)
        self.do_take_over("gate-east", "127.0.0.2")
        self.do_drop("gate-east")
        self.worker = threading.Thread(target=self.work)
        self.worker.start()

    def work(self):
        """Some hundred messages a second, now more, now less, until the end."""
        sender = self.dial("tcp")
        sender.connect("conveyor")
        readers = [self.clients[f"hall-{hall}/press"] for hall in (1, 2)]
        turn = 0
        while not self.ended.wait(0.05):
            turn += 1
            for number in range(10 + turn // 20 % 7 * 3):
                sender.publish(f"hall-{1 + number % 2}/belt/state", b"%d" % number * 20, 1)
            for each in readers:
                take_all(each)
        sender.close()
