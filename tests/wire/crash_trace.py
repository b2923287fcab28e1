"""The last packets of every client of a crash test, to be read when a promise was broken."""
import raw_mqtt as mqtt

PACKETS_MAX = 20_000  # of each client
NUMBER = slice(0, 8)


def described(version, direction, data):
    """One packet of which only the beginning is known."""
    if not isinstance(data, bytes):
        return f"-- {data}"
    kind, at = data[0] >> 4, 1
    while data[at] > 127:
        at += 1
    body = data[at + 1:]
    text = f"{direction} {mqtt.NAMES[kind]}"
    if kind == mqtt.PUBLISH:
        return text + published(version, data[0], body)
    if mqtt.PUBACK <= kind <= mqtt.UNSUBACK:
        text += f" id {int.from_bytes(body[:2], 'big')}" + (f" {body[2:].hex()}" if len(body) > 2 else "")
    elif kind == mqtt.CONNACK:
        text += f" session {'present' if body[0] & 1 else 'absent'}, 0x{body[1]:02X}"
    return text


def published(version, first, body):
    end = 2 + int.from_bytes(body[:2], "big")
    packet_id, at = (int.from_bytes(body[end:end + 2], "big"), end + 2) if first & 6 else (0, end)
    at += 1 + body[at] if version == 5 and at < len(body) else 0
    number = int.from_bytes(body[at:][NUMBER], "big")
    flags = f"QoS {first >> 1 & 3}{' retained' * (first & 1)}{' DUP' * (first >> 3 & 1)}"
    return f" id {packet_id} {body[2:end].decode()} number {number} {flags}"


def write(path, clients):
    with path.open("w") as out:
        for client in clients:
            print(f"=== {client.name}, MQTT {'5' if client.version == 5 else '3.1.1'}", file=out)
            for direction, data in client.trace:
                print(described(client.version, direction, data), file=out)
