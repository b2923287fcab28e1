#!/usr/bin/python3
# sanitize address thread
"""What an operator sees of topics and retained messages, and deletes of them, through the admin API."""
import base64
import time

import raw_mqtt as mqtt
from admin_client import SETTINGS, operator, segment
from harness import LONGEST_WAIT, Failed, Node, check, check_equal, main, sanitized, test, until
from lives import STOPPED, Store
from raw_client import tcp

HOSTILE = ["a/b", "/a", "a//b", "a/", "//", ".", "..", "a/../b", "100%", "%2F", "%2e%2e", "<script>alert(1)</script>/x",
           "\"quoted' \\ back", " spaces ", "{topic}", "日本語/🐟", "a;b", ";", "a\tb", "?x=1&y", "\u007f",
           "a=b,c"]


def node_of(**settings):
    return Node({**SETTINGS, **settings})


def retain(client, topic, payload=b"kept", qos=1, **props):
    reason = client.publish(topic, payload, qos, retain=True, **props)
    check(reason < 0x80, f"{topic!r} was answered with 0x{reason:02X}")


def retain_many(client, topics, payload=b"x"):
    """As QoS 0, and a last one that is acknowledged when all are in."""
    data = b"".join(mqtt.publish(each, payload, retain=True) for each in topics)
    for at in range(0, len(data), 1 << 16):
        client.send(data[at:at + (1 << 16)])
    retain(client, topics[-1], payload)


def by_name(items):
    return {each["name"]: each for each in items}


def level(admin, topic=None, **query):
    """The level below a topic, which may be "": then the parameter is there, and empty."""
    return admin.items("/topics", **query, **({} if topic is None else {"prefix": topic}))


def in_order(topics):
    """As the node has them: a slash comes before any other character."""
    return sorted(topics, key=lambda topic: topic.encode().replace(b"/", b"\0"))


# --- the tree -------------------------------------------------------------------------------------------------------

@test
def a_level_shows_what_is_at_and_below_each_name():
    with node_of(**{"node.loops": 3}) as node, tcp(node) as one, tcp(node) as two, tcp(node) as sender:
        one.connect("one")
        two.connect("two")
        sender.connect("sender")
        one.subscribe("plant/1/state", "plant/1", "plant/+/state", "plant/#", "$share/crew/plant/2/state", "#")
        two.subscribe("plant/1/state", "plant/+/state", "$share/crew/plant/2/state", "$share/crew/plant/#", "other")
        for topic in ("plant/1/state", "plant/3/a/b", "plant/3"):
            retain(sender, topic)
        admin = operator(node)
        until(lambda: "$SYS" in by_name(level(admin)), "the node says something of itself")
        plant = by_name(level(admin, "plant"))
        figures = {name: (each["subscriptions"], each["retained"], each["children"]) for name, each in plant.items()}
        check_equal(figures, {"#": (2, 0, False), "+": (2, 0, True), "1": (3, 1, True), "2": (2, 0, True),
                              "3": (0, 2, True)}, "below plant")
        check_equal(plant["1"]["topic"], "plant/1", "a topic")
        top = by_name(level(admin))
        check_equal(set(top), {"#", "$SYS", "other", "plant"}, "the first level: no $share, but $SYS")
        check_equal((top["plant"]["subscriptions"], top["plant"]["retained"]), (9, 3), "plant")
        check(top["$SYS"]["retained"] > 0 and top["$SYS"]["children"], f"{top['$SYS']}")
        check_equal(list(by_name(level(admin, "plant/3/a"))), ["b"], "a level of one")
        check_equal(level(admin, "plant/3/a/b"), [], "below a leaf")
        check_equal(level(admin, "plan"), [], "the beginning of a name is none")
        for client in (one, two):
            client.close()
        until(lambda: not {"#", "other"} & set(by_name(level(admin))), "sessions that ended subscribe to nothing")
        until(lambda: [each["subscriptions"] for each in level(admin, "plant")] == [0, 0], "what is retained is left")


@test
def rates_are_known_once_somebody_has_looked():
    with node_of(**{"node.loops": 1}) as node, tcp(node) as client:
        client.connect("sender")
        admin = operator(node)
        check_equal(level(admin, "busy"), [], "nothing but publications, and nobody has looked")
        deadline = time.monotonic() + LONGEST_WAIT
        while True:
            for topic in ("busy/a", "busy/a", "busy/b/c"):
                client.publish(topic, b"x", 1)
            found = by_name(level(admin, "busy"))
            if "a" in found and "b" in found and found["a"]["rate"]:
                break
            if time.monotonic() > deadline:
                raise Failed(f"no rates: {found}")
        check(found["b"]["rate"] > 0 and found["b"]["children"] and not found["a"]["children"], f"{found}")
        check(1.2 < found["a"]["rate"] / found["b"]["rate"] < 3.5, f"twice as often: {found}")
        check(by_name(level(admin))["busy"]["rate"] > 0, "above them")


@test
def levels_come_in_pages():
    names = [f"n{number}" for number in range(250)]
    with node_of(**{"node.loops": 2}) as node, tcp(node) as client:
        client.connect("one")
        for at in range(0, 200, 50):
            client.subscribe(*[f"top/{name}" for name in names[at:at + 50]])
        retain_many(client, [f"top/{name}/{leaf}" for name in names[100:] for leaf in range(3)])
        admin = operator(node)
        for limit in (1000, 249, 250, 7):
            found = admin.pages("/topics", limit, prefix="top")
            check_equal([each["name"] for each in found], sorted(names), f"pages of {limit}")
            wrong = [each for each in found if (each["subscriptions"], each["retained"]) !=
                     (int(each["name"] in names[:200]), 3 * (each["name"] in names[100:]))]
            check_equal(wrong, [], f"what was counted wrong on pages of {limit}")
        check_equal(admin.get("/topics", prefix="top", limit=250)["next"], None, "a page with all of it")
        for wrong in ("0", "1001", "x"):
            admin.get("/topics", status=400, limit=wrong)
            admin.get("/retained", status=400, limit=wrong)
        for wrong in ("x", "0.1", "=" + "x" * 2000):
            admin.get("/topics", status=400, cursor=wrong)
            admin.get("/retained", status=400, cursor=wrong)


# --- retained messages ----------------------------------------------------------------------------------------------

@test
def a_retained_message_is_shown_with_all_its_publisher_said():
    with node_of() as node, tcp(node) as client:
        client.connect("sender")
        payload = bytes(range(256))
        began = time.time() * 1000
        retain(client, "kept/1", payload, 2, content_type="application/x", response_topic="answers",
               correlation_data=b"\x00\xff", user_property=("a", "ä"), message_expiry=100, payload_format=0)
        retain(client, "kept/2", b"plain")
        admin = operator(node)
        found = admin.get("/retained/" + segment("kept/1"))
        wanted = {"topic": "kept/1", "bytes": 256, "qos": 2, "payload": base64.b64encode(payload).decode(),
                  "payload_is_cut": False, "content_type": "application/x", "response_topic": "answers",
                  "correlation_data": "AP8=", "user_properties": [{"name": "a", "value": "ä"}],
                  "payload_format": "bytes"}
        check_equal({name: found.get(name) for name in wanted}, wanted, "the message")
        check(began - 2000 < found["since"] < time.time() * 1000 + 2000, f"since {found['since']}, not {began}")
        check(abs(found["expires_at"] - found["since"] - 100_000) < 2000, f"{found}")
        plain = admin.get("/retained/" + segment("kept/2"))
        check_equal((plain["content_type"], plain["user_properties"], plain["expires_at"]), (None, [], None), "another")
        listed = admin.items("/retained", prefix="kept/")
        check_equal([(each["topic"], each["bytes"], each["qos"]) for each in listed],
                    [("kept/1", 256, 2), ("kept/2", 5, 1)], "the list")
        check("payload" not in listed[0], "a list has no payloads")
        admin.get("/retained/nothing", status=404)
        retain(client, "kept/long", bytes(1_500_000), 1)
        long_one = admin.get("/retained/" + segment("kept/long"))
        check_equal((long_one["bytes"], long_one["payload_is_cut"], len(base64.b64decode(long_one["payload"]))),
                    (1_500_000, True, 1 << 20), "a long one")


@test
def hostile_topics_are_listed_read_and_deleted():
    with node_of(**{"node.loops": 2}) as node, tcp(node) as client:
        client.connect("sender")
        for number, topic in enumerate(HOSTILE):
            retain(client, topic, b"%d" % number)
        admin = operator(node)
        listed = [each["topic"] for each in admin.pages("/retained", 3) if not each["topic"].startswith("$")]
        check_equal(listed, in_order(HOSTILE), "the list in its order")
        for number, topic in enumerate(HOSTILE):
            *above, name = topic.split("/")
            below = by_name(level(admin, "/".join(above) if above else None))
            check(below[name]["topic"] == topic and below[name]["retained"] >= 1, f"{topic!r} in the tree: {below}")
            # As a browser has to: it takes "." and ".." out of a path, however they are encoded.
            path = "/retained/" + segment(topic) + (";" if topic in (".", "..") else "")
            got = admin.get(path)
            check_equal((got["topic"], base64.b64decode(got["payload"])), (topic, b"%d" % number), f"{topic!r}")
            check(topic in [each["topic"] for each in admin.items("/retained", prefix=topic)], f"prefix {topic!r}")
            admin.delete(path)
            admin.get(path, status=404)
            admin.delete(path, status=404)
        left = [each["topic"] for each in admin.pages("/retained", 1000) if not each["topic"].startswith("$")]
        check_equal(left, [], "what is left")


@test
def who_subscribes_learns_of_a_deletion():
    with node_of() as node, tcp(node) as sender, tcp(node) as early, tcp(node) as late:
        sender.connect("sender")
        early.connect("early")
        late.connect("late")
        retain(sender, "kept/1", b"one")
        retain(sender, "kept/2", b"two")
        early.subscribe(("kept/1", 1))
        check_equal(early.message().payload, b"one", "before")
        operator(node).delete("/retained/" + segment("kept/1"))
        got = early.message()
        check_equal((got.topic, got.payload), ("kept/1", b""), "what a subscriber is sent")
        late.subscribe("kept/#")
        check_equal(late.message().topic, "kept/2", "what a later one is sent")
        check(late.nothing_came(), "the deleted one")


@test
def all_below_a_prefix_are_deleted_at_once():
    with node_of(**{"node.loops": 2}) as node, tcp(node) as client:
        client.connect("sender")
        retain_many(client, [f"plant/{number}/state" for number in range(3000)] + ["plants", "plan", "$mine/x"])
        admin = operator(node)
        admin.delete("/retained", status=400)
        admin.delete("/retained", status=400, prefix="")
        check_equal(admin.delete("/retained", status=200, prefix="nothing"), {"removed": 0, "more": False}, "of none")
        check_equal(admin.delete("/retained", status=200, prefix="plant/"), {"removed": 3000, "more": False}, "plant/")
        check_equal([each["topic"] for each in admin.pages("/retained", 1000, prefix="p")], ["plan", "plants"], "left")
        check_equal(admin.delete("/retained", status=200, prefix="$mine")["removed"], 1, "with a $ in front")


@test
def the_store_hears_of_a_deletion():
    with Store(**SETTINGS) as store:
        with tcp(store.node) as client:
            client.connect("sender")
            for topic in ("kept/1", "kept/2", "more/1", "more/2"):
                retain(client, topic)
        admin = operator(store.node)
        admin.delete("/retained/" + segment("kept/1"))
        admin.delete("/retained", status=200, prefix="more/")
        admin = operator(store.again(STOPPED))
        found = [each for each in admin.items("/retained") if each["topic"][0] != "$"]
        check_equal([each["topic"] for each in found], ["kept/2"], "after a restart")
        check_equal(found[0]["since"], None, "since when is not known of one from the store")


@test
def who_only_looks_deletes_nothing():
    with node_of() as node, tcp(node) as client:
        client.connect("sender")
        retain(client, "kept")
        admin = operator(node)
        admin.post("/users", {"name": "looker", "password": "long enough for it", "role": "viewer"}, status=201)
        looker = type(admin)(node).log_in("looker", "long enough for it")
        check_equal(len(looker.items("/retained", prefix="kept")), 1, "it may look")
        looker.delete("/retained/kept", status=403)
        looker.delete("/retained", status=403, prefix="kept")
        check("kept" in by_name(level(looker)), "and the tree")


@test
def a_hundred_thousand_are_paged_through():
    count = 20_000 if sanitized() else 100_000
    topics = [f"floor{number % 5}/room{number % 1000}/sensor{number}" for number in range(count)]
    with node_of(**{"node.loops": 2}) as node, tcp(node) as client:
        client.connect("sender")
        retain_many(client, topics)
        admin = operator(node)
        found, cursor, slowest = [], "", 0
        while cursor is not None:
            began = time.monotonic()
            got = admin.get("/retained", prefix="floor", limit=1000, **({"cursor": cursor} if cursor else {}))
            slowest = max(slowest, time.monotonic() - began)
            found += [each["topic"] for each in got["items"]]
            cursor = got["next"]
        check_equal(found, in_order(topics), "all of them in their order")
        top = {name: each["retained"] for name, each in by_name(level(admin)).items() if name != "$SYS"}
        check_equal(top, {f"floor{number}": count // 5 for number in range(5)}, "the first level")
        rooms = admin.pages("/topics", 60, prefix="floor3")
        check_equal(sum(each["retained"] for each in rooms), count // 5, "below one of them")
        check(sanitized() or slowest < 1, f"the slowest page took {slowest:.2f} s")


# --- mends ----------------------------------------------------------------------------------------------------------

@test
def pages_of_subscriptions_keep_to_their_limit():
    with node_of() as node, tcp(node) as many, tcp(node) as few:
        many.connect("many")
        few.connect("few")
        wanted = sorted([("many", f"a/{number}") for number in range(1500)] + [("few", f"a/{n}") for n in range(5)])
        for at in range(0, 1500, 100):
            many.subscribe(*[f"a/{number}" for number in range(at, at + 100)])
        few.subscribe(*[f"a/{number}" for number in range(5)])
        admin = operator(node)
        for limit in (1, 7, 500, 1000):
            if limit > 1:
                found = [(each["client"], each["filter"]) for each in admin.pages("/subscriptions", limit)]
                check_equal(sorted(found), wanted, f"pages of {limit}")
            found = [each["client"] for each in admin.pages("/subscriptions", limit, filter="a/3")]
            check_equal(sorted(found), ["few", "many"], f"with one filter, pages of {limit}")
        check_equal(len(admin.pages("/subscriptions", 7, client="few")), 5, "of one client")


@test
def a_client_is_found_as_soon_as_it_is_connected():
    with node_of(**{"node.loops": 4}) as node:
        admin = operator(node)
        for number in range(200):
            with tcp(node) as client:
                client.connect(f"client {number}")
                path = "/clients/" + segment(f"client {number}")
                admin.get(path)
                admin.delete(path)
                check_equal(client.closed().reason, 0x98, "DISCONNECT")


@test
def clients_called_dots_are_reached_by_a_path():
    with node_of() as node, tcp(node) as one, tcp(node) as two:
        one.connect(".")
        two.connect("..")
        admin = operator(node)
        for name in (".", ".."):
            check_equal(admin.get(f"/clients/{name};")["id"], name, "with an empty parameter behind it")
            check_equal(admin.get(f"/clients/{name.replace('.', '%2E')}")["id"], name, "encoded")
            check_equal(admin.get(f"/clients/{name};/autopsy")["client"], name, "with more behind it")
        admin.get("/clients/...;", status=404)


main()
