#!/usr/bin/python3
# sanitize address thread
"""What the admin API tells of a node, its actors, listeners and figures, and what an operator does to them."""
import socket
from pathlib import Path

import raw_mqtt as mqtt
from admin_client import PASSWORD, SETTINGS, Admin, operator
from harness import Node, check, check_equal, main, scratch_folder, test, until
from lives import HOUR
from raw_client import Client, tcp, ws

RESTARTED = "restarted by|it is restarted"


def node_of(errors=None, **settings):
    return Node({**SETTINGS, **settings}, errors)


def echoes(client, topic="echo"):
    """Whether a message still finds its way through the node."""
    client.send(mqtt.publish(topic, b"x", 1, 77, version=client.version))
    got = [client.expect(mqtt.PUBLISH, mqtt.PUBACK) for _ in range(2)]
    return any(each.topic == topic for each in got)


# --- the node -------------------------------------------------------------------------------------------------------

@test
def a_node_tells_of_itself():
    with node_of(**{"node.name": "alpha", "node.loops": 2}) as node, tcp(node) as client:
        client.connect("one")
        admin = operator(node)
        check_equal(Admin(node).get("/health"), {"status": "ok", "node": "alpha"}, "health")
        until(lambda: admin.get("/node")["connections"] == 1, "the connection is counted")
        found = admin.get("/node")
        check_equal((found["name"], len(found["loops"]), found["alarms"], found["fault_injection"]),
                    ("alpha", 2, 0, False), "what it is")
        check_equal(sum(each["sessions"] for each in found["loops"]), 1, "sessions of its loops")
        check(found["memory_bytes"] > 1 << 20 and found["started_at"] > 1 << 40, f"{found}")


@test
def figures_and_their_history_grow():
    with node_of() as node, tcp(node) as reader, tcp(node) as sender:
        reader.connect("reader")
        reader.subscribe(("a", 0))
        sender.connect("sender")
        for _ in range(10):
            sender.publish("a", b"12345", 1)
            reader.message()
        admin = operator(node)
        found = admin.get("/metrics")
        check_equal((found["connections"], found["sessions"], found["messages_received"], found["messages_sent"]),
                    (2, 2, 10, 10), "figures")
        series = lambda: admin.get("/metrics/history", names="connections,sessions", minutes=5)["series"]
        until(lambda: 2 in series()["connections"], "the history has a sample")
        check_equal(sorted(series()), ["connections", "sessions"], "the series asked for")
        for wrong in (0, 1441):
            admin.get("/metrics/history", status=400, minutes=wrong)


@test
def the_ledger_of_drops_balances():
    with node_of(**{"limits.queue_messages_max": 3}) as node, tcp(node) as sender, tcp(node) as away:
        away.connect("away", session_expiry=HOUR)
        away.subscribe(("work", 1))
        away.send(mqtt.disconnect())
        away.closed()
        sender.connect("sender")
        for _ in range(10):
            sender.publish("work", b"x", 1)
        found = operator(node).get("/drops")
        check_equal((found["published"], found["queued"], found["dropped"]["queue_full"]), (10, 3, 7), "the ledger")


@test
def settings_are_shown_and_secrets_are_not():
    with node_of(**{"limits.receive_maximum": 11}) as node:
        answer = operator(node).request("GET", "/config")
        check(PASSWORD.encode() not in answer.bytes, "the first password is shown")
        found = {each["name"]: each for each in answer.json["items"]}
        check_equal((found["limits.receive_maximum"]["value"], found["limits.receive_maximum"]["origin"]),
                    ("11", "command line"), "one of the command line")
        usual = found["limits.topic_alias_max"]
        check_equal((usual["origin"], usual["value"]), ("default", usual["default"]), "one that nobody set")
        check(all(each["description"] for each in found.values()), "each says what it means")


# --- actors ---------------------------------------------------------------------------------------------------------

@test
def the_tree_of_actors_can_be_walked():
    with node_of(**{"node.loops": 2}) as node, tcp(node) as client:
        client.connect("walker/1")
        admin = operator(node)
        top = admin.get("/actors")
        names = [each["name"] for each in top["items"]]
        check({"admin", "listener tcp", "listener ws", "loop 0", "loop 1"} <= set(names), f"below root: {names}")
        check_equal((top["actor"]["path"], top["actor"]["children"]), ("root", len(names)), "root")
        seats = [each["name"] for each in admin.items("/actors", path="root/loop 0")]
        check_equal(seats, ["delivery", "registry", "sessions", "shard", "store"], "of a loop, by name")
        check_equal([each["name"] for each in admin.items("/actors", path="root/loop 0", sort="-name")], seats[::-1],
                    "the other way round")
        found = [each for loop in range(2) for each in admin.items("/actors", path=f"root/loop {loop}/sessions")]
        check_equal([(each["name"], each["class"], each["state"]) for each in found],
                    [("walker/1", "session", "running")], "sessions")
        detail = admin.get("/actors/detail", path=found[0]["path"])
        check_equal((detail["client"], detail["link"]["listener"]), ("walker/1", "tcp"), "its detail")
        for path in ("nothing", "root/loop 7", "root/loop 0/sessions/%zz", "root/loop 0/sessions/x", "root/loop 0/x"):
            admin.get("/actors/detail", status=404, path=path)
        admin.get("/actors", status=404, path="nothing")
        admin.get("/actors", status=400, sort="beauty")


@test
def sessions_of_a_loop_come_in_pages_and_in_order():
    with node_of(**{"node.loops": 1}) as node:
        clients, admin = [tcp(node) for _ in range(50)], operator(node)
        for number, client in enumerate(clients):
            client.connect(f"client {number}")
            for _ in range(number % 7):
                client.nothing_came()
        path = "root/loop 0/sessions"
        for order in ("messages_handled", "-messages_handled"):
            found = admin.pages("/actors", 7, path=path, sort=order)
            check_equal(len({each["name"] for each in found}), 50, f"all of them by {order}")
            handled = [each["messages_handled"] for each in found]
            check_equal(handled, sorted(handled, reverse=order.startswith("-")), f"by {order}")
        for client in clients:
            client.close()


@test
def named_actors_are_restarted_and_the_node_goes_on():
    with node_of(**{"node.loops": 1}) as node, tcp(node) as client:
        admin = operator(node)
        client.connect("steady")
        client.subscribe(("echo", 0))
        for name in ("shard", "registry", "delivery", "sessions", "store"):
            path = f"root/loop 0/{name}"
            admin.post("/actors/restart", status=202, path=path)
            until(lambda: admin.get("/actors/detail", path=path)["restarts"] == 1, f"{name} is restarted")
            found = admin.get("/actors/detail", path=path)
            check_equal(found["state"], "running", name)
            check_equal(found["restart_history"][-1]["cause"], "restarted by admin", "why")
            node.line(f" info supervisor: {path} is restarted by admin$")
        until(lambda: echoes(client), "messages")
        admin.post("/actors/restart", status=404, path="root/nothing")


@test
def a_session_is_restarted_and_its_client_stays():
    with node_of() as node, ws(node) as client:
        admin = operator(node)
        client.connect("steady")
        client.subscribe(("echo", 0))
        path = admin.get("/clients/steady")["actor"]
        for count in (1, 2):
            admin.post("/actors/restart", status=202, path=path)
            until(lambda: admin.get("/clients/steady")["restarts"] == count, "it is restarted")
            check(echoes(client), "its messages")
        told = node.logged(" info supervisor: session steady ended: restarted by admin; it is restarted$")
        check_equal(len(told), 2, "lines of the log")


@test
def restarts_that_an_operator_wants_are_no_failures():
    settings = {"node.loops": 1, "supervision.restarts_max": 1, "supervision.window": 60000}
    with node_of(**settings) as node, tcp(node) as client:
        admin = operator(node)
        client.connect("steady")
        client.subscribe(("echo", 0))
        session, named = admin.get("/clients/steady")["actor"], "root/loop 0/registry"
        for count in range(1, 5):
            for path in (session, named):
                admin.post("/actors/restart", status=202, path=path)
            until(lambda: admin.get("/actors/detail", path=named)["restarts"] == count, f"{named} is restarted")
        check(echoes(client), "the session goes on")


@test
def faults_are_injected_only_where_that_is_allowed():
    with node_of() as node, tcp(node) as client:
        client.connect("safe")
        admin = operator(node)
        for path in ("root/loop 0/shard", admin.get("/clients/safe")["actor"]):
            admin.post("/actors/crash", status=403, path=path)
        check(client.nothing_came(), "the client")
    with node_of(RESTARTED, **{"debug.allow_fault_injection": "true"}) as node, tcp(node) as client:
        client.connect("victim")
        client.subscribe(("echo", 0))
        admin = operator(node)
        admin.post("/actors/crash", status=202, path=admin.get("/clients/victim")["actor"])
        check(echoes(client), "its messages")
        until(lambda: admin.get("/clients/victim")["restarts"] == 1, "its actor was restarted")
        node.line(" error supervisor: session victim ended: injected fault; it is restarted$")
        admin.post("/actors/crash", status=202, path="root/admin")
        until(lambda: admin.get("/actors/detail", path="root/admin")["restarts"] == 1, "the console's own actor")


# --- publishing, listeners ------------------------------------------------------------------------------------------

@test
def an_operator_publishes():
    with node_of() as node, tcp(node) as client:
        admin = operator(node)
        client.connect("reader")
        client.subscribe(("news/#", 2))
        for qos in (0, 1, 2):
            got = admin.request("POST", "/publish", {"topic": f"news/{qos}", "payload": "grüße", "qos": qos,
                                                     "retain": qos == 1})
            check(got.status in (200, 202), f"{got}")
            message = client.message()
            check_equal((message.topic, message.payload.decode(), message.qos), (f"news/{qos}", "grüße", qos),
                        "what came")
        with tcp(node) as late:
            late.connect("late")
            late.subscribe("news/#")
            check_equal(late.message().topic, "news/1", "what is retained")
            check(late.nothing_came(), "and nothing else")
        for body in ({}, {"topic": ""}, {"topic": "a/#"}, {"topic": 5}, {"topic": "a", "qos": 3},
                     {"topic": "a", "qos": -1}):
            admin.post("/publish", body, status=400)


@test
def a_listener_is_stopped_and_started():
    with node_of(**{"node.loops": 2}) as node, tcp(node) as client:
        client.connect("inside")
        admin = operator(node)
        listed = lambda: {each["name"]: each for each in admin.items("/listeners")}
        found = listed()["tcp"]
        check_equal((found["connections"], found["bind"], found["enabled"]),
                    (1, "{}:{}".format(*node.bound("tcp")), True), "the listener tcp")
        for _ in range(2):
            admin.post("/listeners/tcp/stop", status=202)
        check_equal([listed()[name]["enabled"] for name in ("tcp", "ws")], [False, True], "who listens")
        check(not can_enter(node), "nobody comes in")
        check(client.nothing_came(), "who is inside stays")
        with ws(node) as other:
            other.connect("other")
        for _ in range(2):
            admin.post("/listeners/tcp/start", status=202)
        check(listed()["tcp"]["enabled"] and can_enter(node), "they come in again")
        for what in ("stop", "start"):
            admin.post(f"/listeners/nothing/{what}", status=404)
            told = node.logged(rf" info listener: tcp is {what}(ped|ed) by admin \(127.0.0.1\)$")
            check_equal(len(told), 1, f"lines of the log of its {what}")


@test
def the_owner_of_the_socket_stops_a_listener_of_the_same_kind():
    with scratch_folder() as folder:
        own, door = str(Path(folder, "admin.sock")), str(Path(folder, "mqtt.sock"))
        settings = {"admin.socket": own, "listeners.door.type": "tcp", "listeners.door.bind": f"unix:{door}"}
        with node_of(**settings) as node, Admin(node, unix=own) as local:
            enabled = lambda: {each["name"]: each["enabled"] for each in local.items("/listeners")}["door"]
            for _ in range(2):
                with Client(door) as client:
                    client.connect("inside")
                    local.post("/listeners/door/stop", status=202)
                    check_equal((enabled(), Path(door).exists()), (False, False), "whether it listens, and its file")
                    check(client.nothing_came(), "who is inside stays")
                local.post("/listeners/door/start", status=202)
                check(enabled(), "it listens again")
            node.line(r" info listener: door is stopped by local \(unix\)$")
            node.line(r" info listener: door is started by local \(unix\)$")


@test
def a_listener_whose_address_was_taken_does_not_start():
    with node_of(**{"node.loops": 2}) as node, socket.socket() as thief:
        admin = operator(node)
        enabled = lambda: {each["name"]: each["enabled"] for each in admin.items("/listeners")}["tcp"]
        admin.post("/listeners/tcp/stop", status=202)
        thief.bind(node.bound("tcp"))
        thief.listen()
        found = admin.post("/listeners/tcp/start", status=503)
        check("in use" in found["error"] and not enabled(), f"{found}")
        thief.close()
        admin.post("/listeners/tcp/start", status=202)
        check(enabled() and can_enter(node), "with the address free")


# --- alarms ---------------------------------------------------------------------------------------------------------

@test
def an_alarm_begins_once_and_ends_once():
    with node_of(**{"node_limits.connections_max": 1}) as node:
        admin = operator(node)
        check_equal(admin.items("/alarms"), [], "alarms of a node that is well")
        with admin.stream(kinds="alarm_on,alarm_off") as events:
            with tcp(node):  # it says nothing, and counts
                began = events.event()
                check_equal(began["kind"], "alarm_on", "what happens")
                check(began["text"].startswith("overload: new connections are refused: 1 connections"), f"{began}")
                uptime = lambda: admin.get("/node")["uptime_seconds"]
                before = uptime()
                until(lambda: uptime() >= before + 2, "it is judged again")
                found = admin.items("/alarms")
                check_equal(found, [{"name": "overload", "text": began["text"].partition(": ")[2],
                                     "since": began["at"], "active": True}], "the alarm")
                check_equal(admin.get("/node")["alarms"], 1, "how many the node counts")
            ended = events.event()
            check_equal((ended["kind"], ended["text"]), ("alarm_off", "overload: new connections are accepted again"),
                        "what happens next")
        check_equal((admin.items("/alarms"), admin.get("/node")["alarms"]), ([], 0), "afterwards")


def can_enter(node):
    try:
        with tcp(node) as client:
            client.sock.settimeout(1)
            client.connect("visitor")
        return True
    except Exception:  # refused
        return False


main()
