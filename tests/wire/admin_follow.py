#!/usr/bin/python3
# sanitize address
"""A message that an operator publishes is followed: to whom it went, to whom not, and why."""
import socket
import threading

from admin_client import SETTINGS, known, operator
from harness import Node, check, check_equal, main, scratch_folder, test, until
from lives import HOUR
from raw_client import Closed, tcp


def node_of(**settings):
    return Node({**SETTINGS, **settings})


def follow(admin, topic, **how):
    return admin.post("/publish", {"topic": topic, "payload": "x", "follow": True, **how})


def outcomes(answer):
    return sorted((each["client"], each["outcome"]) for each in answer["targets"])


@test
def receivers_are_counted_and_payloads_decoded():
    with node_of() as node, tcp(node) as client:
        admin = operator(node)
        client.connect("reads")
        client.subscribe(("a", 0))
        check_equal(admin.post("/publish", {"topic": "a", "payload": "AP/+", "encoding": "base64"}), {"receivers": 1},
                    "the answer")
        check_equal(client.message().payload, b"\x00\xff\xfe", "the payload")
        check_equal(admin.post("/publish", {"topic": "nobody", "payload": "x"}), {"receivers": 0}, "without receivers")
        for bad in ({"encoding": "base64", "payload": "A"}, {"encoding": "hex"}, {"qos": 3}, {"topic": "a/#"},
                    {"wait_ms": 5001}):
            admin.post("/publish", {"topic": "a", "payload": "", **bad}, status=400)


@test
def acknowledgements_are_seen_at_every_qos():
    with node_of() as node, tcp(node) as none, tcp(node) as once, tcp(node) as twice, tcp(node) as mute:
        admin = operator(node)
        for client, name, qos in ((none, "none", 0), (once, "once", 1), (twice, "twice", 2), (mute, "mute", 1)):
            client.connect(name)
            client.subscribe(("t", qos))
        readers = [threading.Thread(target=client.message) for client in (none, once, twice)]
        for each in readers:
            each.start()
        answer = follow(admin, "t", qos=2, wait_ms=2000)
        for each in readers:
            each.join()
        check_equal(outcomes(answer), [("mute", "in_flight"), ("none", "sent"), ("once", "acknowledged"),
                                       ("twice", "acknowledged")], "outcomes")
        check(not answer["settled"], "one is mute")
        steps = [each["step"] for each in answer["way"]]
        check(steps[:3] == ["published", "routed", "matched"] and "delivered" in steps, f"{steps}")


@test
def who_gets_it_later_or_not_at_all_is_told_why():
    with node_of(**{"limits.queue_messages_max": 2, "limits.queue_overflow": "drop_newest",
                    "node.loops": 1}) as node:
        admin = operator(node)
        away, narrow = tcp(node), tcp(node)
        away.connect("away", session_expiry=HOUR)
        away.subscribe(("t", 1))
        narrow.connect("narrow", receive_maximum=1)
        narrow.subscribe(("t", 1))
        away.sock.close()
        until(lambda: not admin.get("/clients/away")["connected"], "it is away")
        check_equal(outcomes(follow(admin, "t", qos=1, wait_ms=500)), [("away", "queued"), ("narrow", "in_flight")],
                    "1st")
        second = follow(admin, "t", qos=1, wait_ms=500)
        check_equal(outcomes(second), [("away", "queued"), ("narrow", "queued")], "2nd")
        check("away" in next(each["text"] for each in second["targets"] if each["client"] == "away"), "why")
        check("in flight" in next(each["text"] for each in second["targets"] if each["client"] == "narrow"), "why")
        check_equal(outcomes(follow(admin, "t", qos=0, wait_ms=500))[0], ("away", "dropped"), "at QoS 0")
        third = follow(admin, "t", qos=1, wait_ms=500)
        check_equal(outcomes(third), [("away", "dropped"), ("narrow", "dropped")], "3rd")
        check("full" in third["targets"][0]["text"], f"{third}")
        narrow.close()


@test
def a_client_that_does_not_read_is_told_of():
    with node_of(**{"limits.outbox_bytes_max": 64 * 1024}) as node, tcp(node) as stalled, tcp(node) as sender:
        admin = operator(node)
        stalled.connect("stalled")
        stalled.subscribe(("t", 1))
        sender.connect("sender")
        check_equal(outcomes(follow(admin, "t", qos=1, wait_ms=500)), [("stalled", "in_flight")], "while there is room")
        payload = bytes(512 * 1024)

        def waits_for_its_reader():
            sender.publish("t", payload)
            return any(each["outcome"] == "queued" and "the client does not read" in each["text"]
                       for each in follow(admin, "t", qos=1, wait_ms=50)["targets"])

        until(waits_for_its_reader, "its socket and its outbox are full")
        reader = threading.Thread(target=read_all, args=(stalled,))
        reader.start()
        until(lambda: outcomes(follow(admin, "t", qos=1)) == [("stalled", "acknowledged")], "it reads again")
        stalled.sock.shutdown(socket.SHUT_RDWR)
        reader.join()


def read_all(client):
    """Acknowledges what comes until the connection ends."""
    try:
        while True:
            client.message()
    except Closed:
        pass


@test
def a_sleeping_session_has_it_stored():
    with node_of() as node:
        admin = operator(node)
        with tcp(node) as client:
            client.connect("sleeps", session_expiry=HOUR)
            client.subscribe(("t", 1))
        until(lambda: any(each["asleep"] for each in admin.items("/clients")), "it sleeps")
        answer = follow(admin, "t", qos=1)
        check_equal((outcomes(answer), answer["settled"]), ([("sleeps", "stored")], True), "outcomes")


@test
def no_local_shared_groups_and_access_rules_are_named():
    scratch = scratch_folder()
    folder = scratch.name
    with open(f"{folder}/acl", "w", encoding="utf-8") as rules:
        rules.write("deny client denied subscribe secret/#\nallow all all #\n")
    with node_of(**{"access.acl_file": f"{folder}/acl"}) as node, tcp(node) as own, tcp(node) as one, \
            tcp(node) as two, tcp(node) as denied:
        admin = operator(node)
        own.connect("own")
        own.subscribe(("t", 0b100))
        answer = follow(admin, "t", publisher="own", client="own")
        check_equal((answer["receivers"], answer["targets"]), (0, []), "No Local")
        check("No Local" in answer["why"]["text"], f"{answer}")
        one.connect("one")
        two.connect("two")
        missed = False
        for each in (one, two):
            each.subscribe(("$share/g/s", 0))
        for asked in ("one", "one", "two", "two"):
            answer = follow(admin, "s", client=asked)
            chosen = answer["targets"][0]["client"]
            check_equal((answer["receivers"], outcomes(answer)), (1, [(chosen, "sent")]), "a group")
            told = "written" if chosen == asked else "another member of the group"
            check(told in answer["why"]["text"], f"{asked} is asked for, {chosen} has it: {answer['why']}")
            missed |= chosen != asked
        check(missed, "one of them did not get it")
        denied.connect("denied")
        denied.subscribe(("#", 0))
        check_equal(outcomes(follow(admin, "secret/a")), [("denied", "dropped")], "access rules")


@test
def why_a_client_has_not_got_it():
    with node_of() as node, tcp(node) as client:
        admin = operator(node)
        client.connect("reads")
        client.subscribe(("plant/1/state", 0), ("plant/2/#", 0), ("office", 0))
        known(admin, "reads")
        text = follow(admin, "plant/1/stat", client="reads")["why"]["text"]
        check("none of its filters matches" in text and text.index("plant/1/state") < text.index("plant/2/#"), text)
        check("no such session" in follow(admin, "a", client="nobody")["why"]["text"], "nobody")
        check("written" in follow(admin, "office", client="reads")["why"]["text"], "it has got it")


main()
