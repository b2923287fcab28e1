"""Payloads that say which message they are, and whose every byte can be checked: a number, its topic, its length, and
bytes that follow from these three. crash_mqttjs.mjs builds and checks the same ones."""
import struct

HEAD = struct.Struct(">QII")
BLOCK = bytes((index * index * 7 + index) & 255 for index in range(24 * 1024))
SPREAD = 1009  # different messages begin at different places of the block


def build(topic, number, size):
    start = number % SPREAD
    return HEAD.pack(number, topic, size) + BLOCK[start:start + max(0, size - HEAD.size)]


def read(payload):
    """(topic, number), or None when it is not what was sent."""
    if len(payload) < HEAD.size:
        return None
    number, topic, size = HEAD.unpack_from(payload)
    start = number % SPREAD
    if len(payload) != max(size, HEAD.size) or payload[HEAD.size:] != BLOCK[start:start + len(payload) - HEAD.size]:
        return None
    return topic, number
