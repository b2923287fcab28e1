#!/usr/bin/python3
"""The same work for Troupe and for other brokers, in turn, several rounds: medians and shares of mosquitto's.

Every run has a broker of its own, freshly started on ports of its own; the load comes from troupe-bench on the same
machine. Writes peers.json (all figures of all rounds), peers.md (the table, which is printed, too) and peers.html.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import resource
import signal
import subprocess
import sys

import brokers
import comparison
import markdown
import page
import run
from rows import ROWS

ROOT = pathlib.Path(__file__).resolve().parents[2]
DESCRIPTORS = 20_000  # for each broker, and for each process of the load
PEERS = {"troupe": lambda: brokers.Troupe(ROOT / "build/troupe"), "mosquitto": brokers.Mosquitto,
         "rabbitmq": brokers.RabbitMQ, "ejabberd": brokers.Ejabberd}


def rounds_of(peer, asked):
    return asked.rounds if peer.every_round else min(asked.rounds, asked.rounds_others)


def measured(rows, peers, asked):
    """{work: {broker's name: [run of each round]}}; a broker that fails is not asked to do the same again."""
    runs = {}
    for work in dict.fromkeys(row.work for row in rows):
        sharing = [row for row in rows if row.work == work]
        of_work = runs[work] = {peer.name: [] for peer in peers}
        for number in range(asked.rounds):
            for peer in peers if number % 2 == 0 else reversed(peers):
                seen = of_work[peer.name]
                if number >= rounds_of(peer, asked) or sharing[0].qos > peer.qos_max or unable(seen, sharing[0]):
                    continue
                seen.append(run.carried_out(work, peer, asked.seconds))
                tell(sharing, peer, number, seen[-1])
    return runs


def unable(seen, row):
    return any(run.figure(row, each) is None for each in seen)


def tell(rows, peer, number, of):
    for row in rows:
        said = [comparison.number(run.figure(row, of), row.unit) + f" {row.unit}", *comparison.notes_of(row, [of])]
        print(f"{row.name}, round {number + 1}, {peer.title}: {'; '.join(said)}", file=sys.stderr)


def commit():
    described = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return described.stdout.strip()


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def about_run(peers, asked):
    return {
        "date": datetime.date.today().isoformat(), "commit": commit(), "processor": processor(),
        "cores": os.cpu_count(), "kernel": f"{platform.system()} {platform.release()}", "seconds": asked.seconds,
        "brokers": {peer.name: {"title": peer.title, "version": peer.version(), "mqtt": peer.mqtt,
                                "qos_max": peer.qos_max, "rounds": rounds_of(peer, asked)} for peer in peers},
    }


def json_of(lines, about, runs):
    """One run a line."""
    told = [{"name": line.row.name, "unit": line.row.unit, "figure": line.row.figure, "work": " ".join(line.row.work),
             "share_to_reach": line.row.share, "most": line.row.most, "times_what_may_be": line.excess(),
             "medians": {name: line.median(name) for name in line.rounds}, "rounds": line.rounds,
             "notes": line.notes} for line in lines]
    every = [json.dumps({"work": " ".join(work), "peer": name, "round": number, **each})
             for work, of_work in runs.items() for name, seen in of_work.items()
             for number, each in enumerate(seen, 1)]
    head = json.dumps({"about": about, "rows": told}, indent=1).removesuffix("\n}")
    return head + ',\n "runs": [\n  ' + ",\n  ".join(every) + "\n ]\n}\n"


def write(folder, rows, peers, runs, about):
    lines = comparison.lines_of(rows, peers, runs)
    table = markdown.document(lines, about)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "peers.json").write_text(json_of(lines, about, runs))
    (folder / "peers.md").write_text(table)
    (folder / "peers.html").write_text(page.document(lines, about, runs))
    return table


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench peers", description=__doc__.split("\n")[0])
    parser.add_argument("--peers", default=",".join(PEERS), help="which brokers, of %(default)s")
    parser.add_argument("--rounds", type=int, default=3, help="of Troupe and mosquitto [%(default)s]")
    parser.add_argument("--rounds-others", type=int, default=2, help="of the others, which start slowly [%(default)s]")
    parser.add_argument("--seconds", type=int, default=4, help="of each run [%(default)s]")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "bench/results", help="folder [bench/results]")
    parser.add_argument("rows", nargs="*", help="a part of their names; all unless told")
    asked = parser.parse_args()
    if unknown := set(asked.peers.split(",")) - set(PEERS):
        parser.error(f"no broker {', '.join(sorted(unknown))}: there are {', '.join(PEERS)}")
    return asked


def main():
    asked = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the broker that runs is stopped, too
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    descriptors = DESCRIPTORS if most == resource.RLIM_INFINITY else min(DESCRIPTORS, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, most))
    rows = [row for row in ROWS if not asked.rows or any(part in row.name for part in asked.rows)]
    peers = [PEERS[name]() for name in PEERS if name in asked.peers.split(",")]
    runs = measured(rows, peers, asked)
    print(write(asked.out, rows, peers, runs, about_run(peers, asked)), end="")


if __name__ == "__main__":
    main()
