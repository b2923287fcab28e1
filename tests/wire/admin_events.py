#!/usr/bin/python3
# sanitize address thread
"""What the admin API tells of what happened: events of a client, why it is gone, the stream of events."""
import json
import socket
import struct
import subprocess
from pathlib import Path

import raw_mqtt as mqtt
from admin_client import SETTINGS, Admin, address, known, operator, segment
from harness import LONGEST_WAIT, TROUPE, Node, check, check_equal, main, scratch_folder, test, until
from lives import HOUR
from raw_client import TEXT, Client, tcp, ws


def node_of(**settings):
    return Node({**SETTINGS, **settings})


def events_of(admin, client_id, *kinds):
    """Newest first, once those kinds are among them."""
    found = lambda: admin.items(f"/clients/{client_id}/events")
    until(lambda: set(kinds) <= {each["kind"] for each in found()}, f"{kinds} of {client_id}")
    return found()


def autopsy(admin, client_id, *kinds):
    """What is said once those kinds of events are known."""
    events_of(admin, client_id, *kinds)
    return admin.get(f"/clients/{client_id}/autopsy")


def told(found):
    return " ".join(found["sentences"])


def name_of(client):
    return "{}:{}".format(*client.sock.getsockname())


# --- why a client is gone -------------------------------------------------------------------------------------------

@test
def a_takeover_names_where_the_other_one_came_from():
    for how in ({"clean": False, "session_expiry": HOUR}, {"clean": True}):
        with node_of() as node, tcp(node) as first, tcp(node, source="127.0.0.2") as second:
            first.connect("wanted", **how)
            second.connect("wanted", **how)
            check_equal(first.closed().reason, 0x8E, "what the first one was told")
            found = autopsy(operator(node), "wanted", "client_taken_over")
            kinds = [each["kind"] for each in found["events"]]
            check_equal((kinds.count("client_connected"), kinds.count("client_taken_over")), (2, 1), f"{kinds}")
            sentence = next((each for each in found["sentences"][1:] if "took the session over" in each), "")
            check(f"it came from {name_of(second)}" in sentence, f"who came: {told(found)}")
            check(f"The old one was from {name_of(first)}" in sentence, f"who went: {told(found)}")
            check_equal(found["connected"], True, "somebody is")


@test
def a_takeover_names_the_address_on_whatever_loop_it_happens():
    names = [f"wanted {number}" for number in range(8)]  # their registries are on both loops
    for how in ({"clean": False, "session_expiry": HOUR}, {"clean": True}):
        with node_of(**{"node.loops": 2}) as node:
            admin = operator(node)
            for name in names:
                with tcp(node) as first, tcp(node, source="127.0.0.2") as second:
                    first.connect(name, **how)
                    known(admin, name)
                    second.connect(name, **how)
                    check_equal(first.closed().reason, 0x8E, "what the first one was told")
                    found = autopsy(admin, segment(name), "client_taken_over")
                    taken = next(each for each in found["events"] if each["kind"] == "client_taken_over")
                    check_equal(taken.get("address"), name_of(second), f"{how}: the event's address")
                    check(f"from {name_of(second)}" in told(found), f"{how}: who came: {told(found)}")


@test
def who_is_away_cannot_be_cut():
    with node_of() as node, tcp(node) as client:
        admin = operator(node)
        client.connect("away", session_expiry=HOUR)
        client.send(mqtt.disconnect())
        client.closed()
        events_of(admin, "away", "client_disconnected")
        admin.delete("/clients/away", session="true")
        found = autopsy(admin, "away", "session_ended")
        check("left in good order" in found["sentences"][0], f"why it is gone: {told(found)}")
        check("client_kicked" not in {each["kind"] for each in found["events"]}, "it was not connected")


@test
def a_client_that_was_cut_knows_its_operator():
    with node_of() as node, tcp(node) as client:
        admin = operator(node)
        admin.post("/users", {"name": "olga", "password": "a long password", "role": "operator"}, 201)
        olga = Admin(node).log_in("olga", "a long password")
        client.connect("victim", session_expiry=HOUR)
        known(admin, "victim")
        olga.delete("/clients/victim")
        client.closed()
        found = autopsy(admin, "victim", "client_kicked")
        check("olga" in told(found) and "0x98" in told(found), f"who did it: {told(found)}")
        check_equal(found["connected"], False, "connected")
        kicked = next(each for each in found["events"] if each["kind"] == "client_kicked")
        check_equal((kicked["by"], kicked["client"]), ("olga", "victim"), "the event")


@test
def a_silent_client_was_given_up():
    with node_of() as node, tcp(node) as client:
        client.connect("silent", keep_alive=1, session_expiry=HOUR)
        check_equal(client.closed().reason, 0x8D, "what it was told")
        found = autopsy(operator(node), "silent", "client_disconnected")
        check("nothing was heard" in told(found) and "keep alive 1 s" in told(found), f"why: {told(found)}")
        gone = found["events"][0]
        check_equal((gone["kind"], gone["reason_code"], gone["by"]), ("client_disconnected", 0x8D, "node"), "the event")


@test
def a_client_that_leaves_in_order_did_so():
    with node_of() as node, tcp(node) as client, ws(node, version=4) as old:
        client.connect("polite", session_expiry=HOUR)
        client.send(mqtt.disconnect())
        client.closed()
        old.connect("old", clean=False)
        old.send(mqtt.disconnect())
        old.closed()
        for name, listener in (("polite", "tcp"), ("old", "ws")):
            found = autopsy(operator(node), name, "client_disconnected")
            check("left in good order" in told(found), f"how {name} left: {told(found)}")
            gone = found["events"][0]
            check_equal((gone["by"], gone["listener"], gone["reason_code"]), ("client", listener, 0), "the event")


@test
def a_connection_that_ends_without_disconnect_is_told_apart():
    with node_of() as node, tcp(node) as closing, tcp(node) as broken:
        closing.connect("closing", session_expiry=HOUR)
        closing.close()
        broken.connect("broken", session_expiry=HOUR)
        broken.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        broken.close()  # RST
        admin = operator(node)
        check("without a DISCONNECT" in told(autopsy(admin, "closing", "client_disconnected")), "the one that closed")
        found = autopsy(admin, "broken", "client_disconnected")
        check_equal(found["events"][0]["by"], "network", "who ended the broken one")
        check("its connection broke" in told(found), f"the broken one: {told(found)}")


@test
def a_client_that_breaks_the_rules_was_cut_for_it():
    with node_of() as node, tcp(node) as client:
        client.connect("unruly", session_expiry=HOUR)
        client.send(mqtt.connect("unruly"))
        check_equal(client.closed().reason, 0x82, "what it was told")
        found = autopsy(operator(node), "unruly", "client_disconnected")
        check_equal((found["events"][0]["reason_code"], found["events"][0]["by"]), (0x82, "node"), "the event")
        check("0x82" in told(found), f"why: {told(found)}")


@test
def a_client_that_was_refused_knows_why():
    with scratch_folder() as folder:
        file = Path(folder, "passwords")
        subprocess.run([TROUPE, "passwd", file, "ann"], input="right\n", text=True, check=True, timeout=LONGEST_WAIT)
        with node_of(**{"access.password_file": file}) as node:
            refused = [tcp(node) for _ in range(3)]
            for client in refused:
                client.connect("door", user="ann", password=b"wrong", reason=0x86)
            admin = operator(node)
            until(lambda: len(admin.items("/clients/door/events")) == 3, "three events")
            found = admin.get("/clients/door/autopsy")
            check_equal({(each["kind"], each["reason_code"], each["address"]) for each in found["events"]},
                        {("client_refused", 0x86, name_of(client)) for client in refused}, "the events")
            check("could not connect" in told(found) and "0x86" in told(found), f"why: {told(found)}")
            check("2 more times" in told(found), f"how often: {told(found)}")


@test
def a_connect_that_is_no_good_is_told_to_the_stream():
    with node_of(**{"limits.client_id_bytes_max": 23}) as node, tcp(node) as client, \
            operator(node).stream(kinds="client_refused") as stream:
        client.connect("x" * 24, reason=0x85)
        refused = stream.event()
        check_equal((refused["reason_code"], refused["address"]), (0x85, name_of(client)), "the event")
        check_equal(refused.get("client"), "x" * 24, "whose it is")


@test
def a_session_s_end_says_whose_doing_it_was():
    with node_of() as node, tcp(node) as clean, tcp(node) as short, tcp(node) as victim:
        admin = operator(node)
        clean.connect("clean")
        clean.send(mqtt.disconnect())
        short.connect("short", session_expiry=1)
        short.send(mqtt.disconnect())
        victim.connect("victim", session_expiry=HOUR)
        known(admin, "victim")
        admin.delete("/clients/victim", session="true")
        for name, words in (("clean", "nothing to be kept"), ("short", "expired"), ("victim", "admin ended its")):
            found = autopsy(admin, name, "session_ended")
            check(words in told(found), f"{name}: {told(found)}")


@test
def events_come_in_pages_the_newest_first():
    with node_of() as node:
        for _ in range(5):
            with tcp(node) as client:
                client.connect("often", clean=False, session_expiry=HOUR)
                client.send(mqtt.disconnect())
                client.closed()
        admin = operator(node)
        until(lambda: len(admin.items("/clients/often/events")) == 10, "all events are known")
        whole = admin.items("/clients/often/events")
        check_equal([each["kind"] for each in whole], ["client_disconnected", "client_connected"] * 5, "kinds")
        check([each["id"] for each in whole] == sorted((each["id"] for each in whole), reverse=True), "the order")
        check_equal(admin.pages("/clients/often/events", 3), whole, "by pages")
        check_equal(admin.items("/clients/oft/events"), [], "of another id")
        admin.get("/clients/often/events", status=400, cursor="x")


# --- the stream -----------------------------------------------------------------------------------------------------

@test
def the_stream_tells_of_clients_that_come_and_go():
    with node_of() as node, operator(node).stream() as stream, operator(node).stream() as other:
        for listener in ("tcp", "ws"):
            client = Client(node.bound(listener), websocket=listener == "ws")
            client.connect(f"via {listener}", keep_alive=30)
            for each in (stream, other):
                came = each.until("client_connected")
                wanted = {"client": f"via {listener}", "listener": listener, "address": name_of(client)}
                check_equal({name: came[name] for name in wanted}, wanted, "who came")
            client.close()
            for each in (stream, other):
                check_equal(each.until("client_disconnected")["client"], f"via {listener}", "who went")


@test
def streams_show_what_they_were_asked_for():
    with node_of() as node:
        admin = operator(node)
        kinds = admin.stream(kinds="client_disconnected,session_ended,nonsense")
        prefix = admin.stream(client_prefix="b")
        paths = admin.stream(path_prefix="root/loop 0/")
        for name in ("ann", "bob"):
            with tcp(node) as client:
                client.connect(name)
                client.send(mqtt.disconnect())
                client.closed()
        check_equal([(each["kind"], each["client"]) for each in (kinds.event() for _ in range(4))],
                    [("client_disconnected", "ann"), ("session_ended", "ann"),
                     ("client_disconnected", "bob"), ("session_ended", "bob")], "by kind")
        check_equal({prefix.event()["client"] for _ in range(3)}, {"bob"}, "by client")
        node.errors = "restarted by"
        admin.post("/actors/restart", status=202, path="root/loop 0/shard")
        check_equal(paths.event()["actor"], "root/loop 0/shard", "by path")


@test
def a_stream_takes_no_messages():
    with node_of() as node, operator(node).stream() as stream:
        stream.send(json.dumps({"hello": 1}).encode(), TEXT)
        check_equal(stream.closed().code, 1008, "the close code")


@test
def the_stream_is_for_who_is_logged_in():
    with node_of() as node:
        upgrade = ("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n")
        cookie = f"Cookie: {operator(node).cookie}\r\n"
        cases = {"": "401", "Cookie: troupe_session=x\r\n": "401", "Authorization: Bearer x\r\n": "401",
                 cookie + "Origin: http://evil.example\r\n": "403", cookie: "101",
                 cookie + "Origin: http://localhost\r\n": "101"}
        for fields, status in cases.items():
            with Client(address(node)) as client:
                client.send((upgrade + fields + "\r\n").encode())
                check_equal(client.http_response().split(" ")[1], status, f"with {fields!r}")
        operator(node).get("/events", status=426)


@test
def streams_end_with_the_node():
    with node_of() as node, operator(node).stream() as stream:
        node.process.terminate()
        check_equal(stream.closed().code, 1001, "the close code")
        check_equal(node.process.wait(10), 0, "exit code")


main()
