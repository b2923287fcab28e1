#!/usr/bin/python3
# sanitize address thread
"""Who takes a node's time and whose messages wait, as the admin API tells; and events below $SYS/actors."""
import contextlib
import json
import threading
from pathlib import Path

import raw_mqtt as mqtt
from admin_client import SETTINGS, known, operator, segment
from harness import Node, check, check_equal, main, scratch_folder, test, until
from lives import HOUR
from raw_client import tcp

ONE_LOOP = {"node.loops": 1}
SESSIONS = "root/loop 0/sessions"
RESTARTED = "restarted by|it is restarted"


def node_of(errors=None, **settings):
    return Node({**SETTINGS, **ONE_LOOP, **settings}, errors)


def sessions(admin, sort):
    return admin.items("/actors", path=SESSIONS, sort=sort)


@contextlib.contextmanager
def busy(client, topic):
    """The client publishes as fast as it may."""
    over, block = threading.Event(), mqtt.publish(topic, b"x" * 64) * 500

    def publish():
        with contextlib.suppress(OSError):
            while not over.is_set():
                client.send(block)
    thread = threading.Thread(target=publish, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(30)


# --- who takes how much of a processor ------------------------------------------------------------------------------

@test
def the_session_that_takes_the_time_is_the_first():
    with node_of() as node, tcp(node) as worker, tcp(node) as idle:
        admin = operator(node)
        idle.connect("idle")
        worker.connect("worker")
        known(admin, "idle", "worker")
        check_equal(sessions(admin, "-cpu_share")[0]["cpu_share"], None, "before somebody looked")
        with busy(worker, "nobody/wants/it"):
            until(lambda: (sessions(admin, "-cpu_share")[0]["cpu_share"] or 0) > 0.05, "the share of the busiest")
            first, second = sessions(admin, "-cpu_share")
            check_equal((first["name"], second["name"]), ("worker", "idle"), "the busiest first")
            check_equal(sessions(admin, "cpu_share")[0]["name"], "idle", "the idlest first")
            check(second["cpu_share"] < first["cpu_share"] / 4, f"an idle one has {second['cpu_share']}")
            detail = admin.get("/actors/detail", path=first["path"])
            check(detail["cpu_share"] > 0.02, f"its own page says {detail['cpu_share']}")


@test
def a_supervisor_has_what_is_below_it():
    with node_of() as node, tcp(node) as worker:
        admin = operator(node)
        worker.connect("worker")
        root = lambda: admin.get("/actors", path="root")
        with busy(worker, "nobody/wants/it"):
            until(lambda: (root()["actor"]["cpu_share"] or 0) > 0.05, "root's share")
            level = root()
            shares = {each["name"]: each["cpu_share"] for each in level["items"]}
            check(all(share is not None for share in shares.values()), f"unknown: {shares}")
            check(abs(sum(shares.values()) - level["actor"]["cpu_share"]) < 1e-6, f"not the sum: {shares}")
            shard = lambda: admin.get("/actors/detail", path="root/loop 0/shard")["cpu_share"]
            until(lambda: shard() > 0, "a sample that met the shard")
            below = admin.get("/actors", path="root/loop 0")
            shares = {each["name"]: each["cpu_share"] for each in below["items"]}
            check(sum(shares.values()) <= below["actor"]["cpu_share"] + 1e-6, f"more than the loop's: {shares}")
            check(shares["sessions"] > shares["registry"], f"{shares}")
            check(below["actor"]["cpu_share"] <= 1, f"a loop has {below['actor']['cpu_share']} of a processor")


@test
def an_idle_node_takes_next_to_nothing():
    with node_of() as node, tcp(node) as client:
        admin = operator(node)
        client.connect("idle")
        for _ in range(50):
            client.publish("a", b"x", 1)
        loop = lambda: admin.get("/actors", path="root/loop 0")["actor"]["cpu_share"]
        until(lambda: loop() is not None, "the loop's share")
        until(lambda: loop() < 0.1, "a loop that sleeps is not blamed for what it did last")


# --- what waits -----------------------------------------------------------------------------------------------------

@test
def the_age_of_what_waits_grows():
    with node_of() as node, tcp(node) as away, tcp(node) as sender:
        admin = operator(node)
        away.connect("away", session_expiry=HOUR)
        away.subscribe(("work", 1))
        sender.connect("sender")
        known(admin, "away", "sender")
        away.close()
        until(lambda: not admin.get("/clients/away")["connected"], "it is away")
        sender.publish("work", b"x", 1)
        of = lambda name: next(each for each in sessions(admin, "name") if each["name"] == name)
        until(lambda: (of("away")["oldest_message_age_ms"] or 0) > 50, "its age")
        check_equal(of("sender")["oldest_message_age_ms"], 0, "of one for which nothing waits")
        check_equal(sessions(admin, "-oldest_message_age_ms")[0]["name"], "away", "the oldest first")
        check(of("away")["oldest_message_age_ms"] < 60_000, f"{of('away')}")


@test
def a_client_that_stops_reading_is_seen_by_the_age_of_its_output():
    settings = {"limits.outbox_bytes_max": "64KiB"}
    with node_of(**settings) as node, tcp(node) as stalled, tcp(node) as sender:
        admin = operator(node)
        stalled.connect("stalled")
        stalled.subscribe(("flood", 0))
        sender.connect("sender")
        known(admin, "stalled", "sender")
        row = lambda: admin.get("/actors/detail", path=f"{SESSIONS}/stalled")
        with busy(sender, "flood"):
            until(lambda: row()["link"]["waiting_bytes"] > 0, "its output waits")
        until(lambda: row()["oldest_message_age_ms"] > 300, "the age of its output")
        check_equal(sessions(admin, "-oldest_message_age_ms")[0]["name"], "stalled", "the oldest first")


@test
def every_loop_tells_its_longest_turn():
    with node_of(**{"node.loops": 2}) as node, tcp(node) as client:
        admin = operator(node)
        client.connect("one")
        turns = lambda: [each["longest_turn_us"] for each in admin.get("/node")["loops"]]
        until(lambda: max(turns()) > 0, "a turn took some time")
        check(all(isinstance(each, int) for each in turns()), f"{turns()}")


# --- events below $SYS/actors ---------------------------------------------------------------------------------------

@contextlib.contextmanager
def guarded_node(rules, errors=None, **settings):
    with scratch_folder() as folder:
        file = Path(folder) / "acl"
        file.write_text(rules)
        with node_of(errors, **{"access.acl_file": file, **settings}) as node:
            yield node


OPERATORS_ONLY = "allow user ops subscribe $SYS/#\ndeny all subscribe $SYS/actors/#\ndefault allow\n"


def event(client):
    """(topic below $SYS/actors, what it says) of the next event."""
    got = client.message()
    return got.topic.removeprefix("$SYS/actors/"), json.loads(got.payload)


@test
def who_may_gets_events_as_messages():
    with guarded_node(OPERATORS_ONLY) as node, tcp(node) as watch, tcp(node) as other:
        watch.connect("watch", user="ops")
        check_equal(list(watch.subscribe(("$SYS/actors/client_connected/#", 0))), [0], "granted")
        for client_id in ("pump-1", "a/+#%b"):
            with tcp(node) as client:
                client.connect(client_id)
                topic, said = event(watch)
                check_equal(topic, "client_connected/" + segment(client_id), "its topic")
                check_equal((said["client"], said["kind"], said["listener"]), (client_id, "client_connected", "tcp"),
                            "what it says")
                check_equal(said["address"], "{}:{}".format(*client.sock.getsockname()), "from where")
        other.connect("other", user="somebody")
        check_equal(list(other.subscribe(("$SYS/actors/#", 0))), [0x87], "of one who may not")


@test
def an_actor_that_is_restarted_has_its_path_for_a_topic():
    with guarded_node(OPERATORS_ONLY, errors=RESTARTED) as node, tcp(node) as watch:
        admin = operator(node)
        watch.connect("watch", user="ops")
        watch.subscribe(("$SYS/actors/actor_restarted/#", 0))
        admin.post("/actors/restart", status=202, path="root/loop 0/registry")
        check_equal(event(watch)[0], "actor_restarted/root/loop 0/registry", "a named actor's")
        known(admin, "watch")
        admin.post("/actors/restart", status=202, path=f"{SESSIONS}/watch")
        topic, said = event(watch)
        check_equal((topic, said["client"]), ("actor_restarted/watch", "watch"), "a session's")
        # A shard that begins anew asks for all subscriptions, and knows of this one again.
        admin.post("/actors/restart", status=202, path="root/loop 0/shard")
        check_equal(event(watch)[0], "actor_restarted/root/loop 0/shard", "the shard's own")


def gets_no_event(node, **who):
    with tcp(node) as watch:
        watch.connect("watch", **who)
        watch.subscribe(("$SYS/actors/#", 0), ("$SYS/#", 0), ("#", 0), ("barrier", 0))
        with tcp(node) as client:
            client.connect("passer-by")
            client.send(mqtt.disconnect())
            client.closed()
        got = operator(node).request("POST", "/publish", {"topic": "barrier", "payload": "x"})  # by the same loop
        check(got.status in (200, 202), got)
        while (got := watch.message()).topic != "barrier":
            check(not got.topic.startswith("$SYS/actors"), f"it was told of {got.topic}")


@test
def without_rules_nobody_is_told_of_others():
    with node_of() as node:
        gets_no_event(node)
    with guarded_node("default allow\n") as node:
        gets_no_event(node, user="ops")


@test
def rules_hold_back_what_a_wider_filter_would_bring():
    with guarded_node(OPERATORS_ONLY) as node:
        gets_no_event(node, user="somebody")


@test
def more_events_than_a_second_may_have_are_left_out_and_counted():
    settings = {"sys.events_per_second_max": 5, "sys.interval": "1s"}
    with guarded_node(OPERATORS_ONLY, **settings) as node, tcp(node) as watch, tcp(node) as figures:
        watch.connect("watch", user="ops")
        watch.subscribe(("$SYS/actors/client_connected/#", 0))
        figures.connect("figures", user="ops")
        figures.subscribe(("$SYS/brokers/events/left_out", 0))
        for number in range(60):
            with tcp(node) as client:
                client.connect(f"passer-by-{number}")
        until(lambda: int(figures.message().payload) > 0, "some were left out")


main()
