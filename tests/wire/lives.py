"""A store, the nodes that live on it one after the other, and clients whose sessions outlive them."""
import select
import subprocess
from pathlib import Path

import raw_mqtt as mqtt
from harness import LONGEST_WAIT, TROUPE, Node, check, check_equal, scratch_folder, test

HOUR = 3600
STOPPED, KILLED = "SIGTERM", "kill -9"


class Store:
    """A folder, and one after the other the nodes that keep their state in it. `troupe store check` looks at it
    whenever none runs."""

    def __init__(self, errors=None, **settings):
        self.folder, self.errors = scratch_folder(), errors
        self.settings = {"persistence.path": self.folder.name, **settings}
        self.node = None

    def start(self):
        self.node = Node(self.settings, self.errors)
        return self.node

    def end(self, how):
        if how == STOPPED:
            self.node.stop()
        else:
            self.node.process.kill()
            self.node.process.wait()

    def again(self, how):
        self.end(how)
        self.check()
        return self.start()

    def check(self):
        told = subprocess.run([TROUPE, "store", "check", "--set", f"persistence.path={self.folder.name}"],
                              capture_output=True, text=True, timeout=LONGEST_WAIT * 10)
        check(told.returncode == 0, f"troupe store check: {told.stdout}{told.stderr}")

    def newest(self, kind):
        """Of the store's files, by number."""
        return max(Path(self.folder.name).glob(f"*.{kind}"), default=None)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        try:
            self.node.__exit__(kind)
            if kind is None and self.settings.get("persistence.backend") != "memory":
                self.check()
        finally:
            self.folder.cleanup()


def both_ways(function):
    """A test for each way in which a node may end."""
    for how, name in ((STOPPED, "stop"), (KILLED, "kill")):
        def run(how=how):
            function(how)
        run.__name__ = f"{function.__name__}_after_a_{name}"
        test(run)
    return function


def enter(client, client_id, present=None, expiry=HOUR, **how):
    """With a session that stays; `present`: whether it has to have been there."""
    props = {"session_expiry": expiry} if client.version == 5 else {}
    answer = client.connect(client_id, clean=False, **props, **how)
    if present is not None:
        check_equal(answer.session_present, present, f"session present for {client_id}")
    return client


def leave(client, reason=0):
    """Until the node has taken note: it closes."""
    client.send(mqtt.disconnect(reason))
    client.closed()
    client.close()


def messages(clients, count):
    """The next so many of them all, each acknowledged to its end while others come."""
    got, released = [], set()
    while len(got) < count or released:
        client = any_of(clients)
        packet = client.expect(mqtt.PUBLISH, mqtt.PUBREL)
        key = client, packet.packet_id
        if packet.kind == mqtt.PUBREL:
            client.send(mqtt.ack(mqtt.PUBCOMP, packet.packet_id))
            released.discard(key)
            continue
        got.append(packet)
        if packet.qos == 1:
            client.send(mqtt.ack(mqtt.PUBACK, packet.packet_id))
        if packet.qos == 2:
            client.send(mqtt.ack(mqtt.PUBREC, packet.packet_id))
            released.add(key)
    return got


def payloads(client, count):
    return [each.payload.decode() for each in messages([client], count)]


def any_of(clients):
    """The first of them that has something to read."""
    if has := [client for client in clients if client.bytes]:
        return has[0]
    ready = select.select([client.sock for client in clients], [], [], LONGEST_WAIT)[0]
    check(ready, "the node is silent")
    return next(client for client in clients if client.sock is ready[0])
