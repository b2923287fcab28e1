#!/usr/bin/python3
# sanitize address
"""What an operator does and sees: stopping, reloading, configuration errors, passwords and access rules, limits of the
machine, $SYS."""
import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import raw_mqtt as mqtt
from harness import (LONGEST_WAIT, TROUPE, Node, check, check_equal, main, sanitized, scratch_folder, test, until)
from raw_client import Client, Closed, tcp, ws


def troupe(*arguments, text="", environment=None):
    return subprocess.run([TROUPE, *arguments], input=text, capture_output=True, text=True, timeout=LONGEST_WAIT,
                          env={**os.environ, **(environment or {})})


# --- stopping -------------------------------------------------------------------------------------------------------

@test
def clients_are_told_that_the_node_stops():
    with Node() as node:
        clients = {"v5 tcp": tcp(node), "v5 ws": ws(node), "v4 tcp": tcp(node, version=4), "v4 ws": ws(node, version=4)}
        for name, client in clients.items():
            client.connect(name)
        node.process.send_signal(signal.SIGTERM)
        for name, client in clients.items():
            how = client.closed()
            check_equal(how.reason, 0x8B if client.version == 5 else None, f"DISCONNECT of {name}")
            check_equal(how.code, 1001 if "ws" in name else None, f"close code of {name}")
            check(not how.reset, f"{name} was reset")
            client.close()
        check_equal(node.process.wait(LONGEST_WAIT), 0, "exit code")


@test
def what_was_acknowledged_is_flushed_before_the_end():
    with Node() as node, tcp(node) as reader, tcp(node) as sender:
        reader.connect("reader")
        reader.subscribe(("flush", 0))
        sender.connect("sender")
        for _ in range(100):
            sender.publish("flush", bytes(10_000), 1)
        node.process.send_signal(signal.SIGINT)
        for _ in range(100):
            reader.message()
        check_equal(reader.closed().reason, 0x8B, "DISCONNECT behind the messages")
        check_equal(node.process.wait(LONGEST_WAIT), 0, "exit code")


@test
def a_client_that_never_leaves_does_not_hold_the_node():
    with Node({"node.stop_timeout": "1s", "limits.linger": "30s"}) as node, ws(node) as client:
        client.connect("stubborn")
        node.process.send_signal(signal.SIGTERM)
        check_equal(node.process.wait(10), 0, "exit code")


@test
def a_second_signal_ends_the_node_at_once():
    with Node({"node.stop_timeout": "1h", "limits.linger": "1m"}) as node, ws(node) as client:
        client.connect("stubborn")
        node.process.send_signal(signal.SIGTERM)
        node.line("node: stops")
        node.process.send_signal(signal.SIGTERM)
        check(node.process.wait(LONGEST_WAIT) > 0, "the exit code says that it was not in order")
        node.process.returncode = 0


# --- configuration --------------------------------------------------------------------------------------------------

@test
def configuration_errors_name_what_is_wrong():
    with scratch_folder() as folder:
        file = Path(folder, "troupe.toml")
        cases = {
            "[limits]\nrecieve_maximum = 5\n": "receive_maximum",
            "[limits]\nreceive_maximum = 0\n": "receive_maximum",
            "[limits]\nreceive_maximum = \"many\"\n": "receive_maximum",
            "[listeners.other]\ntype = \"tcp\"\n": "bind",
            "[listeners.tls]\ntype = \"tls\"\nbind = \"127.0.0.1:0\"\n": "certificate",
            "[limits\n": "TOML",
        }
        for text, word in cases.items():
            file.write_text(text)
            done = troupe("check-config", "--config", str(file))
            check_equal(done.returncode, 2, f"exit code for {text!r}")
            lines = done.stderr.splitlines()
            check(word in lines[0] and all(line.startswith("troupe: ") for line in lines), f"{text!r}: {done.stderr!r}")
            done = troupe("run", "--config", str(file))
            check_equal(done.returncode, 2, f"exit code of run for {text!r}")


@test
def settings_override_each_other_in_their_order():
    with scratch_folder() as folder:
        file = Path(folder, "troupe.toml")
        file.write_text("[node]\nname = \"file\"\n[limits]\nreceive_maximum = 11\ntopic_alias_max = 11\n"
                        "client_id_bytes_max = 111\n")
        os.environ["TROUPE_LIMITS__TOPIC_ALIAS_MAX"] = "22"
        os.environ["TROUPE_LIMITS__CLIENT_ID_BYTES_MAX"] = "222"
        try:
            with Node({"limits.client_id_bytes_max": 333}, arguments=["--config", str(file)]) as node, \
                    tcp(node) as client:
                given = client.connect("x" * 300).properties
                check_equal((given["receive_maximum"], given["topic_alias_maximum"]), (11, 22), "in force")
        finally:
            del os.environ["TROUPE_LIMITS__TOPIC_ALIAS_MAX"], os.environ["TROUPE_LIMITS__CLIENT_ID_BYTES_MAX"]


@test
def a_node_open_to_the_world_wants_to_be_told_so():
    done = troupe("run", "--set", "listeners.tcp.bind=0.0.0.0:0", "--set", "listeners.ws.enabled=false")
    check_equal(done.returncode, 2, "exit code")
    check("allow_anonymous" in done.stderr, done.stderr)
    with Node({"listeners.tcp.bind": "0.0.0.0:0", "allow_anonymous": "true"}) as node:
        with Client(("127.0.0.1", node.port())) as client:
            client.connect("anybody")


@test
def an_address_in_use_ends_the_start():
    with Node() as node:
        done = troupe("run", "--set", f"listeners.ws.bind=127.0.0.1:{node.port('ws')}", "--set",
                      "listeners.tcp.enabled=false", "--set", "persistence.backend=memory")
        check_equal(done.returncode, 1, "exit code")
        check("in use" in done.stderr.lower(), done.stderr)


@test
def the_log_is_reopened_and_can_be_json():
    with scratch_folder() as folder:
        file = Path(folder, "troupe.log")
        with_file = {"log.file": str(file), "log.format": "json", "log.level": "debug"}
        try:
            node = Node(with_file, seconds=1)
        except Exception:  # nothing is on standard error: what is said there is in the file
            node = None
        check(node is None, "the log goes to standard error in spite of log.file")
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        check(any("is ready" in json.dumps(line) for line in lines), f"{lines[:3]}")


# --- passwords and access rules -------------------------------------------------------------------------------------

@test
def passwords_are_asked_for_and_reloaded():
    with scratch_folder() as folder:
        file = Path(folder, "passwords")
        check_equal(troupe("passwd", str(file), "ann", text="first\n").returncode, 0, "troupe passwd")
        check("first" not in file.read_text(), "the password stands in the file")
        with Node({"access.password_file": str(file)}) as node:
            tries = ((None, None, 0x87), ("ann", b"wrong", 0x86), ("bob", b"first", 0x86), ("ann", None, 0x86),
                     ("ann", b"first", 0))
            for user, password, reason in tries:
                with ws(node) as client:
                    client.connect("client", reason, user=user, password=password)
            with tcp(node, version=4) as client:
                client.connect("client", 4, user="ann", password=b"wrong")
            troupe("passwd", str(file), "bob", text="second\n")
            troupe("passwd", str(file), "ann", "--delete")
            node.line("1 users from", after=node.reload())
            for user, password, reason in (("bob", b"second", 0), ("ann", b"first", 0x86)):
                with tcp(node) as client:
                    client.connect("client", reason, user=user, password=password)


@test
def access_files_are_in_force_before_anybody_comes_in():
    with scratch_folder() as folder:
        passwords, acl = Path(folder, "passwords"), Path(folder, "acl")
        troupe("passwd", str(passwords), "ann", text="secret\n")
        acl.write_text("deny all all #\n")
        for _ in range(10):
            with Node({"access.password_file": str(passwords), "access.acl_file": str(acl)}) as node, \
                    tcp(node) as client:
                client.connect("early", user="ann", password=b"secret")
                check_equal(client.subscribe("forbidden"), (0x87,), "SUBACK")


RULES = """
allow all publish   out/%c/#
allow all subscribe in/%c/#
allow all subscribe open/#
deny  all all       #
"""


@test
def access_rules_hold_and_reload_into_live_subscriptions():
    with scratch_folder() as folder:
        file = Path(folder, "acl")
        file.write_text(RULES)
        with Node({"access.acl_file": str(file)}) as node, tcp(node) as ann, ws(node) as bob:
            node.line("4 access rules")
            ann.connect("ann")
            bob.connect("bob")
            check_equal(ann.subscribe("in/ann/x", "in/bob/x", "open/a", "#"), (2, 0x87, 2, 0x87), "SUBACK")
            check_equal(ann.publish("out/ann/x", b"", 1), 0x10, "allowed, and nobody is subscribed")
            check_equal(ann.publish("out/bob/x", b"", 1), 0x87, "forbidden at QoS 1")
            check_equal(ann.publish("out/bob/x", b"", 2), 0x87, "forbidden at QoS 2")
            file.write_text("allow all publish open/a\nallow all subscribe in/#\n")
            node.line("2 access rules", after=node.reload())
            # Each loop hears of them by itself: bob may already be allowed what ann's loop does not forbid her yet.
            until(lambda: bob.publish("open/a", b"perhaps", 1) == 0x10, "the new rules, and nobody is subscribed")
            bob.publish("open/a", b"unheard", 1)
            ann.send(mqtt.packet(mqtt.PINGREQ))
            while (got := ann.expect(mqtt.PUBLISH, mqtt.PINGRESP)).kind == mqtt.PUBLISH:
                check_equal(got.payload, b"perhaps", "a subscription that is forbidden now still brings messages")
            file.write_text("allow nonsense\n")
            node.errors = "acl:1"
            node.line(r"error auth: .*acl:1", after=node.reload())
            check_equal(bob.publish("open/a", b"", 1) < 0x80, True, "the rules in force stay")


# --- limits ---------------------------------------------------------------------------------------------------------

@test
def exhausted_descriptors_do_not_spin_and_recover():
    if sanitized():
        return  # UndefinedBehaviorSanitizer itself opens a pipe for every check of a type, and takes EMFILE for a fault
    with Node(descriptors=200, errors="cannot accept") as node:
        crowd = []
        for _ in range(400):
            crowd.append(tcp(node))
        before = node.cpu_seconds()
        begin = time.monotonic()
        threading.Event().wait(1.5)
        used = (node.cpu_seconds() - before) / (time.monotonic() - begin)
        check(used < 0.3, f"the node uses {used:.0%} of a core while nothing can be accepted")
        for each in crowd:
            each.close()
        until(lambda: enters(node), "clients come in again")


def enters(node):
    try:
        with tcp(node) as client:
            client.connect("again")
        return True
    except Exception:  # refused as yet
        return False


@test
def too_many_connections_are_told_so():
    with Node({"listeners.tcp.connections_max": 5, "listeners.ws.connections_max": 5}) as node:
        crowd = [tcp(node) for _ in range(5)] + [ws(node) for _ in range(5)]
        for number, each in enumerate(crowd):
            each.connect(f"inside-{number}")
        with tcp(node) as late:
            late.send(mqtt.connect("late"))
            check(late.closed().reason in (0x97, 0x9F), "the reason code on TCP")
        with Client(node.bound("ws")) as late:
            late.send(b"GET /mqtt HTTP/1.1\r\nHost: x\r\n\r\n")
            check_equal(late.http_response().split(" ")[1], "503", "the status on WebSocket")
        for each in crowd:
            each.close()
        until(lambda: enters(node), "there is room again")


@test
def fast_publishers_are_slowed_to_their_rate():
    with Node({"limits.publish_rate_max": 50}) as node, tcp(node) as client:
        client.connect("fast")
        begin = time.monotonic()
        for _ in range(150):
            client.send(mqtt.publish("rate", b"", 0))
        check(client.nothing_came(), "PINGRESP")
        check(time.monotonic() - begin > 1.5, f"150 messages at 50 a second took {time.monotonic() - begin:.2f} s")


@test
def caps_are_told_and_kept():
    caps = {"limits.qos_max": 1, "limits.retain_available": "false", "limits.wildcard_available": "false",
            "limits.shared_available": "false", "limits.keep_alive_max": "10s", "limits.session_expiry_max": "1h"}
    with Node(caps) as node, tcp(node) as client:
        told = client.connect("capped", keep_alive=100, session_expiry=1 << 20).properties
        check_equal({name: told.get(name) for name in ("maximum_qos", "retain_available", "wildcard_available",
                                                       "shared_available", "server_keep_alive", "session_expiry")},
                    {"maximum_qos": 1, "retain_available": 0, "wildcard_available": 0, "shared_available": 0,
                     "server_keep_alive": 10, "session_expiry": 3600}, "CONNACK")
        check_equal(client.subscribe("a", "+", "$share/g/a"), (1, 0xA2, 0x9E), "SUBACK")
        for how, reason in (({"qos": 2, "packet_id": 9}, 0x9B), ({"retain": True}, 0x9A)):
            with tcp(node) as other:
                other.connect("other")
                other.send(mqtt.publish("a", b"", **how))
                check_equal(other.closed().reason, reason, f"DISCONNECT for {how}")


# --- $SYS -----------------------------------------------------------------------------------------------------------

@test
def sys_topics_tell_what_goes_on():
    with Node({"sys.interval": "1s"}) as node, tcp(node) as client:
        client.connect("watcher")
        client.subscribe("$SYS/#")
        seen = {}
        wanted = ["version", "uptime", "clients/connected", "messages/received", "messages/sent", "bytes/received",
                  "bytes/sent", "actors/restarts"]
        deadline = time.monotonic() + LONGEST_WAIT
        complete = lambda: all(f"$SYS/brokers/{name}" in seen for name in wanted)
        while not complete() or seen["$SYS/brokers/clients/connected"] != b"1":
            check(time.monotonic() < deadline, f"only {seen}")
            got = client.message()
            seen[got.topic] = got.payload
        check(any("dropped" in topic for topic in seen), "drops by reason")
        with tcp(node) as late:
            late.connect("late")
            late.subscribe("$SYS/brokers/version")
            check(late.message().retain, "the topics are retained")
            try:
                check(late.publish("$SYS/brokers/version", b"mine", 1) >= 0x80, "a client may write to $SYS")
            except Closed:
                pass


main()
