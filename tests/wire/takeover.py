#!/usr/bin/python3
# sanitize address thread
"""Two clients CONNECT with one client id at the same instant: exactly one is left, and nothing of the session is lost.

    takeover.py           500 rounds
    takeover.py --full    10,000 rounds
"""
import select
import time

import raw_mqtt as mqtt
from harness import LONGEST_WAIT, Failed, Node, check, check_equal, full, main, say, test
from raw_client import Client, tcp

ROUNDS = 10_000 if full() else 500


class Rival(Client):
    """Notes what it gets and acknowledges nothing."""

    def __init__(self, node, listener, number):
        super().__init__(node.bound(listener), websocket=listener == "ws")
        self.number, self.connack, self.messages, self.gone = number, None, [], False

    def take_what_is_there(self):
        try:
            self._more(time.monotonic() + 1)
        except Exception:
            self.gone = True
        while (found := mqtt.split(self.bytes))[0]:
            data, head, self.bytes = found
            self.note(mqtt.parse(data, head, self.version))

    def note(self, packet):
        if packet.kind == mqtt.CONNACK:
            self.connack = packet
        elif packet.kind == mqtt.PUBLISH:
            self.messages.append(packet)
        elif packet.kind == mqtt.DISCONNECT:
            self.reason = packet.reason
        elif packet.kind != mqtt.PINGRESP:
            raise Failed(f"{packet} came")


def read_both(rivals, finished, what):
    deadline = time.monotonic() + LONGEST_WAIT
    while not finished():
        open_ones = [each for each in rivals if not each.gone]
        ready, _, _ = select.select([each.sock for each in open_ones], [], [], max(0, deadline - time.monotonic()))
        check(ready, f"{what}: CONNACK and gone: {[(str(each.connack), each.gone) for each in rivals]}")
        for each in open_ones:
            if each.sock in ready:
                each.take_what_is_there()


def race(node, number, **connect):
    """Returns the winner and the loser, which is closed."""
    listeners = ("tcp", "ws") if number % 2 else ("ws", "tcp")
    rivals = [Rival(node, listener, place) for place, listener in enumerate(listeners)]
    for each in rivals:
        each.send(mqtt.connect("contested", **connect))
    read_both(rivals, lambda: any(each.gone for each in rivals), "nobody had to go")
    check(not all(each.gone for each in rivals), "nobody is left")
    winner, loser = sorted(rivals, key=lambda each: each.gone)
    read_both(rivals, lambda: winner.connack, "the one who is left got no CONNACK")
    check_equal(loser.reason, 0x8E, "what the other one was told")
    check_equal(winner.connack.reason, 0, "the CONNACK's reason code")
    return winner, loser


def collect(winner, wanted):
    """Until the winner has every wanted message, in order and without one twice on its own link."""
    got = lambda: [int(each.payload) for each in winner.messages]
    read_both([winner], lambda: winner.gone or len(got()) >= len(wanted), f"only {got()} of {wanted} came")
    check(not winner.gone, "the one who was left is gone")
    check_equal(got(), wanted, "messages")
    for each in winner.messages:
        winner.send(mqtt.ack(mqtt.PUBACK, each.packet_id))
    check(winner.nothing_came(), "more came than was published")


@test
def one_is_left_and_has_the_session():
    with Node() as node, tcp(node) as publisher:
        publisher.connect("publisher")
        with tcp(node) as first:
            first.connect("contested", clean=False, session_expiry=3600)
            first.subscribe(("to/the/contested", 1), ("to/+/contested", 0))
        wins, acknowledgements, seen_by_loser = [0, 0], 0, 0
        for number in range(ROUNDS):
            publisher.publish("to/the/contested", b"%d" % (3 * number), 1)
            publisher.send(mqtt.publish("to/the/contested", b"%d" % (3 * number + 1), 1, next(publisher.ids)))
            winner, loser = race(node, number, clean=False, session_expiry=3600)
            check_equal(publisher.expect(mqtt.PUBACK).reason, 0, "PUBACK")
            check_equal(publisher.publish("to/the/contested", b"%d" % (3 * number + 2), 1), 0, "PUBACK: subscribed")
            check(winner.connack.session_present, "the session was not there for the one who is left")
            check(not loser.connack or loser.connack.session_present, "the session was not there for the other one")
            collect(winner, [3 * number, 3 * number + 1, 3 * number + 2])
            wins[winner.number] += 1
            acknowledgements += loser.connack is not None
            seen_by_loser += len(loser.messages)
            winner.send(mqtt.disconnect())
            winner.close()
            loser.close()
        say(f"{ROUNDS} rounds: who came first is left {wins[0]} times, who came second {wins[1]}; the other one had "
            f"its CONNACK {acknowledgements} times and {seen_by_loser} messages before it had to go")


@test
def clean_start_leaves_one_with_a_new_session():
    with Node() as node, tcp(node) as publisher:
        publisher.connect("publisher")
        for number in range(ROUNDS // 5):
            winner, loser = race(node, number, clean=True, session_expiry=3600)
            check(not winner.connack.session_present, "a clean start found a session")
            check_equal(publisher.publish("fresh", b"0", 1), 0x10, "PUBACK: the old session is still subscribed")
            winner.subscribe(("fresh", 1))
            publisher.publish("fresh", b"%d" % number, 1)
            check_equal(winner.message().payload, b"%d" % number, "payload")
            winner.close()
            loser.close()


@test
def the_old_ones_subscriptions_and_will_are_settled_first():
    with Node() as node, tcp(node) as watcher:
        watcher.connect("watcher")
        watcher.subscribe("wills")
        for number in range(ROUNDS // 5):
            will = mqtt.Will("wills", b"%d" % number, qos=1)
            rivals = race(node, number, clean=True, will=will)
            check_equal(watcher.message().payload, b"%d" % number, "the will of the one who had to go")
            check(watcher.nothing_came(), "a second will came: both were taken for gone")
            rivals[0].send(mqtt.disconnect())
            rivals[0].closed()  # or the next round may overtake it, and publish its will
            for each in rivals:
                each.close()


main()
