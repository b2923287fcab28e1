#!/usr/bin/python3
"""Resident memory of idle WebSocket connections, each subscribed to a topic of its own.

    idle_memory.py           up to 1,000 connections; bounds so wide that only a leak crosses them
    idle_memory.py --full    up to 15,000 connections, held for 10 seconds; the figures that are promised
"""
import threading

from harness import Node, Swarm, check, full, main, say, test

FEW, MANY, HOLD_SECONDS, PER_CONNECTION = (3_000, 15_000, 10, 2048) if full() else (200, 1_000, 0.5, 16_384)
EMPTY_MIB = 64


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


main()
