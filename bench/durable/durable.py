#!/usr/bin/python3
"""What durable sessions cost: one to one at QoS 1 with the store in RocksDB, in memory, and without durable sessions.

Every run has a node of its own, freshly started, with the load on the same machine; several rounds, in turn; the
measure, one fsync for each message, is taken in every round on the same file system. Writes durable.json (all figures
of all rounds) and durable.md (the table, which is printed, too).
"""
import argparse
import datetime
import json
import os
import pathlib
import signal
import statistics
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "bench/peers"))  # whose way of starting, loading and telling it is

import compare
import fsyncs
import run
from configurations import ALWAYS, CONFIGURATIONS, MEMORY

TIMES_FSYNC_MIN, TIMES_CPU_MAX = 5, 2
# Runs in which other programs took more of the processors do not count: which those are must not depend on chance.
OTHERS_MAX = 0.1
WRONG = ("lost", "duplicate", "reordered", "foreign")


def work(asked):
    """Words for troupe-bench: `--drain` waits for all that is under way at the end."""
    return ("pair", "--ws", "-c", "100", "-q", "1", "-s", "256", "-F", "10", "--warmup", f"{asked.warmup}s",
            "--drain", "60s")


class OtherWork:
    """The share of the machine's processors that programs other than these took, so that a table says for itself
    whether the machine was quiet. The load's and the node's own time is known when they have ended."""

    def __enter__(self):
        self.busy, self.all = self.seconds()
        self.own = self.children()
        return self

    def __exit__(self, *_):
        busy, every = self.seconds()
        self.share = max(0.0, busy - self.busy - (self.children() - self.own)) / max(every - self.all, 1e-6)

    @staticmethod
    def seconds():
        """(with a program, all) of all processors; interrupts count for nobody."""
        fields = [int(each) for each in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
        ticks = os.sysconf("SC_CLK_TCK")
        return sum(fields[:3]) / ticks, sum(fields) / ticks

    @staticmethod
    def children():
        times = os.times()
        return times.user + times.system + times.children_user + times.children_system


def one_run(configuration, asked, folder):
    with OtherWork() as others:
        result = run.carried_out(work(asked), configuration.with_program(asked.troupe, folder), asked.seconds)
    return result | {"others_share": round(others.share, 3)}


def rounds(asked, folder):
    """([fsyncs a second of each round], {configuration's name: [run of each round]})"""
    measure, runs = [], {each.name: [] for each in CONFIGURATIONS}
    for number in range(asked.rounds):
        measure.append(fsyncs.one_after_the_other(folder, asked.fsync_seconds))
        print(f"round {number + 1}: {measure[-1]:,.0f} fsyncs/s", file=sys.stderr)
        for each in CONFIGURATIONS if number % 2 == 0 else reversed(CONFIGURATIONS):
            runs[each.name].append(one_run(each, asked, folder))
            print(f"round {number + 1}: {each.name}: {told(runs[each.name][-1])}", file=sys.stderr)
    return measure, runs


def per_second(of):
    return of["measured"]["received_per_s"]


def cpu(of):
    return of["broker"]["us_per_message"]


def told(of):
    return of.get("failed") or (f"{per_second(of):,.0f} messages/s, {cpu(of):.2f} us CPU; other programs "
                                f"{of['others_share']:.0%}")


def counting(runs):
    return [each for each in runs if "failed" not in each and each["others_share"] <= OTHERS_MAX]


def median(runs, figure):
    values = [figure(each) for each in counting(runs)]
    return statistics.median(values) if values else None


def spread(runs):
    values = [per_second(each) for each in counting(runs)]
    return f"{min(values):,.0f}-{max(values):,.0f}"


def wrong(runs):
    failed = list(dict.fromkeys(each["failed"] for each in runs if "failed" in each))
    counts = {name: sum(each["ledger"][name] for each in runs if "failed" not in each) for name in WRONG}
    return ", ".join(failed + [f"{count:,} {name}" for name, count in counts.items() if count]) or "nothing"


def row(name, runs, measure, memory):
    if not counting(runs):
        return f"| {name} | 0 of {len(runs)} |{' - |' * 7} {wrong(runs)} |"
    throughput, cost = median(runs, per_second), median(runs, cpu)
    p50, p99 = (median(runs, lambda each, part=part: each["latency_us"][part] / 1000) for part in ("p50", "p99"))
    times = f"{cost / memory:.2f}" if memory else "-"
    return (f"| {name} | {len(counting(runs))} of {len(runs)} | {throughput:,.0f} | {spread(runs)} "
            f"| {throughput / measure:.1f} | {cost:.2f} | {times} | {p50:.2f} | {p99:.2f} | {wrong(runs)} |")


def verdicts(measure, runs):
    """(whether it is reached, what); None: not judged, for want of a quiet run."""
    throughput, cost, memory = median(runs[ALWAYS], per_second), median(runs[ALWAYS], cpu), median(runs[MEMORY], cpu)
    times = throughput / measure if throughput else None
    share = cost / memory if cost and memory else None
    lost = [f"{name}: {wrong(seen)}" for name, seen in runs.items() if wrong(seen) != "nothing"]
    return [(None if times is None else times >= TIMES_FSYNC_MIN,
             f"{ALWAYS}: {text_of(times)} times one fsync for each message (at least {TIMES_FSYNC_MIN})"),
            (None if share is None else share <= TIMES_CPU_MAX,
             f"{ALWAYS}: {text_of(share)} times the CPU per message of {MEMORY} (at most {TIMES_CPU_MAX})"),
            (not lost, f"messages lost, doubled, reordered: {'; '.join(lost) or 'none'}")]


def text_of(value):
    return "?" if value is None else f"{value:.2f}"


def table(measure, runs):
    """The fastest of the measures counts: other programs that sync make it slower, and the comparison too good."""
    fastest, memory = max(measure), median(runs[MEMORY], cpu)
    lines = ["| sessions and store | quiet runs | messages/s | least-most | times one fsync each "
             "| node's CPU per message, µs | times memory's | p50, ms | p99, ms | went wrong |",
             "|---|--:|--:|--:|--:|--:|--:|--:|--:|---|"]
    lines += [row(name, seen, fastest, memory) for name, seen in runs.items()]
    lines.append(f"| one fsync for each message | - | {fastest:,.0f} | {min(measure):,.0f}-{fastest:,.0f} | 1.0 "
                 "| - | - | - | - | - |")
    words = {True: "reached", False: "SHORT", None: "NOT JUDGED, the machine was busy"}
    lines += ["", *(f"- {words[good]}: {text}" for good, text in verdicts(fastest, runs))]
    return "\n".join(lines) + "\n"


def how(asked, about, runs):
    shares = [each["others_share"] for seen in runs.values() for each in seen]
    words = f"""\
        `./dev bench durable`: {' '.join(work(asked))} over MQTT 5; sessions with an expiry of an hour, but for those
        that are not durable. {asked.rounds} rounds, in turn, the order turned round each time, {asked.seconds} s each
        after a warm-up of {asked.warmup} s; medians of the quiet runs, in which other programs took at most
        {OTHERS_MAX:.0%} of the processors (in all runs {min(shares):.0%} to {max(shares):.0%}).
        {about['processor']}, {about['cores']} cores, {about['kernel']}, with the load on the same machine.
        One fsync for each message: appends of {fsyncs.BYTES} bytes with fdatasync, one after the other, on the same
        file system, {asked.fsync_seconds} s in each round, the fastest round. {about['date']}, {about['commit']}."""
    return textwrap.fill(textwrap.dedent(words).replace("\n", " "), 118, break_long_words=False,
                         break_on_hyphens=False)


def about_run():
    return {"date": datetime.date.today().isoformat(), "commit": compare.commit(), "processor": compare.processor(),
            "cores": os.cpu_count(), "kernel": " ".join(os.uname()[index] for index in (0, 2))}


def write(asked, measure, runs):
    about = about_run()
    text = f"{table(measure, runs)}\n{how(asked, about, runs)}\n"
    asked.out.mkdir(parents=True, exist_ok=True)
    every = {"about": about, "work": " ".join(work(asked)), "fsyncs_per_s": measure, "runs": runs}
    (asked.out / "durable.json").write_text(json.dumps(every, indent=1) + "\n")
    (asked.out / "durable.md").write_text(text)
    return text


def main():
    parser = argparse.ArgumentParser(prog="./dev bench durable", description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3, help="of each configuration [%(default)s]")
    parser.add_argument("--seconds", type=int, default=8, help="of each run [%(default)s]")
    parser.add_argument("--warmup", type=int, default=2, help="seconds ahead of each run [%(default)s]")
    parser.add_argument("--fsync-seconds", type=int, default=3, help="of the measure in each round [%(default)s]")
    parser.add_argument("--store", type=pathlib.Path, default=ROOT / "build", help="where the stores lie [build]")
    parser.add_argument("--troupe", type=pathlib.Path, default=ROOT / "build/troupe", help="the node [build/troupe]")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "bench/results", help="folder [bench/results]")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the node that runs is stopped, too
    measure, runs = rounds(asked, asked.store)
    print(write(asked, measure, runs), end="")


if __name__ == "__main__":
    main()
