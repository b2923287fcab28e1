#!/usr/bin/python3
"""The same work for Troupe and for other brokers, in turn, several rounds: medians and ratios.

    compare.py [--rounds N] [--seconds N] [--out FOLDER] [row...]

Every run has a broker of its own, freshly started on ports of its own; the load comes from troupe-bench on the same
machine. Rows are chosen by a part of their name. Writes <FOLDER>/peers.json and <FOLDER>/peers.md, and prints the
latter. CPU time is the broker's, user and system, from /proc; memory is its resident size.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import brokers

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / "build/troupe-bench"

PAIRS = ["pair", "--ws", "-c", "100", "-s", "256", "-F", "10"]
FAN_OUT = ["pair", "--ws", "-c", "1", "--fan-out", "500", "-s", "256", "-F", "10"]
CPU, LATENCY = "broker.us_per_message", "latency_us"


class Row:
    """`figure`: a path in troupe-bench's JSON; `share`: of mosquitto's, what is to be reached."""

    def __init__(self, name, unit, figure, share, words, timed=True):
        self.name, self.unit, self.figure, self.share, self.words, self.timed = name, unit, figure, share, words, timed


PACED_5000 = ["pair", "--ws", "-c", "1000", "-s", "256", "-q", "1", "--rate", "5000", "--warmup", "2s"]
ROWS = [
    Row("one to one QoS 0, 100 pairs", "us/message", CPU, 0.45, [*PAIRS, "-q", "0"]),
    Row("one to one QoS 1, 100 pairs, window 10", "us/message", CPU, 0.32, [*PAIRS, "-q", "1"]),
    Row("one to one QoS 2, likewise", "us/message", CPU, 0.25, [*PAIRS, "-q", "2"]),
    Row("fan-out 1 to 500 QoS 0", "us/delivery", "broker.us_per_delivery", 0.33, [*FAN_OUT, "-q", "0"]),
    Row("fan-out 1 to 500 QoS 1", "us/delivery", "broker.us_per_delivery", 0.28, [*FAN_OUT, "-q", "1"]),
    Row("fan-in 100 to 1 QoS 1, 20,000 messages/s", "us/message", CPU, 0.45,
        ["pair", "--ws", "-c", "1", "--fan-in", "100", "-s", "256", "-q", "1", "--rate", "20000", "--warmup", "1s"]),
    Row("paced 5,000 messages/s QoS 1 over 1,000 pairs", "us/message", CPU, 0.20, PACED_5000),
    Row("the same: end to end p50", "us", LATENCY + ".p50", 0.18, PACED_5000),
    Row("the same: end to end p99", "us", LATENCY + ".p99", 0.15, PACED_5000),
    Row("paced 10,000 messages/s QoS 1 over 9,000 pairs", "us/message", CPU, 0.35,
        ["pair", "--ws", "-c", "9000", "-s", "256", "-q", "1", "--rate", "10000", "-R", "3000", "--warmup", "3s"]),
    Row("connect, CONNACK, disconnect", "us/cycle", "broker.us_per_cycle", 0.60, ["churn", "--ws", "-c", "50"]),
    Row("idle and subscribed, 15,000 connections", "bytes/connection", "broker.resident_bytes_per_connection",
        1200 / 6270, ["sub", "--ws", "-c", "15000", "-R", "3000", "-t", "t/%i"]),
]


def value(result, path):
    for key in path.split(".", 1) if path.startswith(LATENCY) else path.split("."):
        result = result[key]
    return result


def measure(row_words, broker, seconds):
    """The JSON of one run against a broker that was just started."""
    with broker.running() as running, tempfile.NamedTemporaryFile("r", suffix=".json") as out:
        command = [BENCH, *row_words, "-p", running.port, "--broker-pid", running.pid, "--duration", f"{seconds}s",
                   "--quiet", "--json", out.name]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              timeout=60 + 10 * seconds)
        if done.returncode != 0:
            sys.exit(f"{broker.name}: {' '.join(row_words)}: {done.stderr.strip()}")
        return json.load(out)


def compare(rows, peers, rounds, seconds):
    """{row name: {broker: [figure of each round]}}; rows of the same words share their runs."""
    figures = {row.name: {peer.name: [] for peer in peers} for row in rows}
    for words in dict.fromkeys(tuple(row.words) for row in rows):
        for number in range(rounds):
            for peer in peers if number % 2 == 0 else reversed(peers):
                result = measure(words, peer, seconds)
                lost = result["ledger"]["lost"] + result["ledger"]["duplicate"]
                for row in rows:
                    if tuple(row.words) == words:
                        figures[row.name][peer.name].append(value(result, row.figure))
                        print(f"{row.name}, round {number + 1}, {peer.name}: {figures[row.name][peer.name][-1]:.2f} "
                              f"{row.unit}{f', {lost} LOST OR DOUBLED' if lost else ''}", file=sys.stderr)
    return figures


def table(rows, figures, peers):
    others = [peer.name for peer in peers if peer.name != "troupe"]
    lines = ["| work | unit | " + " | ".join(["troupe", *others, "share of mosquitto's", "to reach"]) + " |",
             "|---|---|" + "---|" * (len(others) + 3)]
    for row in rows:
        medians = {name: statistics.median(seen) for name, seen in figures[row.name].items() if seen}
        share = medians["troupe"] / medians["mosquitto"] if medians.get("mosquitto") else None
        cells = [f"{medians['troupe']:,.1f}", *(f"{medians[name]:,.1f}" if name in medians else "-" for name in others)]
        reached = "-" if share is None else f"{share:.2f}"
        lines.append(f"| {row.name} | {row.unit} | {' | '.join(cells)} | {reached} | {row.share:.2f} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "bench/results")
    parser.add_argument("rows", nargs="*")
    asked = parser.parse_args()
    rows = [row for row in ROWS if not asked.rows or any(part in row.name for part in asked.rows)]
    peers = [brokers.Troupe(ROOT / "build/troupe"), brokers.Mosquitto()]
    figures = compare(rows, peers, asked.rounds, asked.seconds)
    text = table(rows, figures, peers)
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "peers.json").write_text(json.dumps(
        {"rounds": asked.rounds, "seconds": asked.seconds, "versions": {peer.name: peer.version() for peer in peers},
         "figures": figures}, indent=1) + "\n")
    (asked.out / "peers.md").write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
