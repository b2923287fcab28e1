"""MQTT as bytes: builders that can also build what no library would, and a parser for what the node answers."""
import struct
from dataclasses import dataclass, field

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, SUBACK = range(1, 10)
UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT, AUTH = range(10, 16)
NAMES = dict(enumerate("CONNECT CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK "
                       "PINGREQ PINGRESP DISCONNECT AUTH".split(), 1))

# Property: (identifier, kind). Kinds: b byte, H two bytes, I four bytes, v variable, s text, d data, p pair of texts.
PROPERTIES = {
    "payload_format": (0x01, "b"), "message_expiry": (0x02, "I"), "content_type": (0x03, "s"),
    "response_topic": (0x08, "s"), "correlation_data": (0x09, "d"), "subscription_identifier": (0x0B, "v"),
    "session_expiry": (0x11, "I"), "assigned_client_id": (0x12, "s"), "server_keep_alive": (0x13, "H"),
    "auth_method": (0x15, "s"), "auth_data": (0x16, "d"), "request_problem": (0x17, "b"), "will_delay": (0x18, "I"),
    "request_response": (0x19, "b"), "response_information": (0x1A, "s"), "server_reference": (0x1C, "s"),
    "reason_string": (0x1F, "s"), "receive_maximum": (0x21, "H"), "topic_alias_maximum": (0x22, "H"),
    "topic_alias": (0x23, "H"), "maximum_qos": (0x24, "b"), "retain_available": (0x25, "b"),
    "user_property": (0x26, "p"), "maximum_packet_size": (0x27, "I"), "wildcard_available": (0x28, "b"),
    "identifiers_available": (0x29, "b"), "shared_available": (0x2A, "b"),
}
BY_IDENTIFIER = {identifier: (name, kind) for name, (identifier, kind) in PROPERTIES.items()}


# --- building -------------------------------------------------------------------------------------------------------

def variable(value):
    out = bytearray()
    while True:
        value, digit = divmod(value, 128)
        out.append(digit | 0x80 if value else digit)
        if not value:
            return bytes(out)


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return struct.pack(">H", len(data)) + data


def properties(values):
    """Of a dictionary; a list as value repeats the property."""
    out = b""
    for name, value in values.items():
        identifier, kind = PROPERTIES[name]
        for each in value if isinstance(value, list) else [value]:
            out += bytes([identifier]) + one_property(kind, each)
    return variable(len(out)) + out


def one_property(kind, value):
    if kind in "sd":
        return text(value)
    if kind == "p":
        return text(value[0]) + text(value[1])
    return variable(value) if kind == "v" else struct.pack({"b": ">B", "H": ">H", "I": ">I"}[kind], value)


def packet(kind, body=b"", flags=None):
    if flags is None:
        flags = 2 if kind in (PUBREL, SUBSCRIBE, UNSUBSCRIBE) else 0
    return bytes([kind << 4 | flags]) + variable(len(body)) + body


@dataclass
class Will:
    topic: str
    payload: bytes = b""
    qos: int = 0
    retain: bool = False
    properties: dict = field(default_factory=dict)


def connect(client_id="", version=5, clean=True, keep_alive=0, will=None, user=None, password=None, **props):
    flags = 2 * clean | (4 | will.qos << 3 | will.retain << 5 if will else 0)
    flags |= 0x80 * (user is not None) | 0x40 * (password is not None)
    body = text("MQIsdp" if version == 3 else "MQTT") + bytes([version, flags]) + struct.pack(">H", keep_alive)
    body += properties(props) if version == 5 else b""
    body += text(client_id)
    if will:
        body += (properties(will.properties) if version == 5 else b"") + text(will.topic) + text(will.payload)
    body += text(user) if user is not None else b""
    body += text(password) if password is not None else b""
    return packet(CONNECT, body)


def publish(topic, payload=b"", qos=0, packet_id=None, retain=False, dup=False, version=5, **props):
    body = text(topic) + (struct.pack(">H", packet_id) if qos else b"")
    return packet(PUBLISH, body + (properties(props) if version == 5 else b"") + payload, dup << 3 | qos << 1 | retain)


def ack(kind, packet_id, reason=None):
    return packet(kind, struct.pack(">H", packet_id) + (b"" if reason is None else bytes([reason])))


def subscribe(packet_id, *filters, version=5, **props):
    """Filters are pairs of filter and options byte."""
    body = struct.pack(">H", packet_id) + (properties(props) if version == 5 else b"")
    return packet(SUBSCRIBE, body + b"".join(text(name) + bytes([options]) for name, options in filters))


def unsubscribe(packet_id, *filters, version=5):
    body = struct.pack(">H", packet_id) + (properties({}) if version == 5 else b"")
    return packet(UNSUBSCRIBE, body + b"".join(text(name) for name in filters))


def disconnect(reason=0, **props):
    return packet(DISCONNECT, bytes([reason]) + properties(props) if reason or props else b"")


# --- parsing --------------------------------------------------------------------------------------------------------

@dataclass
class Packet:
    kind: int
    flags: int
    body: bytes
    packet_id: int = 0
    reason: int = 0
    reasons: tuple = ()
    session_present: bool = False
    topic: str = ""
    payload: bytes = b""
    properties: dict = field(default_factory=dict)

    @property
    def qos(self):
        return self.flags >> 1 & 3

    @property
    def retain(self):
        return bool(self.flags & 1)

    @property
    def dup(self):
        return bool(self.flags & 8)

    def __str__(self):
        return f"{NAMES[self.kind]} {self.topic} id {self.packet_id} reason 0x{self.reason:02X} {self.reasons}"


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        part = self.data[self.at:self.at + count]
        if len(part) < count:
            raise ValueError("the node sent a packet that ends too early")
        self.at += count
        return part

    def number(self, bytes_count):
        return int.from_bytes(self.take(bytes_count), "big")

    def variable(self):
        value = shift = 0
        while True:
            digit = self.number(1)
            value |= (digit & 127) << shift
            shift += 7
            if digit < 128:
                return value

    def text(self):
        return self.take(self.number(2))

    def rest(self):
        return self.take(len(self.data) - self.at)

    def properties(self):
        values = {}
        end = self.variable() + self.at
        while self.at < end:
            name, kind = BY_IDENTIFIER[self.number(1)]
            value = self.one_property(kind)
            if name in ("user_property", "subscription_identifier"):
                values.setdefault(name, []).append(value)
            else:
                values[name] = value
        return values

    def one_property(self, kind):
        if kind == "d":
            return self.text()
        if kind == "s":
            return self.text().decode()
        if kind == "p":
            return self.text().decode(), self.text().decode()
        return self.variable() if kind == "v" else self.number({"b": 1, "H": 2, "I": 4}[kind])


def split(data):
    """The first packet in the bytes and what is left, or (None, data)."""
    length = shift = 0
    for at in range(1, min(len(data), 5)):
        length |= (data[at] & 127) << shift
        shift += 7
        if data[at] < 128:
            end = at + 1 + length
            return (data[:end], at + 1, data[end:]) if len(data) >= end else (None, 0, data)
    return None, 0, data


def parse(data, head, version):
    result = Packet(data[0] >> 4, data[0] & 15, bytes(data[head:]))
    read = Reader(result.body)
    if result.kind == CONNACK:
        result.session_present, result.reason = bool(read.number(1) & 1), read.number(1)
    elif result.kind == PUBLISH:
        result.topic = read.text().decode()
        result.packet_id = read.number(2) if result.qos else 0
    elif result.kind == DISCONNECT:
        result.reason = read.number(1) if result.body else 0
    elif result.kind in (PUBACK, PUBREC, PUBREL, PUBCOMP):
        result.packet_id = read.number(2)
        result.reason = read.number(1) if len(result.body) > 2 else 0
    elif result.kind in (SUBACK, UNSUBACK):
        result.packet_id = read.number(2)
    if version == 5 and read.at < len(result.body):
        result.properties = read.properties()
    if result.kind == PUBLISH:
        result.payload = read.rest()
    if result.kind in (SUBACK, UNSUBACK):
        result.reasons = tuple(read.rest())
    return result
