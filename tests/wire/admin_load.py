#!/usr/bin/python3
"""The console's calls while the node works: how long each takes, and what they cost the clients' messages.

    admin_load.py          500 clients, 500 messages a second; bounds so wide that only a blunder crosses them
    admin_load.py --full   15,000 clients, 10,000 messages a second; every call's p99 under 200 ms, and the messages'
                           p99 with somebody at the actor page at most 1.2 times of that without
"""
import contextlib
import json
import os
import random
import statistics
import subprocess
import threading
import time
from pathlib import Path

from admin_calls import calls
from admin_client import SETTINGS, operator
from harness import Node, check, full, main, say, scratch_folder, test, until
from load_tool import program

CLIENTS, RATE, REPEATED, CALL_MS = (15_000, 10_000, 30, 200) if full() else (500, 500, 3, 2_000)
ROUNDS, ROUND_SECONDS, RATIO = (5, 15, 1.2) if full() else (1, 2, 20)
PROCESSES = 4 if full() else 2
HELD_MAX = 600  # seconds that the load of the first part may be needed


class Load:
    """Pairs of WebSocket clients that publish to each other at a steady rate, in processes of their own."""

    def __init__(self, node, seconds):
        host, port = node.bound("ws")
        self.folder = contextlib.ExitStack()
        self.file = Path(self.folder.enter_context(scratch_folder())) / "load.json"
        self.process = subprocess.Popen(
            [program(), "pair", "-h", host, "-p", str(port), "--ws", "-c", str(CLIENTS // 2), "-q", "1", "-s", "256",
             "--rate", str(RATE), "--connrate", "3000", "--warmup", "3s", "--duration", f"{seconds}s", "--processes",
             str(PROCESSES), "--prefix", "load-", "-u", "user-%i", "--quiet", "--json", str(self.file)],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def connected(self, admin):
        found = lambda: self.process.poll() is not None or admin.get("/node")["connections"] >= CLIENTS
        until(found, f"{CLIENTS} clients are connected", 120)
        check(self.process.poll() is None, "the load has ended")

    def report(self):
        _, told = self.process.communicate(timeout=300)
        check(self.process.returncode == 0, f"the load failed: {told}")
        return json.loads(self.file.read_text())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self.folder.close()


def at(part, values):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


# --- how long calls take --------------------------------------------------------------------------------------------

class Stopwatch:
    """Makes calls, and remembers how long each took."""

    def __init__(self, admin):
        self.admin, self.took, self.absent = admin, {}, set()

    def call(self, name, method, path, body, query):
        if name in self.absent:
            return
        began = time.perf_counter()
        answer = self.admin.request(method, path, body, **query)
        seconds = time.perf_counter() - began
        if answer.status in (404, 405, 406):  # 406: in its place the page, which is kept compressed
            self.absent.add(name)
            return
        check(answer.status < 400, f"{name}: {answer}")
        self.took.setdefault(name, []).append(seconds * 1000)

    def table(self):
        say(f"{'call':<58} {'times':>5} {'p50 ms':>8} {'p99 ms':>8} {'slowest':>8}")
        for name, took in sorted(self.took.items(), key=lambda each: -max(each[1])):
            say(f"{name:<58} {len(took):>5} {at(0.5, took):>8.1f} {at(0.99, took):>8.1f} {max(took):>8.1f}")
        if self.absent:
            say("not there: " + ", ".join(sorted(self.absent)))


@test
def every_call_behind_a_page_is_answered_soon():
    with Node(SETTINGS) as node, Load(node, HELD_MAX) as load:
        admin = operator(node)
        load.connected(admin)
        until(lambda: admin.get("/node")["rates"]["received"] > RATE * 0.8, "the load has its full rate", 60)
        watch = Stopwatch(admin)
        chosen = calls(admin) * REPEATED
        random.Random(1).shuffle(chosen)
        admin.get("/actors", path="root")  # begins to look at who takes the processors
        for each in chosen:
            watch.call(*each)
        check(load.process.poll() is None, "the load ended before the calls did")
        rates = admin.get("/node")["rates"]
        say(f"{CLIENTS} clients, {rates['received']:.0f} messages a second")
        watch.table()
        slow = {name: f"{at(0.99, took):.0f} ms" for name, took in watch.took.items() if at(0.99, took) >= CALL_MS}
        check(not slow, f"p99 of {CALL_MS} ms or more: {slow}")
        check(rates["received"] > RATE / 2, f"the node takes {rates['received']:.0f} messages a second")


# --- what they cost -------------------------------------------------------------------------------------------------

class Onlooker:
    """Somebody at the actor page: its levels, one actor, the stream of events, a second apart.

    An operator's browser has processors of its own. Here it shares them with node and load, so it gets what they leave.
    """

    def __init__(self, node):
        self.admin, self.over, self.events, self.polls = operator(node), threading.Event(), 0, 0
        self.stream = self.admin.stream()
        self.threads = [threading.Thread(target=each, daemon=True) for each in (self.look, self.listen)]

    @staticmethod
    def take_what_is_left():
        os.sched_setscheduler(threading.get_native_id(), os.SCHED_IDLE, os.sched_param(0))

    def look(self):
        self.take_what_is_left()
        page = "root/loop 0/sessions"
        while not self.over.wait(1):
            self.admin.get("/node")
            for path in ("root", "root/loop 0"):
                self.admin.get("/actors", path=path, sort="-restarts")
            found = self.admin.get("/actors", path=page, sort="-cpu_share", limit=100)["items"]
            self.admin.get("/actors", path=page, sort="-mailbox_depth", limit=100)
            if found:
                self.admin.request("GET", "/actors/detail", path=found[0]["path"])
            self.polls += 1

    def listen(self):
        self.take_what_is_left()
        with contextlib.suppress(Exception):  # it is closed below
            while not self.over.is_set():
                self.stream.event(1_000)
                self.events += 1

    def __enter__(self):
        for each in self.threads:
            each.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.threads[0].join(60)
        self.stream.close()


def p99_of_a_round(watched):
    """Of the messages, in milliseconds, with a node of its own."""
    with Node(SETTINGS) as node, contextlib.ExitStack() as onlookers:
        looks = onlookers.enter_context(Onlooker(node)) if watched else None
        with Load(node, ROUND_SECONDS) as load:
            report = load.report()
        onlookers.close()
        check(report["ledger"]["lost"] == 0, f"lost: {report['ledger']}")
        if watched:
            said = f"the page was read {looks.polls} times, with {looks.events} events"
            say(said)
            check(looks.polls >= ROUND_SECONDS // 2 and looks.events > 0, said)
        return report["latency_us"]["p99"] / 1000


@test
def messages_hardly_wait_for_the_console():
    found = {False: [], True: []}
    for number in range(ROUNDS):
        for watched in (False, True) if number % 2 == 0 else (True, False):
            found[watched].append(p99_of_a_round(watched))
            say(f"round {number + 1}, {'actor page and events' if watched else 'nobody looks'}: "
                f"p99 {found[watched][-1]:.2f} ms")
    without, with_page = (statistics.median(found[each]) for each in (False, True))
    say(f"{CLIENTS} clients, {RATE} messages a second, medians of {ROUNDS} rounds: p99 {without:.2f} ms without, "
        f"{with_page:.2f} ms with the actor page and the event stream: {with_page / without:.2f} times")
    check(with_page <= without * RATIO, f"p99 is {with_page / without:.2f} times of that without, {RATIO} allowed")


main()
