"""A client that sends exactly the bytes a test wants, over TCP, TLS, a unix socket or WebSocket."""
import contextlib
import itertools
import os
import socket
import struct
import time

import raw_mqtt as mqtt
from harness import LONGEST_WAIT, Failed, check

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class Closed(Exception):
    """The node closed the connection. `reason`: of its DISCONNECT; `code`: of its WebSocket close frame."""

    def __init__(self, reason=None, code=None, reset=False):
        super().__init__(f"closed by the node: DISCONNECT {reason}, close code {code}{', reset' if reset else ''}")
        self.reason, self.code, self.reset = reason, code, reset


def dial(address, source=None):
    if isinstance(address, str):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(address)
    else:
        sock = socket.create_connection(address, LONGEST_WAIT, source and (source, 0))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def frame(payload, opcode=BINARY, fin=True, masked=True, reserved=0):
    head = bytes([0x80 * fin | reserved << 4 | opcode])
    size = len(payload)
    bit = 0x80 if masked else 0
    if size < 126:
        head += bytes([bit | size])
    elif size < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", size)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", size)
    if not masked:
        return head + payload
    key = os.urandom(4)
    spread = (key * (size // 4 + 1))[:size]
    return head + key + (int.from_bytes(payload, "big") ^ int.from_bytes(spread, "big")).to_bytes(size, "big")


def upgrade_request(path="/mqtt", protocol="mqtt", extra=()):
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade",
             f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 13"]
    if protocol:
        lines.append(f"Sec-WebSocket-Protocol: {protocol}")
    return ("\r\n".join([*lines, *extra]) + "\r\n\r\n").encode()


class Client:
    """`address`: (host, port) or the path of a unix socket. `prefix`: bytes ahead of everything (PROXY header)."""

    def __init__(self, address, websocket=False, version=5, tls=None, prefix=b"", source=None, **upgrade):
        self.version, self.websocket, self.bytes, self.frames = version, False, b"", b""
        self.reason = self.code = None
        self.reset = False
        self.ids = itertools.cycle(range(1, 65536))
        self.sock = dial(address, source)
        if prefix:
            self.sock.sendall(prefix)
        if tls:
            self.sock = tls.wrap_socket(self.sock, server_hostname="localhost")
        if websocket:
            self.upgrade(**upgrade)

    # --- bytes ---

    def upgrade(self, **how):
        self.sock.sendall(upgrade_request(**how))
        head = self.http_response()
        check(head.startswith("HTTP/1.1 101 "), f"the upgrade was answered with {head.splitlines()[0]}")
        self.websocket = True

    def http_response(self, seconds=LONGEST_WAIT):
        """The head of the answer; what follows it is kept. Empty when the node closed without one."""
        data = b""
        while b"\r\n\r\n" not in data:
            part = self._recv(time.monotonic() + seconds)
            if not part:
                return ""
            data += part
        head, _, self.frames = data.partition(b"\r\n\r\n")
        return head.decode()

    def send(self, data, opcode=BINARY):
        self.sock.settimeout(LONGEST_WAIT)
        self.sock.sendall(frame(data, opcode) if self.websocket else data)

    def send_wire(self, data):
        """Without a frame around it."""
        self.sock.settimeout(LONGEST_WAIT)
        self.sock.sendall(data)

    def _recv(self, deadline):
        self.sock.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            return self.sock.recv(1 << 18)
        except TimeoutError:
            raise Failed("the node is silent") from None
        except (ConnectionError, OSError) as error:
            if "timed out" in str(error):
                raise Failed("the node is silent") from None
            self.reset = True
            return b""

    def _more(self, deadline):
        part = self._recv(deadline)
        if not part:
            raise Closed(self.reason, self.code, self.reset)
        if not self.websocket:
            self.bytes += part
            return
        self.frames += part
        self._split_frames()

    def _split_frames(self):
        while len(self.frames) >= 2:
            size, head = self.frames[1] & 127, 2
            if size >= 126:
                head = 4 if size == 126 else 10
                size = int.from_bytes(self.frames[2:head], "big")
            if len(self.frames) < head + size:
                return
            opcode, payload = self.frames[0] & 15, self.frames[head:head + size]
            self.frames = self.frames[head + size:]
            if opcode == CLOSE:
                self.code = int.from_bytes(payload[:2], "big") if payload else 1005
                self.answer_close(payload)
            elif opcode == PING:
                self.send(payload, PONG)
            elif opcode != PONG:
                self.bytes += payload

    def answer_close(self, payload):
        """The closing handshake of RFC 6455, 5.5.1: after it the node closes at once."""
        with contextlib.suppress(OSError):
            self.send(payload, CLOSE)

    # --- packets ---

    def receive(self, seconds=LONGEST_WAIT):
        """The next packet; raises Closed, with the reason of the DISCONNECT ahead of it."""
        deadline = time.monotonic() + seconds
        if self.frames:
            self._split_frames()
        while True:
            data, head, rest = mqtt.split(self.bytes)
            if data:
                self.bytes = rest
                return mqtt.parse(data, head, self.version)
            self._more(deadline)

    def expect(self, *kinds, seconds=LONGEST_WAIT):
        got = self.receive(seconds)
        if got.kind == mqtt.DISCONNECT:
            self.reason = got.reason
        check(got.kind in kinds, f"{got} instead of {'/'.join(mqtt.NAMES[kind] for kind in kinds)}")
        return got

    def closed(self, seconds=LONGEST_WAIT):
        """Reads until the node closes. Returns the Closed that tells how."""
        deadline = time.monotonic() + seconds
        try:
            while True:
                got = self.receive(max(0.001, deadline - time.monotonic()))
                if got.kind == mqtt.DISCONNECT or (got.kind == mqtt.CONNACK and got.reason):
                    self.reason = got.reason
        except Closed as how:
            return how

    def connect(self, client_id="", reason=0, **how):
        self.send(mqtt.connect(client_id, version=self.version, **how))
        answer = self.expect(mqtt.CONNACK)
        check(answer.reason == reason, f"CONNACK 0x{answer.reason:02X} instead of 0x{reason:02X}")
        return answer

    def subscribe(self, *filters, **props):
        """Filters are texts (QoS 2 then) or pairs with the options byte. Returns the reason codes."""
        pairs = [each if isinstance(each, tuple) else (each, 2) for each in filters]
        self.send(mqtt.subscribe(next(self.ids), *pairs, version=self.version, **props))
        return self.expect(mqtt.SUBACK).reasons

    def publish(self, topic, payload=b"", qos=0, **how):
        """Until it is acknowledged. Returns the last reason code."""
        packet_id = next(self.ids) if qos else None
        self.send(mqtt.publish(topic, payload, qos, packet_id, version=self.version, **how))
        if qos == 1:
            return self.expect(mqtt.PUBACK).reason
        if qos == 2:
            answer = self.expect(mqtt.PUBREC)
            if answer.reason >= 0x80:
                return answer.reason
            self.send(mqtt.ack(mqtt.PUBREL, packet_id))
            return self.expect(mqtt.PUBCOMP).reason
        return 0

    def message(self, seconds=LONGEST_WAIT):
        """The next PUBLISH, acknowledged to the end."""
        got = self.expect(mqtt.PUBLISH, seconds=seconds)
        if got.qos == 1:
            self.send(mqtt.ack(mqtt.PUBACK, got.packet_id))
        if got.qos == 2:
            self.send(mqtt.ack(mqtt.PUBREC, got.packet_id))
            self.expect(mqtt.PUBREL)
            self.send(mqtt.ack(mqtt.PUBCOMP, got.packet_id))
        return got

    def nothing_came(self):
        """Whether a PINGREQ is answered with nothing ahead of the PINGRESP."""
        self.send(mqtt.packet(mqtt.PINGREQ))
        return self.receive().kind == mqtt.PINGRESP

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def tcp(node, listener="tcp", **how):
    return Client(node.bound(listener), **how)


def ws(node, listener="ws", **how):
    return Client(node.bound(listener), websocket=True, **how)
