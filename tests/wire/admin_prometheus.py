#!/usr/bin/python3
# sanitize address
"""/metrics as Prometheus reads it, and the dashboard that is made of it."""
import json
import os
import re

from prometheus_client.parser import text_string_to_metric_families

import raw_mqtt as mqtt
from admin_client import SETTINGS, Admin, operator
from harness import ROOT, Node, check, check_equal, main, test, until
from lives import HOUR
from raw_client import tcp, ws

OPEN = {**SETTINGS, "admin.metrics_open": "true"}
DASHBOARD = ROOT / "examples/grafana/troupe.json"
UNITS = ("seconds", "bytes", "ratio", "info")
# What counts things is called after them.
THINGS = ("connections", "sessions", "subscriptions", "messages", "links", "watchers", "requests", "rows", "fds",
          "threads", "up", "alarm", "connects", "bans", "banned", "errors", "restarts", "accepted", "refused",
          "dropped", "received", "sent", "handled", "commits", "batches", "syncs", "failures", "conflicts", "events",
          "overwritten", "lost", "failed", "streams", "cut")


class Scrape:
    """One answer, read by the parser of Prometheus' own client."""

    def __init__(self, admin):
        got = admin.request("GET", "//metrics")
        check_equal(got.status, 200, f"a scrape ({got})")
        check_equal(got.header["Content-Type"], "text/plain; version=0.0.4; charset=utf-8", "its type")
        self.text = got.bytes.decode()
        self.families = {each.name: each for each in text_string_to_metric_families(self.text)}
        self.samples = {(sample.name, frozenset(sample.labels.items())): sample.value
                        for family in self.families.values() for sample in family.samples}

    def __call__(self, name, **labels):
        return self.samples[name, frozenset(labels.items())]

    def sum(self, name):
        return sum(value for (each, _), value in self.samples.items() if each == name)

    @property
    def names(self):
        return {name for name, _ in self.samples}

    def counted(self):
        """Samples that never go back."""
        return {(sample.name, frozenset(sample.labels.items())): sample.value for family in self.families.values()
                if family.type in ("counter", "histogram") for sample in family.samples}


def check_grown(before, after):
    for sample, value in before.counted().items():
        check(sample in after.samples, f"{sample} is gone")
        check(after.samples[sample] >= value, f"{sample} went back from {value} to {after.samples[sample]}")


def traffic(sender, reader, count):
    for _ in range(count):
        sender.publish("read", b"12345", 1)
        reader.message()


# --- who may --------------------------------------------------------------------------------------------------------

@test
def a_scrape_needs_a_key_unless_it_is_open():
    with Node(SETTINGS) as node:
        admin = operator(node)
        key = admin.post("/api-keys", {"name": "prometheus", "role": "viewer"}, 201)["key"]
        check_equal(Admin(node).request("GET", "//metrics").status, 401, "without a key")
        check_equal(Admin(node, key=key + "x").request("GET", "//metrics").status, 401, "with a wrong one")
        Scrape(Admin(node, key=key))
        check_equal(Admin(node, key=key).request("POST", "//metrics").status, 405, "what is no GET")
    with Node(OPEN) as node:
        Scrape(Admin(node))
        check_equal(Admin(node).request("GET", "/node").status, 401, "the API, even then")


# --- what is told ---------------------------------------------------------------------------------------------------

@test
def names_follow_the_conventions():
    with Node(OPEN) as node:
        found = Scrape(Admin(node))
        for name, family in found.families.items():
            check(re.fullmatch(r"(troupe|process)(_[a-z]+)+", name), f"{name} is no name")
            check(family.documentation.endswith("."), f"{name} has no help")
            check(family.type in ("counter", "gauge", "histogram"), f"{name} is a {family.type}")
            ending = name.rpartition("_")[2]
            check(ending in UNITS + THINGS, f"{name} ends in neither a unit nor what it counts")
            for sample in family.samples:
                check(set(sample.labels) <= {"version", "state", "result", "reason", "le", "loop", "class", "listener",
                                             "table", "alarm"}, f"labels of {sample}")
                if family.type == "counter":
                    check(sample.name == name + "_total", f"{sample.name} has no _total")
        check_equal(found.text.count("# TYPE "), len(found.families), "each family comes once")


@test
def the_figures_are_those_of_what_happens():
    with Node({**OPEN, "node.loops": 2, "limits.queue_messages_max": 3}) as node, tcp(node) as reader, \
            tcp(node) as sender, ws(node) as away:
        admin = Admin(node)
        before = Scrape(admin)
        reader.connect("reader")
        reader.subscribe(("read", 0))
        away.connect("away", session_expiry=HOUR)
        away.subscribe(("work", 1))
        away.send(mqtt.disconnect())
        away.closed()
        sender.connect("sender")
        traffic(sender, reader, 10)
        for _ in range(5):
            sender.publish("work", b"x", 1)
        sender.send(mqtt.publish("kept", b"x", 1, 9, retain=True))
        sender.expect(mqtt.PUBACK)
        found = Scrape(admin)
        check_grown(before, found)
        grown = lambda name, **labels: found(name, **labels) - before(name, **labels)
        check_equal([grown(f"troupe_messages_{way}_total") for way in ("received", "sent")], [16, 10], "messages")
        check_equal(grown("troupe_messages_dropped_total", reason="queue_full"), 2, "drops")
        check(grown("troupe_message_received_bytes_total") >= 16 * 5, "bytes")
        check_equal(grown("troupe_connects_total", result="accepted"), 3, "connects")
        check_equal(found("troupe_connections"), 2, "connections")
        sessions = [found("troupe_sessions", state=state) for state in ("connected", "disconnected", "asleep")]
        check(sessions in ([2, 1, 0], [2, 0, 1]), f"sessions {sessions}")
        check_equal(found("troupe_listener_connections_accepted_total", listener="ws"), 1, "accepted by ws")
        check_equal(found("troupe_listener_connections", listener="tcp"), 2, "connections of tcp")
        check_equal(grown("troupe_retained_messages"), 1, "retained")
        check_equal(found.sum("troupe_shard_subscriptions"), 2, "subscriptions without wildcards are in one shard each")
        until(lambda: Scrape(admin).sum("troupe_loop_links") == 2, "links")
        check(found.sum("troupe_actor_messages_handled_total") > before.sum("troupe_actor_messages_handled_total"),
              "what actors handled")
        check(grown("troupe_events_total") >= 4, "events")
        check_equal(grown("troupe_admin_requests_total"), 1, "requests, this one included")
        check(found("process_resident_memory_bytes") > 1 << 20, "memory")


@test
def latencies_become_a_histogram():
    with Node(OPEN) as node, tcp(node) as reader, tcp(node) as sender:
        reader.connect("reader")
        reader.subscribe(("read", 0))
        sender.connect("sender")
        traffic(sender, reader, 20)  # one by one: batches of one
        admin, name = Admin(node), "troupe_publish_latency_seconds"
        until(lambda: Scrape(admin)(name + "_count") >= 20, "all of them are counted")
        found = Scrape(admin)
        count = found(name + "_count")
        check(count < 40, f"and none twice, the node's own few apart: {count}")
        buckets = sorted((float(dict(labels)["le"]), value) for (each, labels), value in found.samples.items()
                         if each == name + "_bucket")
        check_equal([value for _, value in buckets], sorted(value for _, value in buckets), "buckets add up")
        check_equal(buckets[-1], (float("inf"), count), "the last one")
        check(0 < found(name + "_sum") < 20, f"the sum {found(name + '_sum')}")
        traffic(sender, reader, 20)
        until(lambda: Scrape(admin)(name + "_count") >= count + 20, "those that came later")


@test
def restarts_are_counted_by_what_was_restarted():
    with Node(OPEN, "restarted by|it is restarted") as node, tcp(node) as client:
        client.connect("steady")
        admin, scrape = operator(node), Admin(node)
        before = Scrape(scrape)
        for path in ("root/loop 0/shard", admin.get("/clients/steady")["actor"]):
            admin.post("/actors/restart", status=202, path=path)
        grown = lambda kind: Scrape(scrape)("troupe_actor_restarts_total", **{"class": kind})
        until(lambda: grown("shard") == grown("session") == 1, "both restarts")
        check_equal(before.sum("troupe_actor_restarts_total"), 0, "before")
        check_grown(before, Scrape(scrape))


@test
def the_number_of_series_is_not_that_of_the_clients():
    with Node(OPEN) as node:
        admin = Admin(node)
        before = len(Scrape(admin).samples)
        clients = [tcp(node) for _ in range(50)]
        for number, client in enumerate(clients):
            client.connect(f"client {number}")
            client.subscribe(f"topic/{number}")
            client.publish(f"another/{number}", b"x", 1)
        check_equal(len(Scrape(admin).samples), before, "series")
        for client in clients:
            client.close()


@test
def counters_never_go_back_under_load():
    with Node({**OPEN, "node.loops": 2}) as node, tcp(node) as reader, tcp(node) as sender:
        reader.connect("reader")
        reader.subscribe(("read", 0))
        sender.connect("sender")
        admin = Admin(node)
        before = Scrape(admin)
        for _ in range(30):
            traffic(sender, reader, 3)
            with tcp(node) as visitor:
                visitor.connect("visitor", session_expiry=HOUR)
            after = Scrape(admin)
            check_grown(before, after)
            before = after


@test
def the_process_is_told_of_as_the_system_does():
    with Node(OPEN) as node:
        admin = Admin(node)
        found = Scrape(admin)
        check(abs(found("process_cpu_seconds_total") - node.cpu_seconds()) < 1, "processor time")
        descriptors = lambda: len(os.listdir(f"/proc/{node.pid}/fd"))
        # The store opens some for a moment.
        until(lambda: Scrape(admin)("process_open_fds") == descriptors(), "descriptors")
        check(abs(found("process_resident_memory_bytes") / 1024 - node.resident_kib()) < 16 * 1024, "memory")
        started = operator(node).get("/node")["started_at"] / 1000
        check(abs(found("process_start_time_seconds") - started) < 60, "its start")


# --- the dashboard --------------------------------------------------------------------------------------------------

def expressions(node):
    """Every PromQL expression of a dashboard."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("expr", "query") and isinstance(value, str):
                yield value
            else:
                yield from expressions(value)
    elif isinstance(node, list):
        for each in node:
            yield from expressions(each)


@test
def the_dashboard_asks_for_what_there_is():
    with Node(OPEN) as node:
        names = Scrape(Admin(node)).names
        dashboard = json.loads(DASHBOARD.read_text())
        asked = set()
        for expression in expressions(dashboard):
            asked |= set(re.findall(r"\b(?:troupe|process)_\w+", expression))
        check(len(asked) > 20, f"it asks for {len(asked)} names only")
        check_equal(asked - names, set(), "names that the node does not tell")
        ids = [panel["id"] for panel in dashboard["panels"]]
        check_equal(len(ids), len(set(ids)), "panels have ids of their own")


main()
