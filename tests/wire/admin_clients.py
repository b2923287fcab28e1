#!/usr/bin/python3
# sanitize address thread
"""What an operator sees of the clients, and does to them, through the admin API."""
import raw_mqtt as mqtt
from admin_client import SETTINGS, known, operator, segment
from harness import Node, check, check_equal, main, test, until
from lives import HOUR, STOPPED, Store
from raw_client import tcp, ws

NASTY = ["a/b", "a?b=c&d", "100%", "%2F", "#", "+/#", "<script>alert(1)</script>", "\"quoted' \\ back", " spaces ",
         "{id}", "日本語 🐟", "..", "a;b", "a\tb"]


def node_of(**settings):
    return Node({**SETTINGS, **settings})


def client_of(admin, client_id):
    return admin.get("/clients/" + segment(client_id))


def ids(items):
    return sorted(each["id"] for each in items)


def crowd(node, names, **connect):
    """Connected all at once."""
    clients = [tcp(node) for _ in names]
    for client, name in zip(clients, names):
        client.send(mqtt.connect(name, **connect))
    for client in clients:
        check_equal(client.expect(mqtt.CONNACK).reason, 0, "CONNACK")
    return clients


# --- lists ----------------------------------------------------------------------------------------------------------

@test
def a_client_is_listed_as_it_is():
    with node_of() as node, tcp(node) as new, ws(node, version=4) as old, tcp(node, version=3) as oldest:
        new.connect("new", keep_alive=60, session_expiry=HOUR)
        new.subscribe("a", "b/#")
        old.connect("old")
        oldest.connect("oldest")
        found = {each["id"]: each for each in operator(node).items("/clients")}
        check_equal(sorted(found), ["new", "old", "oldest"], "ids")
        address = "{}:{}".format(*new.sock.getsockname())
        wanted = {"connected": True, "address": address, "listener": "tcp", "transport": "tcp", "protocol": "5",
                  "keep_alive_seconds": 60, "session_expiry_seconds": HOUR, "subscriptions": 2, "queued": 0,
                  "in_flight": 0, "disconnected_at": None, "restarts": 0}
        check_equal({name: found["new"].get(name) for name in wanted}, wanted, "the new one")
        check(abs(found["new"]["connected_at"] - operator(node).get("/node")["started_at"]) < 60_000, "connected_at")
        check_equal([(found[each]["transport"], found[each]["protocol"]) for each in ("old", "oldest")],
                    [("ws", "3.1.1"), ("tcp", "3.1")], "the old ones")
        check_equal(found["new"]["actor"], f"root/loop {found['new']['loop']}/sessions/new", "its actor")


@test
def a_client_s_traffic_is_counted():
    with node_of() as node, tcp(node) as reader, tcp(node) as sender:
        reader.connect("reader")
        reader.subscribe(("read", 0))
        sender.connect("sender")
        for _ in range(3):
            sender.publish("read", bytes(1000), 1)
            reader.message()
        found = {each["id"]: each for each in operator(node).items("/clients")}
        check_equal([(found[name]["messages_received"], found[name]["messages_sent"]) for name in ("reader", "sender")],
                    [(0, 3), (3, 0)], "messages")
        check(found["reader"]["bytes_sent"] >= 3000 and found["sender"]["bytes_received"] >= 3000, f"bytes: {found}")


@test
def lists_come_in_pages():
    names = [f"client {number}" for number in range(300)]
    with node_of() as node:
        clients, admin = crowd(node, names), operator(node)
        for limit in (1000, 299, 7):
            check_equal(ids(admin.pages("/clients", limit)), sorted(names), f"pages of {limit}")
        check_equal(len(admin.items("/clients")), 100, "a page when no limit is given")
        check_equal(ids(admin.pages("/clients", 10, id_prefix="client 29")), ids({"id": each} for each in names if
                    each.startswith("client 29")), "pages with a filter")
        for wrong in ("0", "1001", "-1", "x", "1x", " 1", "99999999999999999999"):
            admin.get("/clients", status=400, limit=wrong)
        for wrong in ("x", "1", "1.", ".1", "1.x", "0.0x"):
            admin.get("/clients", status=400, cursor=wrong)
        check_equal(admin.get("/clients", cursor="4000000000.4000000000"), {"items": [], "next": None}, "far behind")
        for client in clients:
            client.close()


@test
def every_filter_finds_whom_it_names():
    with node_of() as node, tcp(node) as near, tcp(node, source="127.0.0.2", version=4) as far, \
            ws(node) as web, tcp(node) as away:
        near.connect("near/1", user="ann", password=b"x")
        far.connect("far/2", user="bob", password=b"x")
        web.connect("web/3")
        away.connect("away/4", session_expiry=HOUR)
        away.send(mqtt.disconnect())
        away.closed()
        admin = operator(node)
        cases = [({"id_prefix": "near"}, ["near/1"]), ({"id_prefix": "near/11"}, []),
                 ({"address": "127.0.0.2"}, ["far/2"]), ({"listener": "ws"}, ["web/3"]),
                 ({"listener": "w"}, []), ({"protocol": "3.1.1"}, ["far/2"]), ({"protocol": "3.1"}, []),
                 ({"user": "ann"}, ["near/1"]), ({"user": "an"}, []),
                 ({"connected": "false"}, ["away/4"]), ({"connected": "true"}, ["far/2", "near/1", "web/3"]),
                 ({"connected": "true", "listener": "tcp", "protocol": "5"}, ["near/1"]),
                 ({}, ["away/4", "far/2", "near/1", "web/3"])]
        for how, wanted in cases:
            check_equal(ids(admin.items("/clients", **how)), wanted, f"{how}")


@test
def any_client_id_can_be_asked_for():
    with node_of() as node:
        clients, admin = crowd(node, NASTY, session_expiry=HOUR), operator(node)
        check_equal(ids(admin.items("/clients")), sorted(NASTY), "the list")
        known(admin, *NASTY)
        for name, client in zip(NASTY, clients):
            client.subscribe("all")
            found = client_of(admin, name)
            check_equal((found["id"], found["connected"]), (name, True), "who is shown")
            check_equal(ids(admin.items("/clients", id_prefix=name)), ids({"id": each} for each in NASTY if
                        each.startswith(name)), f"with the prefix {name!r}")
            check_equal([each["client"] for each in admin.items("/subscriptions", client=name)], [name],
                        "whose subscriptions")
            check_equal(admin.get("/actors/detail", path=found["actor"])["client"], name, f"the actor of {name!r}")
            events = admin.items(f"/clients/{segment(name)}/events")
            check_equal([(each["kind"], each["client"]) for each in events], [("client_connected", name)], "its events")
            check_equal(admin.get(f"/clients/{segment(name)}/autopsy")["client"], name, "autopsy")
            admin.delete("/clients/" + segment(name), session="true")
            check_equal(client.closed().reason, 0x98, f"what {name!r} was told")
        until(lambda: admin.items("/clients") == [], "all are gone")


@test
def who_is_not_there_is_not_found():
    with node_of() as node:
        admin = operator(node)
        for name in (*NASTY, "nobody"):
            admin.get("/clients/" + segment(name), status=404)
            admin.delete("/clients/" + segment(name), status=404)
            admin.get(f"/clients/{segment(name)}/autopsy", status=404)


# --- one client -----------------------------------------------------------------------------------------------------

@test
def a_client_is_shown_with_all_it_holds():
    with node_of() as node, tcp(node) as slow, tcp(node) as sender:
        slow.connect("slow", session_expiry=HOUR, receive_maximum=2,
                     will=mqtt.Will("last/words", b"gone", 1, True, {"will_delay": 30}))
        slow.subscribe(("work/#", 2), subscription_identifier=7)
        sender.connect("sender")
        for number in range(5):
            sender.publish(f"work/{number}", bytes(2000), 2)
        first = slow.expect(mqtt.PUBLISH)
        slow.expect(mqtt.PUBLISH)
        slow.send(mqtt.ack(mqtt.PUBREC, first.packet_id))
        slow.expect(mqtt.PUBREL)
        found = client_of(operator(node), "slow")
        check_equal((found["in_flight"], found["queued"]), (2, 3), "in flight and queued")
        flying = found["in_flight_list"]
        check_equal({(each["packet_id"], each["qos"], each["state"], each["topic"]) for each in flying},
                    {(first.packet_id, 2, "released", None), (first.packet_id + 1, 2, "sent", "work/1")}, "in flight")
        check(found["queue_bytes"] >= 3 * 2000, f"queue_bytes {found['queue_bytes']}")
        check_equal(found["will"], {"topic": "last/words", "qos": 1, "retain": True, "delay_seconds": 30}, "will")
        check_equal([(each["filter"], each["qos"], each["identifier"]) for each in found["subscription_list"]],
                    [("work/#", 2, 7)], "subscriptions")
        memory = found["memory"]
        check_equal(memory["total"], sum(memory.values()) - memory["total"], "the sum of its memory")
        check(memory["queue"] >= 6000, f"memory {memory}")


@test
def only_the_first_of_many_subscriptions_are_shown():
    with node_of() as node, tcp(node) as client:
        client.connect("many")
        client.subscribe(*[f"topic/{number}" for number in range(150)])
        found = client_of(operator(node), "many")
        check_equal((found["subscriptions"], len(found["subscription_list"])), (150, 100), "counted and listed")


@test
def a_client_that_is_cut_keeps_its_session():
    with node_of() as node:
        admin = operator(node)
        for name, client in {"v5": tcp(node), "v4": tcp(node, version=4), "web": ws(node)}.items():
            client.connect(name, clean=False, **({"session_expiry": HOUR} if client.version == 5 else {}))
            client.subscribe("kept")
            known(admin, name)
            admin.delete("/clients/" + name)
            how = client.closed()
            check_equal(how.reason, 0x98 if client.version == 5 else None, f"what {name} was told")
            check(not how.reset, f"{name} was reset")
            check_equal(client_of(admin, name)["connected"], False, f"{name} after that")
            with tcp(node, version=client.version) as again:
                check(again.connect(name, clean=False).session_present, f"the session of {name} is gone")


@test
def a_client_s_session_ends_with_it_when_that_is_wanted():
    with node_of() as node, tcp(node) as sender:
        admin = operator(node)
        sender.connect("sender")
        for stays in (True, False):
            client = tcp(node)
            client.connect("member", session_expiry=HOUR)
            client.subscribe("kept")
            known(admin, "member")
            if not stays:
                client.close()
                until(lambda: not client_of(admin, "member")["connected"], "it is away")
                sender.publish("kept", b"waits", 1)
            admin.delete("/clients/member", session="true")
            if stays:
                check_equal(client.closed().reason, 0x98, "what it was told")
            until(lambda: admin.request("GET", "/clients/member").status == 404, "it is forgotten")
            with tcp(node) as again:
                check(not again.connect("member", clean=False).session_present, "the session is still there")
                check(again.nothing_came(), "a message from before")
                again.send(mqtt.disconnect())
                again.closed()


# --- all that are away ----------------------------------------------------------------------------------------------

@test
def all_that_are_away_are_removed_at_once():
    with node_of() as node, tcp(node) as here:
        admin = operator(node)
        here.connect("here", session_expiry=HOUR)
        for client in crowd(node, [f"away {number}" for number in range(50)], session_expiry=HOUR):
            client.close()
        until(lambda: len(admin.items("/clients", connected="false")) == 50, "all are away")
        admin.delete("/clients", status=400)
        admin.delete("/clients", status=400, connected="true")
        check_equal(admin.delete("/clients", status=200, connected="false"), {"removed": 50}, "removed")
        check_equal(ids(admin.items("/clients")), ["here"], "who is left, asked at once")
        check(here.nothing_came(), "who is connected")


@test
def sessions_that_sleep_are_seen_and_removed():
    with Store(**SETTINGS) as store:
        for client in crowd(store.node, [f"sleeper {number}" for number in range(20)], session_expiry=HOUR):
            client.subscribe(("dreams/#", 1))
            client.send(mqtt.disconnect())
            client.closed()
        with tcp(store.node) as sender:
            sender.connect("sender")
            sender.publish("dreams/1", bytes(500), 1)
        node = store.again(STOPPED)
        admin = operator(node)
        found = admin.items("/clients", connected="false", id_prefix="sleeper")
        check_equal([(each["asleep"], each["connected"], each["queued"]) for each in found], [(True, False, 1)] * 20,
                    "who sleeps")
        check_equal(admin.get("/drops")["queued"], 20, "what waits for them")
        states = {each["name"]: each["state"] for loop in range(admin_loops(admin))
                  for each in admin.items("/actors", path=f"root/loop {loop}/sessions")}
        check_equal(set(states.values()), {"asleep"}, "their actors")
        shown = client_of(admin, "sleeper 3")
        check_equal((shown["session_expiry_seconds"], shown["subscriptions"], shown["queued"]), (HOUR, 1, 1), "one")
        admin.delete("/clients/" + segment("sleeper 4"), session="true")
        until(lambda: len(admin.items("/clients")) == 19, "one is gone")
        check_equal(admin.delete("/clients", status=200, connected="false")["removed"], 19, "removed")
        check_equal(admin.items("/clients"), [], "who is left, asked at once")
        store.again(STOPPED)
        check_equal(operator(store.node).items("/clients"), [], "after a restart")


def admin_loops(admin):
    return len(admin.get("/node")["loops"])


# --- subscriptions --------------------------------------------------------------------------------------------------

@test
def subscriptions_are_listed_with_their_options():
    no_local, as_published, never = 4, 8, 0x20
    with node_of() as node, tcp(node) as ann, tcp(node, version=4) as bob:
        ann.connect("ann")
        ann.subscribe(("plain/+", 1 | no_local | as_published | never), subscription_identifier=42)
        ann.subscribe(("$share/crew/jobs/#", 2))
        bob.connect("bob")
        bob.subscribe(("plain/+", 0))
        admin = operator(node)
        found = {(each["client"], each["filter"]): each for each in admin.items("/subscriptions")}
        check_equal(len(found), 3, "how many")
        wanted = {"client": "ann", "filter": "plain/+", "qos": 1, "no_local": True, "retain_as_published": True,
                  "retain_handling": 2, "identifier": 42, "group": None}
        check_equal(found["ann", "plain/+"], wanted, "one with all options")
        check_equal(found["ann", "$share/crew/jobs/#"]["group"], "crew", "a shared one")
        check_equal([each["client"] for each in admin.items("/subscriptions", client="bob")], ["bob"], "of one client")
        check_equal({each["client"] for each in admin.items("/subscriptions", filter="plain/+")}, {"ann", "bob"},
                    "with one filter")
        check_equal(admin.items("/subscriptions", client="bob", filter="jobs/#"), [], "of neither")


@test
def subscriptions_come_in_pages():
    with node_of() as node:
        clients, admin = crowd(node, [f"client {number}" for number in range(100)]), operator(node)
        for number, client in enumerate(clients):
            client.subscribe(f"topic/{number}")
        found = admin.pages("/subscriptions", 9)
        check_equal(sorted(each["filter"] for each in found), sorted(f"topic/{number}" for number in range(100)),
                    "all of them, once each")


main()
