"""Clients with durable sessions, as MQTT wants them: what is not acknowledged is sent again on the next connection,
with DUP and the same packet id and in the same order; packet ids of QoS 2 are remembered on both sides."""
import itertools
from collections import deque

import crash_body
import raw_mqtt as mqtt
from crash_link import RETRY_SECONDS, Link
from crash_plan import TOPICS
from crash_trace import PACKETS_MAX

EXPIRY = 24 * 3600


class Session:
    """Comes back whenever its connection ends, as long as it is wanted. `watcher` hears of `connected(session)`,
    `cut(session, why)`, and `traffic()`."""

    def __init__(self, loop, address, name, version, ledger, watcher, clean=False, receive_maximum=65535,
                 websocket=True):
        self.loop, self.address, self.name, self.version, self.clean = loop, address, name, version, clean
        self.ledger, self.watcher, self.receive_maximum, self.websocket = ledger, watcher, receive_maximum, websocket
        self.link, self.ready, self.wanted, self.known = None, False, False, False
        self.trace = deque(maxlen=PACKETS_MAX)
        self.ids = itertools.cycle(range(1, 65536))
        self.handlers = {mqtt.CONNACK: self._connack, mqtt.PUBLISH: self.on_publish, mqtt.PUBACK: self.on_puback,
                         mqtt.PUBREC: self.on_pubrec, mqtt.PUBREL: self.on_pubrel, mqtt.PUBCOMP: self.on_pubcomp,
                         mqtt.SUBACK: self.on_answer, mqtt.UNSUBACK: self.on_answer,
                         mqtt.DISCONNECT: self._disconnected}

    def come(self):
        self.wanted = True
        if not self.link:
            self._dial()

    def go(self, polite=True):
        self.wanted = self.ready = False
        if self.link and polite:
            self.link.leave()
        elif self.link:
            self.link.close()
        self.link = None

    def cut(self):
        """The link breaks; with it goes what was not sent yet."""
        if self.link:
            self.link.close()
            self.on_close(self.link)

    def _dial(self):
        if not self.wanted or self.link:
            return
        try:
            self.link = Link(self.loop, self.address(), self, self.websocket)
        except OSError:
            self.loop.later(RETRY_SECONDS, self._dial)

    # --- from the link ---

    def on_open(self):
        """`link` may not be set yet: a link over TCP opens while it is made."""
        self.loop.at(0, self._connect)

    def _connect(self):
        props = {}
        if self.version == 5:
            props = {} if self.clean else {"session_expiry": EXPIRY}
            if self.receive_maximum < 65535:
                props["receive_maximum"] = self.receive_maximum
        if self.link:
            self.link.send(mqtt.connect(self.name, self.version, self.clean, **props))

    def on_close(self, link):
        if link is not self.link:
            return
        self.link, self.ready = None, False
        self.trace.append(("-", "cut"))
        self.watcher.cut(self, "")
        if self.wanted:
            self.loop.later(0, self._dial)

    def on_packet(self, first, body):
        self.watcher.traffic()
        self.handlers[first >> 4](first, body)

    def _connack(self, first, body):
        answer = mqtt.parse(bytes([first]) + body, 1, self.version)
        if answer.reason:
            self.ledger.note(f"{self.name}: CONNACK 0x{answer.reason:02X}")
            self.go(polite=False)
            self.wanted = True
            self.loop.later(RETRY_SECONDS, self._dial)
            return
        if self.known and not self.clean and not answer.session_present:
            self.ledger.broken("session_forgotten", self.name)
        if not answer.session_present:
            self.forget()
        self.known = self.ready = True
        self.server_window = answer.properties.get("receive_maximum", 65535)
        self.watcher.connected(self)
        self.resume()

    def _disconnected(self, first, body):
        self.watcher.cut(self, f"DISCONNECT 0x{body[0] if body else 0:02X}")

    # --- what kinds of clients do ---

    def forget(self):
        """The broker has no session: this side's state goes, too [MQTT-3.2.2-5]."""

    def resume(self):
        """Connected again."""

    def on_publish(self, first, body): ...
    def on_puback(self, first, body): ...
    def on_pubrec(self, first, body): ...
    def on_pubrel(self, first, body): ...
    def on_pubcomp(self, first, body): ...
    def on_answer(self, first, body): ...


class PublisherClient(Session):
    """Publishes what it is given as fast as its window allows."""

    def __init__(self, *arguments, window, **more):
        super().__init__(*arguments, **more)
        self.window, self.queue, self.server_window = window, deque(), 65535
        self.flights = {}  # packet id -> [topic, number, size, whether PUBREC came], oldest first

    def publish(self, messages):
        self.queue.extend(messages)
        if self.ready:
            self.pump()

    def idle(self):
        return not self.queue and not self.flights

    def pump(self):
        allowed = min(self.window, self.server_window)
        while self.queue and len(self.flights) < allowed:
            topic, size, clears = self.queue.popleft()
            packet_id = next(each for each in self.ids if each not in self.flights)
            flight = self.flights[packet_id] = [topic, self.ledger.send(topic, clears), 0 if clears else size, False]
            self.link.send(self.packet(packet_id, flight))

    def packet(self, packet_id, flight, dup=False):
        topic, number, size, _ = flight
        about = TOPICS[topic]
        payload = crash_body.build(topic, number, size) if size else b""
        return mqtt.publish(about.name, payload, about.qos, packet_id, about.retained, dup, self.version)

    def forget(self):
        for topic, number, _, received in self.flights.values():
            if not received:
                self.ledger.abandon(topic, number)
        self.flights.clear()

    def resume(self):
        for packet_id, flight in self.flights.items():
            self.link.send(mqtt.ack(mqtt.PUBREL, packet_id) if flight[3] else self.packet(packet_id, flight, dup=True))
        self.pump()

    def on_puback(self, first, body):
        self.finish(body, lambda flight: not flight[3])

    def on_pubcomp(self, first, body):
        self.finish(body, lambda flight: flight[3])

    def finish(self, body, expected):
        packet_id = body[0] << 8 | body[1]
        flight = self.flights.get(packet_id)
        if not flight or not expected(flight):
            return
        del self.flights[packet_id]
        if len(body) > 2 and body[2] >= 0x80 and not flight[3]:
            self.ledger.refused(flight[0], flight[1], body[2])
        else:
            self.ledger.done(flight[0], flight[1])
        self.pump()

    def on_pubrec(self, first, body):
        packet_id = body[0] << 8 | body[1]
        flight = self.flights.get(packet_id)
        if flight and len(body) > 2 and body[2] >= 0x80:
            del self.flights[packet_id]
            self.ledger.refused(flight[0], flight[1], body[2])
            self.pump()
            return
        if flight:
            flight[3] = True
            self.ledger.acked(flight[0], flight[1])
        self.link.send(mqtt.ack(mqtt.PUBREL, packet_id))


class SubscriberClient(Session):
    """Has subscriptions, and hands everything that comes to the ledger's view of it."""

    def __init__(self, *arguments, who, view, **more):
        super().__init__(*arguments, **more)
        self.who, self.view = who, view
        self.incoming = {}           # packet id -> message between PUBLISH and PUBREL
        self.subscribed = set()      # as asked last
        self.changes = deque()       # (filter, whether it subscribes), one at a time
        self.asking = None           # packet id of the change that is not answered yet
        for name in who.filters:
            self.change(name, True)

    def change(self, name, subscribes):
        self.changes.append((name, subscribes))
        if self.ready and self.asking is None:
            self.ask()

    def settled(self):
        return self.ready and not self.changes and not self.incoming

    def ask(self):
        if not self.changes:
            self.asking = None
            return
        name, subscribes = self.changes[0]
        self.asking = next(self.ids)
        self.ledger.asked(self.view, name, subscribes)
        if subscribes:
            props = {"subscription_identifier": self.who.identifier} if self.who.identifier else {}
            packet = mqtt.subscribe(self.asking, (name, self.who.qos), version=self.version, **props)
        else:
            packet = mqtt.unsubscribe(self.asking, name, version=self.version)
        self.link.send(packet)

    def on_answer(self, first, body):
        if self.asking != body[0] << 8 | body[1]:
            return
        name, subscribes = self.changes.popleft()
        if subscribes and body[-1] != self.who.qos:
            self.ledger.broken("wrong_qos", f"{self.name}: SUBACK 0x{body[-1]:02X} for {name}")
        (self.subscribed.add if subscribes else self.subscribed.discard)(name)
        self.ledger.answered(self.view, name, subscribes)
        self.ask()

    def forget(self):
        self.incoming.clear()
        for name in sorted(self.subscribed):
            self.changes.append((name, True))
        self.subscribed.clear()

    def resume(self):
        self.ask()

    def on_publish(self, first, body):
        qos, length = first >> 1 & 3, body[0] << 8 | body[1]
        at = 2 + length
        packet_id = 0
        if qos:
            packet_id = body[at] << 8 | body[at + 1]
            at += 2
        if self.version == 5:
            at = self.properties(body, at)
        message = crash_body.read(body[at:])
        if message is None or TOPICS[message[0]].name.encode() != body[2:2 + length]:
            self.ledger.broken("damaged", f"{self.name}: {body[2:2 + length]!r}, {len(body) - at} bytes")
        elif qos == 2 and packet_id in self.incoming:
            if self.incoming[packet_id] != message:
                self.ledger.broken("packet_id_reused", f"{self.name}: {packet_id} for {message}, before its PUBREL for "
                                                       f"{self.incoming[packet_id]}")
        elif not first & 1:  # with the retain flag it is a retained value, given to a new subscription
            self.ledger.received(self.view, self.name, *message, qos)
        if qos == 1:
            self.link.send(mqtt.ack(mqtt.PUBACK, packet_id))
        elif qos == 2:
            self.incoming.setdefault(packet_id, message)
            self.link.send(mqtt.ack(mqtt.PUBREC, packet_id))

    def properties(self, body, at):
        size = body[at]
        if size > 127:
            raise ValueError(f"{self.name}: more properties than these messages have")
        if self.who.identifier and bytes([0x0B, self.who.identifier]) not in body[at + 1:at + 1 + size]:
            self.ledger.broken("options_lost", f"{self.name}: no subscription identifier in a message")
        return at + 1 + size

    def on_pubrel(self, first, body):
        self.incoming.pop(body[0] << 8 | body[1], None)
        self.link.send(mqtt.ack(mqtt.PUBCOMP, body[0] << 8 | body[1]))
