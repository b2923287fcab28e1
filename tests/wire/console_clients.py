"""The clients behind the console's tests. Each method do_... is a deed that console.mjs can ask for."""
import contextlib

import raw_mqtt as mqtt
from harness import LONGEST_WAIT, check
from raw_client import Client


class Clients:
    def __init__(self, node):
        self.node, self.clients = node, {}
        self.publisher = Client(node.bound("tcp"))

    def __enter__(self):
        self.publisher.connect("publisher")
        return self

    def __exit__(self, *_):
        for each in [self.publisher, *self.clients.values()]:
            with contextlib.suppress(OSError):
                each.close()

    def dial(self, listener, source=None):
        return Client(self.node.bound(listener), websocket=listener == "ws", source=source)

    def do_connect(self, client, listener="tcp", expiry=0, keep_alive=0, **more):
        """A client that keeps its session for `expiry` seconds after it is gone."""
        dialled = self.dial(listener)
        dialled.connect(client, keep_alive=keep_alive, session_expiry=expiry, **more)
        self.clients[client] = dialled

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
