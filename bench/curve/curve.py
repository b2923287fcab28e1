#!/usr/bin/python3
"""What a session and a message cost as sessions grow to two million in one process: a curve that is to stay flat.

Every size runs in a process of its own (`troupe-bench inproc`), several rounds, the sizes in turn. Writes curve.json
(all figures), curve.md and curve.html.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import textwrap

import chart

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / "build/troupe-bench"
SIZES = (10_000, 100_000, 1_000_000, 2_000_000)
BYTES_MAX = 1_200  # of a session
FLAT_FROM, TIMES_MAX = 100_000, 1.5  # sessions; what the largest size may cost more
WRONG = ("lost", "duplicate", "reordered", "foreign", "refused", "closed")


def one_run(sessions, asked):
    with tempfile.NamedTemporaryFile("r", suffix=".json") as out:
        command = [BENCH, "inproc", "--sessions", sessions, "--rate", asked.rate, "--duration", asked.seconds, "--json",
                   out.name]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        if done.returncode == 2:
            sys.exit(done.stderr)
        return json.load(out)


def medians(runs):
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def outside_kernel(of):
    return of["cpu_microseconds_per_message"] - of["kernel_microseconds_per_message"]


def row(of):
    wrong = [f"{of[name]:,.0f} {name}" for name in WRONG if of[name]]
    return " | ".join([
        f"| {of['sessions']:,.0f}",
        *(f"{of[f'{when}_bytes_per_session']:,.0f}" for when in ("connected", "loaded")),
        f"{of['measured_messages'] / of['measured_seconds']:,.0f}", f"{of['node_microseconds_per_message']:.2f}",
        f"{outside_kernel(of):.2f}",
        *(f"{of[f'latency_{part}_microseconds'] / 1000:.2f}" for part in ("p50", "p95", "p99", "p999")),
        f"{', '.join(wrong) or 'nothing'} |"])


def verdicts(points):
    """What is to be reached, and whether it is."""
    base = next((point for point in points if point["sessions"] >= FLAT_FROM), points[0])
    last = points[-1]
    told = []
    for name, what in (("node_microseconds_per_message", "CPU per message"),
                       ("loaded_bytes_per_session", "memory per session")):
        times = last[name] / base[name]
        told.append((times <= TIMES_MAX, f"{what} from {base['sessions']:,.0f} to {last['sessions']:,.0f} sessions: "
                                         f"{times:.2f} times (at most {TIMES_MAX})"))
    most = max(point["loaded_bytes_per_session"] for point in points)
    told.append((most <= BYTES_MAX, f"memory per session: at most {most:,.0f} bytes ({BYTES_MAX:,})"))
    wrong = sum(point[name] for point in points for name in WRONG)
    told.append((wrong == 0, f"messages lost, doubled, reordered; sessions refused or closed: {wrong:,.0f} (0)"))
    return told


def table(points):
    lines = ["| sessions | bytes each, connected | after the load | messages/s | node's CPU per message, µs "
             "| all outside the kernel, µs | p50, ms | p95 | p99 | p99.9 | went wrong |",
             "|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|"]
    lines += [row(point) for point in points]
    lines += ["", *(f"- {'reached' if good else 'SHORT'}: {text}" for good, text in verdicts(points))]
    return "\n".join(lines) + "\n"


def how(asked):
    return textwrap.dedent(f"""\
        `./dev bench curve`: {asked.rate:,} QoS 1 messages a second, one to one, {asked.seconds} s after a warm-up in
        which every session has published once, medians of {asked.rounds}. The clients are in the same process and on
        the same processors; their own time is measured and left out of the node's, not out of the next column. There
        caches tell: what one message touches (its topic's place in the index, two sessions, two links) is in no
        cache among a million others. The node's own figure stays flat because longer turns bring more messages for one
        wake-up, which is the kernel's part.""")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench curve", description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=1, help="of each size [%(default)s]")
    parser.add_argument("--seconds", type=int, default=60, help="of each run [%(default)s]")
    parser.add_argument("--rate", type=int, default=100_000, help="messages a second [%(default)s]")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "bench/results", help="folder [bench/results]")
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES, help="sessions [10000 100000 1000000 2000000]")
    asked = parser.parse_args()
    runs = {size: [] for size in sorted(asked.sizes)}
    for number in range(asked.rounds):
        for size, seen in runs.items():
            seen.append(one_run(size, asked))
            print(f"round {number + 1}: {row(seen[-1])}", file=sys.stderr)
    points = [medians(seen) for seen in runs.values()]
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "curve.json").write_text(json.dumps([run for seen in runs.values() for run in seen], indent=1) + "\n")
    (asked.out / "curve.md").write_text(f"{table(points)}\n{how(asked)}\n")
    (asked.out / "curve.html").write_text(chart.document(points, verdicts(points), how(asked)))
    print(table(points), end="")


if __name__ == "__main__":
    main()
