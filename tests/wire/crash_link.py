"""Connections over WebSocket without threads: one loop, and links that split what comes into MQTT packets.

Apart from raw_client.py, whose links wait for one answer at a time: here thousands of packets a second are under way.
"""
import contextlib
import heapq
import itertools
import selectors
import socket
import time

import raw_client
import raw_mqtt as mqtt

FRAME_BYTES_MAX = 256 * 1024
READ_BYTES = 1 << 18
TRACED_BYTES = 64  # of a packet: as much as says which message it carries
RETRY_SECONDS = 0.004  # a client tries again so soon while nobody listens


class Loop:
    def __init__(self):
        self.selector, self.timers, self.order = selectors.DefaultSelector(), [], itertools.count()
        self.unflushed = set()

    def at(self, moment, action):
        heapq.heappush(self.timers, (moment, next(self.order), action))

    def later(self, seconds, action):
        self.at(time.monotonic() + seconds, action)

    def watch(self, what, action, events=selectors.EVENT_READ):
        self.selector.register(what, events, action)

    def forget(self, what):
        with contextlib.suppress(KeyError, ValueError):
            self.selector.unregister(what)

    def step(self, until):
        """Handles what has come; waits for it, but not past the moment `until` or the next timer."""
        moment = min(until, self.timers[0][0]) if self.timers else until
        for key, events in self.selector.select(max(0.0, moment - time.monotonic())):
            key.data(events)
        now = time.monotonic()
        while self.timers and self.timers[0][0] <= now:
            heapq.heappop(self.timers)[2]()
        while self.unflushed:
            self.unflushed.pop().flush()

    def wait(self, seconds):
        """Lets everything go on for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.step(end)

    def run(self, condition, seconds):
        """Until the condition, looked at after every event, holds. Whether it did in time."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                return False
            self.step(min(end, time.monotonic() + 0.05))
        return True


class Link:
    """One connection of a session: `on_open()` when MQTT can begin, `on_packet(first byte, body)`, `on_close()`."""

    def __init__(self, loop, address, owner, websocket=True):
        self.loop, self.owner, self.websocket = loop, owner, websocket
        self.sock = socket.create_connection(address, 5)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.setblocking(False)
        self.wire, self.packets, self.unsent = bytearray(), bytearray(), bytearray()
        self.outgoing, self.writing, self.open, self.closed = [], False, not websocket, False
        loop.watch(self.sock, self.on_event)
        if websocket:
            self.unsent += raw_client.upgrade_request()
            self._write()
        else:
            owner.on_open()

    def send(self, packet):
        self.owner.trace.append((">", packet[:TRACED_BYTES]))
        self.outgoing.append(packet)
        self.loop.unflushed.add(self)

    def flush(self):
        """Everything that was sent since the last time goes into as few frames as possible."""
        if self.closed:
            return
        while self.outgoing:
            size, count = 0, 0
            while count < len(self.outgoing) and size < FRAME_BYTES_MAX:
                size += len(self.outgoing[count])
                count += 1
            data = b"".join(self.outgoing[:count])
            del self.outgoing[:count]
            self.unsent += raw_client.frame(data) if self.websocket else data
        self._write()

    def _write(self):
        with contextlib.suppress(BlockingIOError, ConnectionError):
            while self.unsent:
                del self.unsent[:self.sock.send(self.unsent)]
        if bool(self.unsent) != self.writing and not self.closed:
            self.writing = not self.writing
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self.writing else 0)
            self.loop.selector.modify(self.sock, events, self.on_event)

    def on_event(self, events):
        if self.closed:
            return
        if events & selectors.EVENT_WRITE:
            self._write()
        if events & selectors.EVENT_READ:
            self._read()

    def _read(self):
        try:
            data = self.sock.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            self.owner.on_close(self)
            return
        self.wire += data
        if not self.open:
            self._upgraded()
        elif self.websocket:
            self._split_frames()
        else:
            self.packets, self.wire = self.packets + self.wire, bytearray()
        if self.packets:
            self._split_packets()

    def _upgraded(self):
        head, found, rest = bytes(self.wire).partition(b"\r\n\r\n")
        if not found:
            return
        if not head.startswith(b"HTTP/1.1 101 "):
            self.owner.ledger.note(f"{self.owner.name}: the upgrade was answered with {head.splitlines()[0]!r}")
            self.close()
            self.owner.on_close(self)
            return
        self.wire, self.open = bytearray(rest), True
        self.owner.on_open()
        self._split_frames()

    def _split_frames(self):
        wire, at = self.wire, 0
        while len(wire) - at >= 2:
            size, head = wire[at + 1] & 127, 2
            if size >= 126:
                head = 4 if size == 126 else 10
                size = int.from_bytes(wire[at + 2:at + head], "big")
            if len(wire) < at + head + size:
                break
            opcode, begin = wire[at] & 15, at + head
            at = begin + size
            if opcode in (raw_client.BINARY, raw_client.CONTINUATION):
                self.packets += wire[begin:at]
            elif opcode == raw_client.PING:
                self.unsent += raw_client.frame(bytes(wire[begin:at]), raw_client.PONG)
                self._write()
        del wire[:at]

    def _split_packets(self):
        data, at, end = bytes(self.packets), 0, len(self.packets)
        while not self.closed:
            length, shift, body = 0, 0, at + 1
            while body < end:
                digit = data[body]
                length |= (digit & 127) << shift
                shift, body = shift + 7, body + 1
                if digit < 128:
                    break
            else:
                break
            if body + length > end:
                break
            self.owner.trace.append(("<", data[at:min(body + length, at + TRACED_BYTES)]))
            self.owner.on_packet(data[at], data[body:body + length])
            at = body + length
        del self.packets[:at]

    def leave(self):
        """DISCONNECT, and what was sent before it."""
        self.send(mqtt.disconnect())
        self.flush()
        self.close()

    def close(self):
        self.closed = True
        self.loop.forget(self.sock)
        self.sock.close()
