#!/usr/bin/python3
"""Resident memory of idle WebSocket connections, each subscribed to a topic of its own, and of durable sessions without
a connection.

    idle_memory.py           up to 1,000 connections, 10,000 sessions; bounds so wide that only a leak crosses them
    idle_memory.py --full    up to 15,000 connections, 200,000 sessions; the figures that are promised
"""
import threading

import crowd
from harness import Node, Swarm, check, full, main, say, test

FEW, MANY, HOLD_SECONDS, PER_CONNECTION = (3_000, 15_000, 10, 2048) if full() else (200, 1_000, 0.5, 16_384)
EMPTY_MIB = 64
# Disconnected durable sessions. They sleep 2 s after they lost their link; then the store writes behind for a while.
FEW_ASLEEP, MANY_ASLEEP, FALLS_ASLEEP_SECONDS, PER_SLEEPER = \
    (20_000, 200_000, 8, 300) if full() else (1_000, 10_000, 4, 3_000)


def held(node, swarm, count):
    """Resident bytes with so many connections, once that is all that happens."""
    swarm.grow(count)
    threading.Event().wait(HOLD_SECONDS)
    return node.resident_kib() * 1024


@test
def an_idle_connection_costs_little():
    with Node() as node, Swarm(node) as swarm:
        threading.Event().wait(HOLD_SECONDS / 10)
        empty = node.resident_kib() / 1024
        few = held(node, swarm, FEW)
        many = held(node, swarm, MANY)
        each = (many - few) / (MANY - FEW)
        say(f"empty node {empty:.1f} MiB; {FEW} connections {few / 2**20:.1f} MiB; {MANY} connections "
            f"{many / 2**20:.1f} MiB: {each:.0f} bytes for each")
        check(empty <= EMPTY_MIB, f"the empty node has {empty:.1f} MiB")
        check(each <= PER_CONNECTION, f"a connection costs {each:.0f} bytes")


@test
def memory_of_closed_connections_is_used_again():
    count = 5_000 if full() else 500
    with Node() as node:
        seen = []
        for round_number in range(4):
            with Swarm(node, f"round-{round_number}") as swarm:
                swarm.grow(count)
            seen.append(node.resident_kib())
        say(f"resident after {count} connections came and went, four times: {seen} KiB")
        check(seen[-1] < seen[0] * 1.3 + 4096, "it grows with every round")


def asleep(node, before, count):
    """Resident bytes with so many sessions, of which so many were there before."""
    crowd.come_and_go(node.bound("tcp"), before, count - before)
    threading.Event().wait(FALLS_ASLEEP_SECONDS)
    return node.resident_kib() * 1024


@test
def a_disconnected_durable_session_costs_little():
    """The store's cache is small, so that it is full before the first look and does not count as the sessions' own."""
    with Node({"persistence.cache_bytes": "8MiB"}) as node:
        few = asleep(node, 0, FEW_ASLEEP)
        many = asleep(node, FEW_ASLEEP, MANY_ASLEEP)
        each = (many - few) / (MANY_ASLEEP - FEW_ASLEEP)
        say(f"{FEW_ASLEEP} sessions {few / 2**20:.1f} MiB; {MANY_ASLEEP} sessions {many / 2**20:.1f} MiB: "
            f"{each:.0f} bytes for each")
        check(each <= PER_SLEEPER, f"a disconnected session costs {each:.0f} bytes")


main()
