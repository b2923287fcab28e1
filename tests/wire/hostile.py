#!/usr/bin/python3
# sanitize address
"""Hostile and broken clients. Each gets the reason the standard names, and meanwhile a neighbour loses nothing.

    hostile.py             correctness only
    hostile.py --measure   longer, and prints the neighbour's p99 beside its quiet one
"""
import contextlib
import itertools
import os
import socket
import threading
import time
import zlib

import raw_mqtt as mqtt
from harness import (LONGEST_WAIT, OPTIONS, Node, Swarm, check, check_equal, check_nothing_lost, main, sanitized, say,
                     test)
from raw_client import CLOSE, CONTINUATION, TEXT, Client, frame, tcp, upgrade_request, ws

MEASURE = "--measure" in OPTIONS
SECONDS = 5 if MEASURE else 0.3   # how long an attack that has no end of its own goes on
MEMORY_KIB = 2_000_000 if sanitized() else 100_000
PROCESSORS = sorted(os.sched_getaffinity(0))
RATE = 400                        # the neighbour's round trips a second, QoS 1 and 2 by turns


def pause(seconds):
    threading.Event().wait(seconds)


@contextlib.contextmanager
def neighbourhood(**settings):
    """A node and a neighbour that goes on publishing; in the end nothing of his may be lost."""
    if MEASURE:
        settings["node.loops"] = 1
    with Node({key.replace("__", "."): value for key, value in settings.items()}) as node, \
            Swarm(node, "neighbour") as neighbour:
        neighbour.grow(10)
        neighbour.load(RATE)
        if MEASURE:
            have_machines_of_their_own(node, neighbour)
            pause(1)
            neighbour.phase("quiet")
            pause(5)
        neighbour.phase("attack")
        yield node
        if MEASURE:
            neighbour.phase("end")
        neighbour.drain(LONGEST_WAIT)
        report = neighbour.report()
        check_nothing_lost(report)
        if MEASURE:
            tell(report["phases"])


def tell(phases):
    quiet, attack = phases["quiet"]["others"], phases["attack"]["others"]
    say(f"neighbour: p50 {attack['p50_us'] / 1000:.2f} ms (quiet {quiet['p50_us'] / 1000:.2f} ms), "
        f"p99 {attack['p99_us'] / 1000:.2f} ms (quiet {quiet['p99_us'] / 1000:.2f} ms, "
        f"{attack['p99_us'] / max(1, quiet['p99_us']):.1f} times), longest {attack['max_us'] / 1000:.1f} ms "
        f"(quiet {quiet['max_us'] / 1000:.1f} ms), {attack['delivered']} round trips")



def repeated(attack):
    """Once; when measuring, again and again for a while."""
    end = time.monotonic() + SECONDS
    attack()
    while MEASURE and time.monotonic() < end:
        attack()


def have_machines_of_their_own(node, neighbour):
    """Measured is how long the node takes, not how long anybody waits for a processor: the node, with one loop, has one
    to itself; on the others the neighbour goes before the attackers, as far as this process may say so."""
    first, *others = PROCESSORS
    if not others:
        return say("one processor only: everybody competes for it")
    for pid, processors in ((node.process.pid, {first}), (neighbour.process.pid, others), (os.getpid(), others)):
        for thread in os.listdir(f"/proc/{pid}/task"):
            os.sched_setaffinity(int(thread), processors)
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(neighbour.process.pid, os.SCHED_FIFO, os.sched_param(1))


# --- malformed packets ----------------------------------------------------------------------------------------------

# What a connected MQTT 5 client must not send -> the reason code of the DISCONNECT.
MALFORMED = {
    "packet type 0": (b"\x00\x00", 0x81),
    "PUBLISH with QoS 3": (mqtt.packet(mqtt.PUBLISH, mqtt.text("a") + b"\0\1\0", flags=6), 0x81),
    "SUBSCRIBE with wrong flags": (mqtt.packet(mqtt.SUBSCRIBE, b"\0\1\0" + mqtt.text("a") + b"\0", flags=0), 0x81),
    "PINGREQ with flags": (mqtt.packet(mqtt.PINGREQ, flags=1), 0x81),
    "length of five bytes": (b"\x30\xff\xff\xff\xff\x7f", 0x81),
    "topic that is no UTF-8": (mqtt.publish(b"\xff\xfe"), 0x81),
    "topic with U+0000": (mqtt.publish("a\0b"), 0x81),
    "topic with a surrogate": (mqtt.publish(b"\xed\xa0\x80"), 0x81),
    "topic with a wildcard": (mqtt.publish("a/#"), 0x90),
    "empty topic without alias": (mqtt.publish(""), 0x82),
    "PUBLISH that ends in its topic": (mqtt.packet(mqtt.PUBLISH, b"\0\x09abc"), 0x81),
    "packet id 0": (mqtt.publish("a", qos=1, packet_id=0), 0x82),
    "SUBSCRIBE without a filter": (mqtt.subscribe(1), 0x82),
    "UNSUBSCRIBE without a filter": (mqtt.unsubscribe(1), 0x82),
    "SUBSCRIBE with reserved options": (mqtt.subscribe(1, ("a", 0xC0)), 0x81),
    "SUBSCRIBE with QoS 3": (mqtt.subscribe(1, ("a", 3)), 0x82),
    "No Local on a shared subscription": (mqtt.subscribe(1, ("$share/g/a", 4)), 0x82),
    "subscription identifier 0": (mqtt.subscribe(1, ("a", 0), subscription_identifier=0), 0x82),
    "property that is unknown": (mqtt.packet(mqtt.PUBLISH, mqtt.text("a") + b"\x02\x7f\x00"), 0x81),
    "property of another packet": (mqtt.publish("a", session_expiry=1), 0x82),
    "property twice": (mqtt.packet(mqtt.PUBLISH, mqtt.text("a") + b"\x04\x01\x00\x01\x00"), 0x82),
    "property length past the end": (mqtt.packet(mqtt.PUBLISH, mqtt.text("a") + b"\x7f"), 0x81),
    "topic alias 0": (mqtt.publish("a", topic_alias=0), 0x94),
    "topic alias past the maximum": (mqtt.publish("a", topic_alias=17), 0x94),
    "topic alias nobody set": (mqtt.publish("", topic_alias=3), 0x82),
    "response topic with a wildcard": (mqtt.publish("a", response_topic="b/+"), 0x82),
    "CONNECT twice": (mqtt.connect("again"), 0x82),
    "CONNACK from a client": (mqtt.packet(mqtt.CONNACK, b"\0\0\0"), 0x82),
    "SUBACK from a client": (mqtt.packet(mqtt.SUBACK, b"\0\1\0\0"), 0x82),
    "PINGRESP from a client": (mqtt.packet(mqtt.PINGRESP), 0x82),
    "AUTH without a method": (mqtt.packet(mqtt.AUTH, b"\x18\0"), 0x82),
    "session expiry from 0 to more": (mqtt.disconnect(0, session_expiry=5), 0x82),
    "packet larger than the maximum": (b"\x30\x80\x80\x80\x02", 0x95),
}
# The standard leaves it to the server whether such a packet is malformed (0x81) or a protocol error (0x82).
EITHER = {0x81, 0x82}


def answer_to(node, data, version, open_client):
    with open_client(node, version=version) as client:
        client.connect("malformed")
        client.send(data)
        return client.closed()


@test
def malformed_packets_get_their_reason_code():
    with neighbourhood() as node:
        wrong = []

        def attack():
            for number, (name, (data, reason)) in enumerate(MALFORMED.items()):
                how = answer_to(node, data, 5, (tcp, ws)[number % 2])
                if how.reason != reason and not {how.reason, reason} <= EITHER:
                    wrong.append(f"{name}: {how} instead of 0x{reason:02X}")
                elif number % 2 and how.code is None:
                    wrong.append(f"{name}: no WebSocket close code")
        repeated(attack)
        check(not wrong, "; ".join(wrong))


@test
def malformed_packets_of_mqtt_3_close_without_a_word():
    with neighbourhood() as node:
        def attack():
            for name in ("packet type 0", "length of five bytes", "topic with U+0000", "CONNECT twice"):
                data = mqtt.connect("again", version=4) if name == "CONNECT twice" else MALFORMED[name][0]
                how = answer_to(node, data, 4, tcp)
                check(how.reason is None and not how.reset, f"{name}: {how}")
        repeated(attack)


# A first packet -> the CONNACK's reason code; None: closed without an answer.
FIRST = {
    "PUBLISH ahead of CONNECT": (mqtt.publish("a"), None),
    "PINGREQ ahead of CONNECT": (mqtt.packet(mqtt.PINGREQ), None),
    "an HTTP request": (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", None),
    "protocol MQTX": (mqtt.packet(mqtt.CONNECT, mqtt.text("MQTX") + b"\5\2\0\0\0" + mqtt.text("a")), None),
    "version 6": (mqtt.packet(mqtt.CONNECT, mqtt.text("MQTT") + b"\6\2\0\0\0" + mqtt.text("a")), 0x84),
    "reserved connect flag": (mqtt.packet(mqtt.CONNECT, mqtt.text("MQTT") + b"\5\3\0\0\0" + mqtt.text("a")), 0x81),
    "will QoS 3": (mqtt.packet(mqtt.CONNECT, mqtt.text("MQTT") + b"\5\x1e\0\0\0" + mqtt.text("a") + b"\0" +
                               mqtt.text("w") + mqtt.text("")), 0x81),
    "will retain without will": (mqtt.packet(mqtt.CONNECT, mqtt.text("MQTT") + b"\5\x22\0\0\0" + mqtt.text("a")), 0x81),
    "receive maximum 0": (mqtt.connect("a", receive_maximum=0), 0x82),
    "packet size 0": (mqtt.connect("a", maximum_packet_size=0), 0x82),
    "method that is unknown": (mqtt.connect("a", auth_method="telepathy"), 0x8C),
    "client id that is no UTF-8": (mqtt.connect(b"\xff"), 0x81),
    "CONNECT that ends early": (mqtt.packet(mqtt.CONNECT, mqtt.text("MQTT") + b"\5\2\0\0\0\0\x09abc"), 0x81),
    "client id too long": (mqtt.connect("x" * 2000), 0x85),
}


@test
def connects_that_cannot_be_taken_are_answered_or_closed():
    with neighbourhood() as node:
        wrong = []

        def attack():
            for name, (data, reason) in FIRST.items():
                with tcp(node) as client:
                    client.send(data)
                    how = client.closed()
                    may = EITHER | {None} if reason in EITHER else {reason}  # the standard: MAY send a CONNACK
                    if how.reason not in may:
                        wrong.append(f"{name}: {how} instead of {reason}")
        repeated(attack)
        check(not wrong, "; ".join(wrong))


@test
def a_client_that_exceeds_receive_maximum_is_cut_off():
    with neighbourhood(**{"limits.receive_maximum": 5}) as node:
        def attack():
            with tcp(node) as client:
                client.connect("eager")
                for packet_id in range(1, 7):
                    client.send(mqtt.publish("a", qos=2, packet_id=packet_id))
                check_equal(client.closed().reason, 0x93, "after six QoS 2 messages without PUBREL")
        repeated(attack)


# --- WebSocket ------------------------------------------------------------------------------------------------------

@test
def upgrades_that_cannot_be_taken_get_their_status():
    origins = {"listeners.ws.websocket.origins": "https://good.example"}
    requests = {
        "wrong path": (upgrade_request(path="/nowhere"), 404),
        "wrong subprotocol": (upgrade_request(protocol="chat"), 400),
        "no subprotocol": (upgrade_request(protocol=None), 400),
        "foreign origin": (upgrade_request(extra=["Origin: https://evil.example"]), 403),
        "no upgrade": (b"GET /mqtt HTTP/1.1\r\nHost: localhost\r\n\r\n", 426),
        "old version": (upgrade_request().replace(b"Version: 13", b"Version: 8"), 426),
        "no key": (upgrade_request().replace(b"Sec-WebSocket-Key: ", b"X-Key: "), 400),
        "no HTTP": (mqtt.connect("a"), 400),
        "head too large": (upgrade_request(extra=["X-Long: " + "x" * 9000]), 431),
        "HTTP/1.0": (upgrade_request().replace(b"HTTP/1.1", b"HTTP/1.0"), 400),
    }
    with neighbourhood(**origins) as node:
        def attack():
            for name, (request, status) in requests.items():
                with Client(node.bound("ws")) as client:
                    client.send(request)
                    answer = client.http_response()
                    check_equal(answer.split(" ")[1:2], [str(status)], name)
        repeated(attack)
        with ws(node, extra=["Origin: https://good.example"]) as client:
            client.connect("welcome")


@test
def frames_that_break_the_rules_get_their_close_code():
    hello = mqtt.connect("framed")
    frames = {
        "text frame": (frame(hello, TEXT), {1003}),
        "no mask": (frame(hello, masked=False), {1002}),
        "reserved bit": (frame(hello, reserved=4), {1002}),
        "unknown opcode": (frame(hello, opcode=3), {1002}),
        "continuation of nothing": (frame(hello, CONTINUATION), {1002}),
        "fragmented ping": (frame(b"", 9, fin=False), {1002}),
        "long ping": (frame(b"x" * 126, 9), {1002}),
        "close with one byte": (frame(b"x", CLOSE), {1002}),
        "frame of 2 to the power of 62 bytes": (b"\x82\xff" + (1 << 62).to_bytes(8, "big") + b"mask", {1009}),
        "frame of 3 MiB": (b"\x82\xff" + (3 << 20).to_bytes(8, "big") + b"mask", {1009}),
        "compressed without agreement": (frame(deflated(hello), reserved=4), {1002}),
    }
    with neighbourhood() as node:
        def attack():
            for connected, (name, (data, codes)) in itertools.product((False, True), frames.items()):
                with ws(node) as client:
                    if connected:
                        client.connect("framed")
                    client.send_wire(data)
                    how = client.closed()
                    when = "after CONNECT" if connected else "before CONNECT"
                    check(how.code in codes, f"{name}, {when}: {how}, not {codes}")
        repeated(attack)


@test
def packets_may_lie_anyhow_in_frames():
    with neighbourhood() as node, ws(node) as client:
        stream = mqtt.connect("anyhow") + mqtt.subscribe(1, ("a", 1)) + mqtt.publish("a", b"x" * 300, 1, 1)
        for byte in stream[:-5]:
            client.send(bytes([byte]))
        for part, opcode, fin in ((-5, 2, False), (-4, 0, False), (-3, 0, False), (-2, 0, False), (-1, 0, True)):
            client.send_wire(frame(stream[part:][:1], opcode, fin))
            client.send_wire(frame(b"between", 9))
        for kind in (mqtt.CONNACK, mqtt.SUBACK):
            client.expect(kind)
        got = {client.expect(mqtt.PUBLISH, mqtt.PUBACK).kind for _ in range(2)}
        check_equal(got, {mqtt.PUBLISH, mqtt.PUBACK}, "what comes back")


def deflated(data):
    packer = zlib.compressobj(wbits=-12)
    return (packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


DEFLATE = {"listeners.ws.websocket.deflate.enabled": "true"}
OFFER = ["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_no_context_takeover; "
         "client_no_context_takeover"]


@test
def compressed_bombs_burst_outside():
    packet = mqtt.publish("bomb", bytes(1 << 16), 0)
    bombs = {name: frame(deflated(mqtt.connect("bomber") + data), reserved=4) for name, data in {
        "zeros": bytes(64 << 20), "many packets": packet * 1024, "one packet": mqtt.publish("bomb", bytes(64 << 20), 0)
    }.items()}
    with neighbourhood(**DEFLATE) as node:
        with ws(node, extra=OFFER) as client:
            client.send_wire(frame(deflated(mqtt.connect("packed")), reserved=4))
            check_equal(client.expect(mqtt.CONNACK).reason, 0, "a compressed CONNECT")

        def attack():
            for name, bomb in bombs.items():
                with ws(node, extra=OFFER) as client, contextlib.suppress(ConnectionError):
                    client.send_wire(bomb)
                    how = client.closed()
                    wanted = {1002} if name == "zeros" else {1009}
                    check(how.code in wanted or how.reset, f"the bomb of {name} was answered with {how}")
        repeated(attack)
        check(node.resident_kib() < MEMORY_KIB, f"the node has {node.resident_kib()} KiB after 64 MiB bombs")


# --- slow, silent, many ---------------------------------------------------------------------------------------------

@test
def who_is_slow_before_connect_is_cut_off():
    with neighbourhood(**{"limits.handshake_timeout": "500ms", "limits.connect_timeout": "500ms"}) as node:
        repeated(lambda: dawdle(node))


def dawdle(node):
    clients = {"no upgrade": Client(node.bound("ws")), "half an upgrade": Client(node.bound("ws")),
               "no CONNECT on TCP": tcp(node), "no CONNECT on WebSocket": ws(node), "half a CONNECT": tcp(node)}
    clients["half an upgrade"].send(upgrade_request()[:40])
    clients["half a CONNECT"].send(mqtt.connect("half")[:7])
    crowd = [tcp(node) for _ in range(200)]
    for name, client in clients.items():
        how = client.closed(5)
        check(not how.reset, f"{name}: {how}")
        client.close()
    for each in crowd:
        each.closed(5)
        each.close()


@test
def an_upgrade_byte_by_byte_has_its_deadline():
    with neighbourhood(**{"limits.handshake_timeout": "500ms"}) as node, Client(node.bound("ws")) as client:
        with contextlib.suppress(OSError):
            for sent in upgrade_request():
                client.send(bytes([sent]))
                pause(0.02)
            check(False, "the deadline moved on with every byte")


@test
def half_open_connections_end_with_their_keep_alive():
    with neighbourhood() as node, tcp(node) as watcher:
        watcher.connect("watcher")
        watcher.subscribe("gone")
        with ws(node) as client:
            client.connect("half-open", keep_alive=1, will=mqtt.Will("gone", b"silence", 1))
            check_equal(watcher.message(10).payload, b"silence", "the will")
            check_equal(client.closed().reason, 0x8D, "the reason code")


@test
def who_shuts_down_its_sending_side_is_gone():
    with neighbourhood() as node, tcp(node) as client, tcp(node) as watcher:
        watcher.connect("watcher")
        watcher.subscribe("gone")
        client.connect("half", will=mqtt.Will("gone", b"will", 1))
        client.sock.shutdown(socket.SHUT_WR)
        check_equal(watcher.message().payload, b"will", "the will")


def flood(node, stop, topic, name):
    """Publishes as fast as the socket takes it."""
    rest = block = mqtt.publish(topic, bytes(1000)) * 50
    with tcp(node) as client:
        client.connect(name)
        client.sock.settimeout(0.1)
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                rest = rest[client.sock.send(rest):] or block


@contextlib.contextmanager
def flooding(node, topic, publishers=2):
    stop = threading.Event()
    threads = [threading.Thread(target=flood, args=(node, stop, topic, f"flood-{number}"))
               for number in range(publishers)]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        stop.set()
        for each in threads:
            each.join()


@test
def flooding_publishers_slow_only_themselves():
    with neighbourhood() as node, flooding(node, "flood"):
        pause(SECONDS)


@test
def a_reader_that_never_reads_costs_its_own_queue():
    limits = {"limits.queue_messages_max": 1000, "limits.queue_bytes_max": "1MiB", "sys.interval": "1s"}
    with neighbourhood(**limits) as node:
        with tcp(node) as reader, tcp(node) as watcher:
            reader.connect("never-reads")
            reader.subscribe(("flood", 0))
            watcher.connect("watcher")
            watcher.subscribe("$SYS/brokers/messages/dropped/+")
            with flooding(node, "flood"):
                pause(SECONDS)
                check(wait_for_drops(watcher), "nothing is counted as dropped")
            check(node.resident_kib() < MEMORY_KIB, f"the node has {node.resident_kib()} KiB")


def wait_for_drops(watcher):
    deadline = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < deadline:
        if int(watcher.message().payload) > 0:
            return True
    return False


@test
def a_reader_over_its_limit_may_be_disconnected():
    limits = {"limits.queue_messages_max": 100, "limits.queue_overflow": "disconnect", "limits.linger": "500ms"}
    with neighbourhood(**limits) as node, tcp(node) as reader, tcp(node) as other:
        reader.connect("holds-acks", receive_maximum=1, session_expiry=60)
        reader.subscribe(("busy", 1))
        other.connect("other")
        for _ in range(110):
            other.publish("busy", b"x", 1)
        check_equal(reader.closed().reason, 0x97, "the reason code at the limit of the queue")


@test
def ten_thousand_connections_of_garbage():
    count = 10_000
    with neighbourhood() as node:
        addresses = [node.bound("tcp"), node.bound("ws")]

        def attack():
            for number in range(count // 100):
                crowd = [socket.create_connection(addresses[number % 2], LONGEST_WAIT) for _ in range(100)]
                for each in crowd:
                    with contextlib.suppress(OSError):
                        each.sendall(os.urandom(64))
                for each in crowd:
                    each.close()
        repeated(attack)
        with tcp(node) as client:
            client.connect("afterwards")
        log = len(node.lines)
        check(log < count, f"{log} lines in the log: garbage writes it full")


@test
def a_thousand_silent_connections():
    with neighbourhood() as node:
        crowd = [socket.create_connection(node.bound("ws"), LONGEST_WAIT) for _ in range(1000)]
        with tcp(node) as client:
            client.connect("in-between")
        pause(SECONDS)
        for each in crowd:
            each.close()


main()
