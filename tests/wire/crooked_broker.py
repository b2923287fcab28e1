"""A broker that does wrong on purpose, and counts what it did: a load tool has to find exactly that."""
import asyncio
import contextlib
import threading
from collections import Counter, defaultdict

import raw_mqtt as mqtt

DROP, DOUBLE, HOLD, FORGE, STALL, MUTE, TWICE = "drop", "double", "hold", "forge", "stall", "mute", "twice"
AGAIN = "again"


class CrookedBroker:
    """Speaks MQTT 5 over TCP, or TLS given a `tls` context, on a port of the kernel's choice. `deed(topic, n)` says
    what becomes of message n of a topic: None (delivered), DROP, DOUBLE, HOLD (delivered behind the next one of its
    topic), FORGE (delivered, and a message of nobody with it), (STALL, seconds): all of the topic's delivery stops for
    so long, (MUTE, seconds): it is acknowledged so much later, TWICE: it is acknowledged twice, or AGAIN: at
    QoS 2, what its subscribers answer is not heard, and it comes again when they do.

    It keeps the properties of what comes: `connects`, `subscribes` (with the options byte), `publishes` (with the topic
    as it was written). It takes so many topic `aliases` of a connection, and keeps `sessions` or forgets them."""

    def __init__(self, deed, tls=None, aliases=0, sessions=False):
        self.deed, self.done, self.tls, self.aliases, self.sessions = deed, Counter(), tls, aliases, sessions
        self.clients, self.links, self.deaf = {}, {}, {}
        self.connects, self.subscribes, self.publishes, self.names = [], [], [], {}
        self.subscribers, self.numbers, self.held = defaultdict(dict), Counter(), defaultdict(list)
        self.waiting = {}
        self.ids = Counter()

    def __enter__(self):
        ready = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._run(ready)), daemon=True)
        self.thread.start()
        ready.wait(10)
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join(10)

    async def _run(self, ready):
        self.loop, self.over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self.over.wait()
        server.close()

    async def _serve(self, reader, writer):
        rest = b""
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            while data := await reader.read(65536):
                rest += data
                while True:
                    whole, head, rest = mqtt.split(rest)
                    if whole is None:
                        break
                    self._packet(whole, head, writer)
        writer.close()

    def _packet(self, whole, head, writer):
        kind = whole[0] >> 4
        if kind == mqtt.CONNECT:
            read = mqtt.Reader(whole[head + 10:])
            self.connects.append(read.properties())
            client = self.clients[writer] = read.text()
            agreed = {"topic_alias_maximum": self.aliases} if self.aliases else {}
            present = b"\1" if self.sessions and client in self.links else b"\0"
            self.links[client] = writer
            writer.write(mqtt.packet(mqtt.CONNACK, present + b"\0" + mqtt.properties(agreed)))
            for who, packet_id in [key for key in self.deaf if key[0] == client]:
                message = self.deaf.pop((who, packet_id))
                if self.sessions:
                    writer.write(mqtt.publish(message.topic, message.payload, 2, packet_id, dup=True))
        elif kind == mqtt.SUBSCRIBE:
            read = mqtt.Reader(whole[head:])
            packet_id, properties = read.take(2), read.properties()
            name, options = read.text().decode(), read.number(1)
            self.subscribes.append((properties, options))
            self.subscribers[name][self.clients[writer]] = options & 3
            writer.write(mqtt.packet(mqtt.SUBACK, packet_id + b"\0" + bytes([options & 3])))
        elif kind == mqtt.PINGREQ:
            writer.write(mqtt.packet(mqtt.PINGRESP))
        elif kind == mqtt.PUBLISH:
            message = mqtt.parse(whole, head, 5)
            self.publishes.append((message.topic, message.properties))
            self._resolve_alias(message, writer)
            self._publish(message, writer)
        elif kind in (mqtt.PUBREC, mqtt.PUBREL):
            answer = mqtt.PUBREL if kind == mqtt.PUBREC else mqtt.PUBCOMP
            packet_id = int.from_bytes(whole[head:head + 2], "big")
            if (self.clients[writer], packet_id) not in self.deaf:
                writer.write(mqtt.ack(answer, packet_id))

    def _resolve_alias(self, message, writer):
        alias = message.properties.get("topic_alias")
        if alias is None:
            return
        assert 0 < alias <= self.aliases, f"alias {alias}"
        if message.topic:
            self.names[writer, alias] = message.topic
        message.topic = self.names[writer, alias]

    def _publish(self, message, publisher):
        number = self.numbers[message.topic]
        self.numbers[message.topic] += 1
        deed = self.deed(message.topic, number)
        if message.qos:
            later = deed[1] if deed and deed[0] == MUTE else 0
            answer = mqtt.ack(mqtt.PUBACK if message.qos == 1 else mqtt.PUBREC, message.packet_id)
            answer *= 2 if deed == TWICE else 1
            self.loop.call_later(later, publisher.write, answer) if later else publisher.write(answer)
        if deed and deed[0] == STALL:
            self.done[STALL] += 1
            self.waiting[message.topic] = []
            self.loop.call_later(deed[1], self._go_on, message.topic)
        elif deed:
            self.done[deed if isinstance(deed, str) else deed[0]] += 1
        self._do(deed, message)

    def _do(self, deed, message):
        if deed == DROP:
            return
        if deed == HOLD:
            self.held[message.topic].append(message)
            return
        copies = [message, message] if deed == DOUBLE else [message]
        for each in copies + self.held.pop(message.topic, []):
            self._deliver(each.topic, each.payload)
        if deed == AGAIN:
            for client in self.subscribers[message.topic]:
                self.deaf[client, self.ids[self.links[client]]] = message
        if deed == FORGE:
            self._deliver(message.topic, b"nobody's message, long enough for a stamp that it has not")

    def _deliver(self, topic, payload):
        if topic in self.waiting:
            self.waiting[topic].append(payload)
            return
        for client, qos in self.subscribers[topic].items():
            writer = self.links[client]
            self.ids[writer] = self.ids[writer] % 65535 + 1
            writer.write(mqtt.publish(topic, payload, qos, self.ids[writer]))

    def _go_on(self, topic):
        for payload in self.waiting.pop(topic):
            self._deliver(topic, payload)
