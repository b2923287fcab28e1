"""The reader of retained values in a crash test."""
import crash_body
import raw_mqtt as mqtt
from crash_client import Session
from crash_plan import TOPICS


class Probe(Session):
    """A fresh client without a session reads every retained value, and is told to the ledger when it has read them."""

    MARK = "probe/end"

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, clean=True, **more)
        self.values, self.since, self.marked, self.over = {}, None, False, False

    def forget(self):
        """Every connection begins anew; a kill may have come in the midst of the last one."""
        self.values, self.since, self.marked = {}, None, False

    def resume(self):
        self.since = self.ledger.kept()
        self.link.send(mqtt.subscribe(1, ("k/#", 1), ("x/#", 1), (self.MARK, 0), version=self.version))

    def on_answer(self, first, body):
        self.mark_when_complete()

    def mark_when_complete(self):
        """The end is marked by a message of its own, behind the values that have to come."""
        if not self.marked and self.ledger.kept_for_certain(self.since) <= self.values.keys():
            self.mark()

    def mark(self):
        self.marked = True
        if self.ready:
            self.link.send(mqtt.publish(self.MARK, version=self.version))

    def on_publish(self, first, body):
        qos, length = first >> 1 & 3, body[0] << 8 | body[1]
        topic, at = body[2:2 + length], 2 + length
        if qos:
            self.link.send(mqtt.ack(mqtt.PUBACK, body[at] << 8 | body[at + 1]))
            at += 2
        at += 1 + body[at] if self.version == 5 else 0
        if topic == self.MARK.encode():
            self.ledger.judge_kept(self.since, self.values)
            self.over = True
            self.go()
        elif first & 1:
            message = crash_body.read(body[at:])
            if message is None or TOPICS[message[0]].name.encode() != topic:
                self.ledger.broken("damaged", f"retained: {topic!r}, {len(body) - at} bytes")
            else:
                self.values[message[0]] = message[1]
                self.mark_when_complete()
