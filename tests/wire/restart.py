#!/usr/bin/python3
"""What a node still knows when it starts again, after SIGTERM as after kill -9, over real sockets.

    restart.py           1,000 durable sessions come back
    restart.py --full    100,000 durable sessions with 10 messages each come back in under 10 seconds
"""
import datetime
import os
import random
import re
import subprocess
import time
from pathlib import Path

import crowd
import raw_mqtt as mqtt
from harness import LONGEST_WAIT, TROUPE, check, check_equal, full, main, say, scratch_folder, test, until
from lives import HOUR, KILLED, STOPPED, Store, both_ways, enter, leave, messages, payloads
from raw_client import tcp, ws

SESSIONS, MESSAGES, RESTORED_SECONDS = (100_000, 10, 10) if full() else (1_000, 10, 10)
PROGRESS_SECONDS = 2  # the log tells of it that often; what is done sooner is told once


# --- sessions and their queues --------------------------------------------------------------------------------------

@both_ways
def sessions_come_back_with_all_that_waits(how):
    wanted = [f"message {number}" for number in range(120)]
    with Store() as store:
        for version in (4, 5):
            client = enter(ws(store.node, version=version), f"v{version}", present=False)
            check_equal(client.subscribe("work/#", ("other/+", 1), f"v{version}/+"), (2, 1, 2), "granted")
            leave(client)
        with tcp(store.node) as sender:
            sender.connect("sender")
            for number, text in enumerate(wanted):
                sender.publish("work/one", text.encode(), 1 + number % 2)
        store.again(how)
        with tcp(store.node) as sender:
            sender.connect("sender")
            sender.publish("other/two", b"after", 2)
            for version in (4, 5):
                client = enter(ws(store.node, version=version), f"v{version}", present=True)
                check_equal(payloads(client, 121), [*wanted, "after"], f"messages of v{version}")
                check(client.nothing_came(), "a message came twice")
                sender.publish(f"v{version}/live", b"live", 1)
                check_equal(payloads(client, 1), ["live"], "the subscription works")
                leave(client)
        store.again(STOPPED)
        for version in (4, 5):
            with enter(ws(store.node, version=version), f"v{version}", present=True) as client:
                check(client.nothing_came(), "an acknowledged message came again")


@both_ways
def subscriptions_keep_their_options(how):
    no_local, as_published = 4, 8
    with Store() as store:
        client = enter(tcp(store.node), "options")
        client.subscribe(("own", 1 | no_local), subscription_identifier=7)
        client.subscribe(("flag", 1 | as_published), subscription_identifier=8)
        client.subscribe(("gone", 1))
        client.send(mqtt.unsubscribe(99, "gone"))
        client.expect(mqtt.UNSUBACK)
        leave(client)
        store.again(how)
        with enter(tcp(store.node), "options", present=True) as client, tcp(store.node) as other:
            client.publish("own", b"mine", 1)
            other.connect("other")
            other.publish("gone", b"unsubscribed", 1)
            other.publish("flag", b"retained", 1, retain=True)
            got = client.message()
            check_equal((got.payload, got.retain, got.properties["subscription_identifier"]), (b"retained", True, [8]),
                        "retain as published")
            other.publish("own", b"other's", 1)
            got = client.message()
            check_equal((got.payload, got.properties["subscription_identifier"]), (b"other's", [7]), "no local")


@both_ways
def messages_of_a_shared_group_wait_for_its_members(how):
    wanted = {f"task {number}" for number in range(40)}
    with Store() as store:
        for name in ("first", "second"):
            client = enter(tcp(store.node), name)
            client.subscribe("$share/crew/tasks")
            leave(client)
        with tcp(store.node) as sender:
            sender.connect("sender")
            for text in sorted(wanted):
                sender.publish("tasks", text.encode(), 2)
        store.again(how)
        with tcp(store.node) as first, tcp(store.node) as second:
            clients = [enter(first, "first", present=True), enter(second, "second", present=True)]
            got = [each.payload.decode() for each in messages(clients, len(wanted))]
            check(first.nothing_came() and second.nothing_came(), "a message came twice")
        check_equal((len(got), set(got)), (len(wanted), wanted), "what the two have got")


@both_ways
def retained_values_come_back(how):
    with Store() as store:
        with tcp(store.node) as sender:
            sender.connect("sender")
            for number in range(60):
                sender.publish(f"state/{number}", b"old", 1, retain=True)
            for number in range(0, 60, 2):
                sender.publish(f"state/{number}", b"new", number // 2 % 3, retain=True, content_type="text/plain")
            for number in range(0, 60, 3):
                sender.publish(f"state/{number}", b"", 1, retain=True)
        store.again(how)
        with tcp(store.node) as reader:
            reader.connect("reader")
            reader.subscribe("state/#")
            wanted = {f"state/{number}": b"old" if number % 2 else b"new" for number in range(60) if number % 3}
            got = messages([reader], len(wanted))
            check_equal({each.topic: each.payload for each in got}, wanted, "retained values")
            check(all(each.retain for each in got), "RETAIN is not set")
            check(all(("content_type" in each.properties) == (each.payload == b"new") for each in got), "properties")
            check(reader.nothing_came(), "a value that was cleared is back")


# --- what was under way ---------------------------------------------------------------------------------------------

@both_ways
def deliveries_at_qos_2_go_on_with_their_packet_ids(how):
    with Store() as store:
        reader = enter(tcp(store.node), "reader")
        reader.subscribe("exact")
        with tcp(store.node) as sender:
            sender.connect("sender")
            for text in (b"released", b"received", b"sent", b"waiting"):
                sender.publish("exact", text, 2)
        sent = {each.payload: each.packet_id for each in (reader.expect(mqtt.PUBLISH) for _ in range(4))}
        for text in (b"released", b"received"):
            reader.send(mqtt.ack(mqtt.PUBREC, sent[text]))
            check_equal(reader.expect(mqtt.PUBREL).packet_id, sent[text], "packet id of PUBREL")
        reader.send(mqtt.ack(mqtt.PUBCOMP, sent[b"released"]))
        check(reader.nothing_came(), "something follows PUBCOMP")
        store.again(how)
        with enter(tcp(store.node), "reader", present=True) as reader:
            again = [reader.expect(mqtt.PUBLISH, mqtt.PUBREL) for _ in range(3)]
            if how == KILLED and sent[b"released"] in (each.packet_id for each in again):
                again.append(reader.expect(mqtt.PUBLISH, mqtt.PUBREL))  # a PUBCOMP waits for no commit
                again = [each for each in again if each.packet_id != sent[b"released"]]
                reader.send(mqtt.ack(mqtt.PUBCOMP, sent[b"released"]))
            released = [each.packet_id for each in again if each.kind == mqtt.PUBREL]
            published = [(each.payload, each.packet_id) for each in again if each.kind == mqtt.PUBLISH]
            check_equal(released, [sent[b"received"]], "PUBREL")
            check_equal(published, [(text, sent[text]) for text in (b"sent", b"waiting")], "PUBLISH")
            check(all(each.dup for each in again if each.kind == mqtt.PUBLISH), "DUP is not set")
            finish(reader, released, [packet_id for _, packet_id in published])
            check(reader.nothing_came(), "a message came twice")


def finish(reader, released, published):
    for packet_id in published:
        reader.send(mqtt.ack(mqtt.PUBREC, packet_id))
        check_equal(reader.expect(mqtt.PUBREL).packet_id, packet_id, "packet id of PUBREL")
    for packet_id in released + published:
        reader.send(mqtt.ack(mqtt.PUBCOMP, packet_id))


@both_ways
def publications_at_qos_2_are_taken_once(how):
    with Store() as store:
        reader = enter(tcp(store.node), "reader")
        reader.subscribe("exact")
        leave(reader)
        sender = enter(tcp(store.node), "sender")
        for packet_id in (10, 11):
            sender.send(mqtt.publish("exact", b"%d" % packet_id, 2, packet_id))
            check_equal(sender.expect(mqtt.PUBREC).packet_id, packet_id, "packet id of PUBREC")
        sender.send(mqtt.ack(mqtt.PUBREL, 11))
        sender.expect(mqtt.PUBCOMP)
        store.again(how)
        with enter(tcp(store.node), "sender", present=True) as sender:
            sender.send(mqtt.publish("exact", b"10", 2, 10, dup=True))
            sender.expect(mqtt.PUBREC)
            sender.send(mqtt.ack(mqtt.PUBREL, 10))
            check_equal(sender.expect(mqtt.PUBCOMP).reason, 0, "PUBCOMP")
        with enter(tcp(store.node), "reader", present=True) as reader:
            check_equal(payloads(reader, 2), ["10", "11"], "messages")
            check(reader.nothing_came(), "a message came twice")


# --- clocks ---------------------------------------------------------------------------------------------------------

@both_ways
def a_will_comes_when_its_client_does_not(how):
    """The one that stays away has the longer delay: once its will is there, the other's would have come, too."""
    with Store() as store:
        watcher = enter(tcp(store.node), "watcher")
        watcher.subscribe("wills/#")
        leave(watcher)
        for name, delay in (("comes", 4), ("stays", 5)):
            client = tcp(store.node)
            enter(client, name, will=mqtt.Will(f"wills/{name}", b"gone", 1, properties={"will_delay": delay}))
        store.again(how)
        with enter(tcp(store.node), "comes", present=True), enter(tcp(store.node), "watcher", present=True) as watcher:
            check_equal(watcher.message().topic, "wills/stays", "will")
            check(watcher.nothing_came(), "a second will")


@both_ways
def sessions_expire_all_the_same(how):
    """`short` while no node runs; `middle` while the next one does, which its will tells: a session's end is the latest
    time for it."""
    will_after = 0x04
    with Store() as store:
        watcher = enter(tcp(store.node), "watcher")
        watcher.subscribe("wills/#")
        leave(watcher)
        leave(enter(tcp(store.node), "long"))
        leave(enter(tcp(store.node), "middle", expiry=4,
                    will=mqtt.Will("wills/middle", b"", 1, properties={"will_delay": HOUR})), will_after)
        left = time.monotonic()
        leave(enter(tcp(store.node), "short", expiry=1))
        # A node that is killed before it has written that the client left takes the kill for the end of its connection.
        until(lambda: time.monotonic() > left + 1, "the commit of a DISCONNECT")
        store.end(how)
        until(lambda: time.monotonic() > left + 3, "the expiry of a session")
        store.start()
        with enter(tcp(store.node), "watcher", present=True) as watcher, tcp(store.node) as short:
            enter(short, "short", present=False)
            check_equal(watcher.message().topic, "wills/middle", "will")
            took = time.monotonic() - left
            check(3 < took < 3 + LONGEST_WAIT / 2, f"a session of 4 s ended after {took:.1f} s")
        for name, present in (("middle", False), ("long", True)):
            enter(tcp(store.node), name, present=present).close()


# --- one node, one folder -------------------------------------------------------------------------------------------

@test
def memory_forgets():
    with Store(**{"persistence.backend": "memory"}) as store:
        client = enter(tcp(store.node), "someone")
        client.subscribe("work")
        client.publish("state", b"retained", 1, retain=True)
        leave(client)
        enter(tcp(store.node), "someone", present=True).close()
        store.end(STOPPED)
        store.start()
        with enter(tcp(store.node), "someone", present=False) as client:
            client.subscribe("state")
            check(client.nothing_came(), "a retained value is back")
        left = {each.name for each in Path(store.folder.name).iterdir()} - {"admin", "admin.sock"}
        check(not left, f"there is something in the folder: {left}")


@test
def a_second_node_is_refused():
    with Store() as store:
        with scratch_folder() as elsewhere:
            second = subprocess.run(
                [TROUPE, "run", "--set", "listeners.tcp.bind=127.0.0.1:0", "--set", "listeners.ws.bind=127.0.0.1:0",
                 "--set", f"persistence.path={store.folder.name}"],
                cwd=elsewhere, capture_output=True, text=True, timeout=LONGEST_WAIT)
        check_equal(second.returncode, 1, "exit code")
        check(f"the store in {store.folder.name} is in use by another process" in second.stderr, second.stderr)
        with enter(tcp(store.node), "someone", present=False) as client:
            client.publish("state", b"still served", 1, retain=True)


# --- damage ---------------------------------------------------------------------------------------------------------

def value(topic):
    """Such as no table compresses."""
    return random.Random(topic).randbytes(1000)


def fill(store):
    """Retained values in two files: `early` ones in a table, `late` ones in a log."""
    with tcp(store.node) as sender:
        sender.connect("sender")
        for number in range(100):
            sender.publish(topic := f"early/{number}", value(topic), 1, retain=True)
    store.again(KILLED)
    with tcp(store.node) as sender:
        sender.connect("sender")
        for number in range(100):
            sender.publish(topic := f"late/{number}", value(topic), 1, retain=True)
    store.end(KILLED)


def retained(node, lot):
    """How many values of a lot there are, all whole."""
    with tcp(node) as reader:
        reader.connect("reader")
        reader.subscribe((f"{lot}/+", 0))
        reader.send(mqtt.packet(mqtt.PINGREQ))
        found = 0
        while (got := reader.expect(mqtt.PUBLISH, mqtt.PINGRESP)).kind == mqtt.PUBLISH:
            check_equal(got.payload, value(got.topic), got.topic)
            found += 1
    return found


def served_in_full(node):
    with enter(tcp(node), "someone", present=False) as client, tcp(node) as sender:
        sender.connect("sender")
        client.subscribe("work")
        sender.publish("work", b"works", 2)
        check_equal(payloads(client, 1), ["works"], "messages")


def damaged(kind, harm):
    """A node on a store whose newest file of that kind was harmed: (early values, late values, what the log says)."""
    with Store() as store:
        fill(store)  # which ends with kill -9
        harm(store.newest(kind))
        node = store.start()
        found = retained(node, "early"), retained(node, "late"), "\n".join(node.logged(" warning store: "))
        served_in_full(node)
    return found


def cut(file):
    os.truncate(file, file.stat().st_size // 2)


def scratch(file):
    with open(file, "r+b") as harmed:
        harmed.seek(file.stat().st_size // 2)
        harmed.write(b"scratch")


@test
def a_log_that_ends_too_early_costs_its_end():
    early, late, told = damaged("log", cut)
    check(early == 100 and 40 < late < 60, f"{early} early and {late} late values are left")
    check(re.search(rf"log \d+\.log ends within a commit: .* bytes were dropped, {late + 1} commits kept", told), told)


@test
def a_scratch_in_a_log_costs_one_commit():
    early, late, told = damaged("log", scratch)
    check(early == 100 and 98 <= late < 100, f"{early} early and {late} late values are left")
    check(re.search(r"log \d+\.log is damaged in 1 places, .* bytes of commits were dropped", told), told)
    check("the damaged files are kept in " in told, told)


@test
def a_table_that_ends_too_early_costs_the_table():
    early, late, told = damaged("sst", cut)
    check_equal((early, late), (0, 100), "values that are left")
    wanted = r"file \d+\.sst of table retained is damaged \(it has .*: its rows \(\d+ bytes\) were dropped"
    check(re.search(wanted, told), told)
    check("the damaged files are kept in " in told, told)


@test
def a_scratch_in_a_table_costs_the_table():
    early, late, told = damaged("sst", scratch)
    check_equal((early, late), (0, 100), "values that are left")
    wanted = r"file \d+\.sst of table retained is damaged \(Corruption.*: its rows \(\d+ bytes\) were dropped"
    check(re.search(wanted, told), told)
    check("the damaged files are kept in " in told, told)


# --- many -----------------------------------------------------------------------------------------------------------

def seconds_of(line):
    """When a line was logged, as time.time() has it."""
    return datetime.datetime.fromisoformat(line.split()[0].replace("Z", "+00:00")).timestamp()


def crowd_comes_back(name, topic, messages):
    """After kill -9. Clients come while the node still reads: their sessions are read first."""
    with Store(**{"limits.receive_maximum": crowd.PUBLISHED_AT_ONCE}) as store:
        crowd.come_and_go(store.node.bound("tcp"), 0, SESSIONS, topic, HOUR)
        with tcp(store.node) as sender:
            sender.connect("sender")
            crowd.publish_all(sender, messages)
        store.end(KILLED)
        began = time.time()
        node = store.start()
        meanwhile, longest = early_ones(node)
        restored = node.line("store: restored: ", RESTORED_SECONDS * 6)
        took = seconds_of(restored) - began
        say(f"{name}: {restored.partition('store: ')[2]}; {took:.2f} s after the start of the program; {meanwhile} "
            f"clients came meanwhile and had everything after at most {longest * 1000:.0f} ms")
        check(f" {SESSIONS} sessions, {SESSIONS} subscriptions," in restored, restored)
        check(took < RESTORED_SECONDS, f"it took {took:.1f} s")
        reading = int(re.search(r" in (\d+) ms$", restored)[1]) / 1000
        check(reading < 2 * PROGRESS_SECONDS or node.logged("store: restoring, so far "), "no progress in the log")
        check(not full() or meanwhile > 0, "nobody came early enough")
        for number in (1, SESSIONS // 2 + 1, SESSIONS - 2):  # who was not among the early ones
            all_there(node, number)


def early_ones(node):
    """Clients that come until all is restored: how many were done before, and the longest that one of them took."""
    done, longest = 0, 0.0
    for number in range(0, SESSIONS, SESSIONS // 50):
        began = time.monotonic()
        all_there(node, number)
        if node.logged("store: restored: "):
            break
        done, longest = done + 1, max(longest, time.monotonic() - began)
    return done, longest


def all_there(node, number):
    with enter(tcp(node), crowd.client_id(number), present=True) as client:
        check_equal(payloads(client, MESSAGES), [body(each).decode() for each in range(MESSAGES)], "messages")
        check(client.nothing_came(), "a message came twice")


def body(number):
    return b"%0100d" % number


@test
def a_crowd_comes_back_with_messages_for_all():
    crowd_comes_back("bodies shared", lambda _: "fleet/all", (("fleet/all", body(each)) for each in range(MESSAGES)))


@test
def a_crowd_comes_back_with_messages_of_their_own():
    crowd_comes_back("bodies of their own", crowd.own_topic,
                     ((crowd.own_topic(number), body(each)) for each in range(MESSAGES) for number in range(SESSIONS)))


main()
