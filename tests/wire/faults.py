#!/usr/bin/python3
# sanitize address thread
"""Actors that throw under load: connections stay, nothing acknowledged is lost, nothing at QoS 2 comes twice.

    faults.py             200 sessions, 20 of them made to throw
    faults.py --full      10,000 sessions, 1,000 of them made to throw; prints the p99 of the others
"""
import itertools
import re
import threading
import time

import raw_mqtt as mqtt
from harness import (LONGEST_WAIT, Node, Swarm, check, check_equal, check_nothing_lost, full, main, say, test,
                     until)
from raw_client import tcp, ws

SESSIONS, VICTIMS, RATE = (10_000, 1_000, 2_000) if full() else (200, 20, 500)
QUIET_SECONDS = 15 if full() else 1
INJECTION = {"debug.allow_fault_injection": "true", "sys.interval": "1s"}
RESTARTED = r"it is restarted|\.\.\. and \d+ more"  # what the log says, as an error


class Saboteur:
    """Makes actors throw, and knows from $SYS how many were restarted."""

    def __init__(self, node):
        self.commands, self.watch = tcp(node), tcp(node)
        self.commands.connect("saboteur")
        self.watch.connect("inspector")
        self.watch.subscribe("$SYS/brokers/actors/restarts")

    def crash(self, what):
        reason = self.commands.publish(f"$SYS/debug/crash/{what}", b"", 1)
        check(reason < 0x80, f"the fault for {what} was refused: 0x{reason:02X}")

    def restarts(self):
        return int(self.watch.message().payload)

    def wait_for_restarts(self, count):
        deadline = time.monotonic() + LONGEST_WAIT
        while (seen := self.restarts()) < count:
            check(time.monotonic() < deadline, f"{seen} restarts of {count}")


def pause(seconds):
    """Lets a load go on: the length of a measurement, not a way to wait for something."""
    threading.Event().wait(seconds)


def loops(node):
    return int(re.search(r"starts with (\d+) loops", node.line("starts with"))[1])


def tell(report, *phases):
    for phase in phases:
        for who in ("others", "victims"):
            of = report["phases"][phase][who]
            if of["delivered"]:
                say(f"{phase}, {who}: {of['delivered']} deliveries, p50 {of['p50_us'] / 1000:.2f} ms, "
                    f"p99 {of['p99_us'] / 1000:.2f} ms, longest {of['max_us'] / 1000:.1f} ms")
    say("lost {lost}, unacknowledged {unacknowledged}, doubled at QoS 1 {doubled_qos1}, at QoS 2 {doubled_qos2}, "
        "connections closed {closed}".format(**report))


# --- under load -----------------------------------------------------------------------------------------------------

@test
def sessions_that_throw_keep_their_connections_and_messages():
    with Node(INJECTION, errors=RESTARTED) as node, Swarm(node) as swarm:
        saboteur = Saboteur(node)
        swarm.grow(SESSIONS)
        swarm.victims(VICTIMS)
        swarm.load(RATE)
        pause(QUIET_SECONDS / 3)
        swarm.phase("quiet")
        pause(QUIET_SECONDS)
        swarm.phase("crashing")
        for number in range(VICTIMS):
            saboteur.crash(f"session/swarm-{number}")
            pause(QUIET_SECONDS / VICTIMS)
        saboteur.wait_for_restarts(VICTIMS)
        swarm.phase("end")
        swarm.drain(LONGEST_WAIT)
        report = swarm.report()
        tell(report, "quiet", "crashing")
        check_nothing_lost(report)


def crash_each(kind):
    """Each actor of a kind in turn, under load."""
    with Node(INJECTION, errors=RESTARTED) as node, Swarm(node) as swarm:
        saboteur = Saboteur(node)
        swarm.grow(SESSIONS)
        swarm.load(RATE)
        pause(QUIET_SECONDS / 3)
        swarm.phase("quiet")
        pause(QUIET_SECONDS)
        swarm.phase("crashing")
        for number in range(loops(node)):
            saboteur.crash(f"{kind}/{number}")
            if kind == "registry":
                knock(node, number)
            node.line(rf"{kind}.* ended: .* it is restarted")
            saboteur.wait_for_restarts(number + 1)
        pause(QUIET_SECONDS)
        swarm.phase("end")
        swarm.drain(LONGEST_WAIT)
        report = swarm.report()
        tell(report, "quiet", "crashing")
        check_nothing_lost(report)


def restarts_of(client_id, node):
    return sum(f"session {client_id} ended" in line for line in node.lines)


def knock(node, round_number):
    """Registries work when clients come and go."""
    for number in range(20):
        with tcp(node) as client:
            client.connect(f"passer-by-{round_number}-{number}")


@test
def shards_that_throw_lose_nothing():
    crash_each("shard")


@test
def deliveries_that_throw_lose_nothing():
    crash_each("delivery")


@test
def registries_that_throw_lose_nobody():
    crash_each("registry")


# --- what one client sees -------------------------------------------------------------------------------------------

@test
def handshakes_of_qos_2_go_on_where_they_were():
    with Node(INJECTION, errors=RESTARTED) as node, ws(node) as client, tcp(node) as other:
        saboteur = Saboteur(node)
        client.connect("victim")
        other.connect("other")
        client.subscribe("to/victim")
        client.send(mqtt.publish("to/nobody", b"", 2, 7))
        check_equal(client.expect(mqtt.PUBREC).packet_id, 7, "PUBREC")
        other.publish("to/victim", b"first", 2)
        first = client.expect(mqtt.PUBLISH)
        saboteur.crash("session/victim")
        client.send(mqtt.ack(mqtt.PUBREC, first.packet_id))  # the input that meets the fault
        check_equal(client.expect(mqtt.PUBREL).packet_id, first.packet_id, "PUBREL")
        client.send(mqtt.ack(mqtt.PUBCOMP, first.packet_id))
        client.send(mqtt.publish("to/nobody", b"", 2, 7, dup=True))
        check_equal(client.expect(mqtt.PUBREC).packet_id, 7, "PUBREC of what was sent again")
        client.send(mqtt.ack(mqtt.PUBREL, 7))
        check_equal(client.expect(mqtt.PUBCOMP).reason, 0, "PUBCOMP: the packet id was still known")
        check(client.nothing_came(), "something was sent twice on one link")
        other.publish("to/victim", b"second", 1)
        check_equal(client.message().payload, b"second", "the next message")
        saboteur.wait_for_restarts(1)


@test
def a_rebuilt_shard_knows_every_kind_of_subscription():
    with Node(INJECTION, errors=RESTARTED) as node:
        saboteur = Saboteur(node)
        clients = {name: tcp(node) for name in ("exact", "wild", "shared", "identified", "publisher")}
        for name, client in clients.items():
            client.connect(name)
        clients["exact"].subscribe(("a/b", 1))
        clients["wild"].subscribe(("a/#", 1), ("+/b", 0))
        clients["shared"].subscribe(("$share/group/a/+", 1))
        clients["identified"].subscribe(("a/b", 2), subscription_identifier=5)
        clients["publisher"].publish("a/b", b"kept", 1, retain=True)
        for client in list(clients.values())[:4]:
            check_equal(client.message().payload, b"kept", "before the crash")
        for shard in range(loops(node)):
            saboteur.crash(f"shard/{shard}")
        check_equal(clients["publisher"].publish("a/b", b"after", 1), 0, "PUBACK after the crash")
        for client in list(clients.values())[:4]:
            got = client.message()
            check_equal(got.payload, b"after", "after the crash")
        check_equal(got.properties.get("subscription_identifier"), [5], "subscription identifiers")
        clients["publisher"].subscribe(("a/b", 1))
        check_equal(clients["publisher"].message().payload, b"kept", "the retained message")
        for client in clients.values():
            check(client.nothing_came(), "something came twice")
            client.close()


@test
def clients_come_in_while_registries_throw():
    with Node(INJECTION, errors=RESTARTED) as node:
        saboteur = Saboteur(node)
        for number in range(30):
            saboteur.crash(f"registry/{number % loops(node)}") if number % 6 == 0 else None
            client, again = tcp(node), ws(node)
            client.connect(f"guest-{number}", session_expiry=60)
            client.subscribe("anything")
            check(again.connect(f"guest-{number}", clean=False).session_present, "the session was forgotten")
            check_equal(client.closed().reason, 0x8E, "what the old link was told")
            again.close()
            client.close()


# --- limits of faults -----------------------------------------------------------------------------------------------

def ping(client):
    client.send(mqtt.packet(mqtt.PINGREQ))
    return client.expect(mqtt.PINGRESP, mqtt.DISCONNECT).kind


@test
def a_session_that_throws_too_often_is_closed_and_kept():
    settings = {**INJECTION, "supervision.restarts_max": 3, "supervision.window": "1h"}
    with Node(settings, errors=RESTARTED + "|too often") as node, tcp(node) as other:
        saboteur, client = Saboteur(node), tcp(node)
        client.connect("victim", clean=False, session_expiry=60)
        client.subscribe(("to/victim", 1))
        # A fault waits for its victim's next input, and may come behind one that was sent after it.
        for number in range(1, 4):
            saboteur.crash("session/victim")
            until(lambda: ping(client) == mqtt.PINGRESP and restarts_of("victim", node) == number, f"restart {number}")
        saboteur.crash("session/victim")
        until(lambda: ping(client) == mqtt.DISCONNECT, "the end of the connection")
        check_equal(client.closed().reason, 0x83, "what the client is told after the fourth restart")
        other.connect("other")
        other.publish("to/victim", b"queued", 1)
        client = tcp(node)
        check(client.connect("victim", clean=False, session_expiry=60).session_present, "the session is gone")
        check_equal(client.message().payload, b"queued", "what was queued")
        client.close()


@test
def a_node_whose_supervisor_gives_up_ends_and_says_why():
    settings = {**INJECTION, "supervision.restarts_max": 1, "supervision.window": "1h"}
    node = Node(settings)
    try:
        saboteur = Saboteur(node)
        for _ in itertools.takewhile(lambda _: node.process.poll() is None, range(20)):
            saboteur.commands.send(mqtt.publish("$SYS/debug/crash/shard/0"))
            saboteur.commands.send(mqtt.publish("anything"))
            before = len(node.lines)
            until(lambda: len(node.lines) > before or node.process.poll() is not None, "a restart")
    except OSError:
        pass  # the node is gone
    finally:
        until(lambda: node.process.poll() is not None, "the end of the node") if node.process.poll() is None else None
        node.process.kill()
    node.line("gives up")
    check(node.process.returncode not in (0, -9), f"exit code {node.process.returncode}")


@test
def faults_are_refused_unless_they_are_allowed():
    with Node() as node, tcp(node) as client:
        client.connect("client")
        reason = client.publish("$SYS/debug/crash/shard/0", b"", 1)
        check(reason >= 0x80, f"PUBACK 0x{reason:02X}")
        check(client.nothing_came(), "something came")


main()
