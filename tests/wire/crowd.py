"""Durable sessions by the thousand: clients that come, subscribe once, and leave again, over plain sockets. They are
many and short-lived; a Client for each would take most of the time.

A session stays awake for a while after its link is lost, so the pace decides how many are awake at one time.
"""
import itertools
import socket
import time

import raw_mqtt as mqtt
from harness import LONGEST_WAIT, check

NEVER = 0xFFFFFFFF  # as session expiry
RATE_MAX = 5_000    # sessions a second
AT_ONCE = 200
PUBLISHED_AT_ONCE = 5_000


def client_id(number):
    return f"device-{number:09d}"


def own_topic(number):
    return f"fleet/{number:09d}/commands"


def answer(sock, kind):
    """The body of the next packet; there is never more than one under way."""
    data = b""
    while not (found := mqtt.split(data))[0]:
        part = sock.recv(4096)
        check(part, f"the node closed a connection instead of sending {mqtt.NAMES[kind]}")
        data += part
    check(found[0][0] >> 4 == kind, f"{mqtt.NAMES[found[0][0] >> 4]} instead of {mqtt.NAMES[kind]}")
    return found[0][found[1]:]


def come_and_go(address, first, count, topic=own_topic, expiry=NEVER, rate=RATE_MAX):
    """The sessions of numbers first ... first + count - 1, each with one QoS 1 subscription."""
    began = time.monotonic()
    for start in range(first, first + count, AT_ONCE):
        time.sleep(max(0.0, began + (start - first) / rate - time.monotonic()))
        visit(address, range(start, min(start + AT_ONCE, first + count)), topic, expiry)


def visit(address, numbers, topic, expiry):
    here = [(number, socket.create_connection(address, LONGEST_WAIT)) for number in numbers]
    for number, sock in here:
        sock.sendall(mqtt.connect(client_id(number), clean=False, session_expiry=expiry))
    for number, sock in here:
        check(answer(sock, mqtt.CONNACK)[1] == 0, f"{client_id(number)} was refused")
        sock.sendall(mqtt.subscribe(1, (topic(number), 1)))
    for number, sock in here:
        check(answer(sock, mqtt.SUBACK)[-1] == 1, f"{client_id(number)} was not granted QoS 1")
        sock.sendall(mqtt.disconnect())
        sock.close()


def publish_all(client, messages, window=PUBLISHED_AT_ONCE):
    """(topic, payload) each at QoS 1, as many at a time as the node's receive maximum has to allow."""
    messages = iter(messages)
    while part := list(itertools.islice(messages, window)):
        client.send(b"".join(mqtt.publish(*message, 1, packet_id) for packet_id, message in enumerate(part, 1)))
        for _ in part:
            reason = client.expect(mqtt.PUBACK).reason
            check(reason == 0, f"PUBACK 0x{reason:02X}")
