"""From the runs of all brokers: medians, shares, what is reached, and what has to be said besides."""
import dataclasses
import statistics

from run import BEHIND, CONNECTED_MIN, connected, figure, timely

MEASURE, OURS = "mosquitto", "troupe"


@dataclasses.dataclass
class Line:
    """A row with the figures of each broker's rounds, and what is to be said of a broker."""

    row: object
    rounds: dict  # broker's name: [figure of each round]
    notes: dict   # broker's name: [what is to be said]

    def median(self, name):
        return statistics.median(self.rounds[name]) if self.rounds.get(name) else None

    def share(self, name):
        """Of mosquitto's median; None where one of the two has none."""
        own, measure = self.median(name), self.median(MEASURE)
        return own / measure if own is not None and measure else None

    def to_reach(self):
        """As a figure, not as a share."""
        if self.row.most is not None:
            return self.row.most
        measure = self.median(MEASURE)
        return self.row.share * measure if self.row.share is not None and measure else None

    def excess(self):
        """How many times what may be; at most 1: reached. None: not judged."""
        own, most = self.median(OURS), self.to_reach()
        return own / most if own is not None and most else None


def lines_of(rows, peers, runs):
    """`runs`: {work: {broker's name: [run]}}."""
    return [line_of(row, peers, runs[row.work]) for row in rows]


def line_of(row, peers, runs):
    rounds, notes = {}, {}
    for peer in peers:
        if row.qos > peer.qos_max:
            rounds[peer.name], notes[peer.name] = [], [f"has no QoS {row.qos}"]
            continue
        figures = [figure(row, run) for run in runs[peer.name]]
        rounds[peer.name] = [each for each in figures if each is not None]
        notes[peer.name] = notes_of(row, runs[peer.name])
    return Line(row, rounds, notes)


def notes_of(row, runs):
    failures = dict.fromkeys(run["failed"] for run in runs if "failed" in run)
    done = [run for run in runs if "failed" not in run]
    return [f"could not be measured: {why}" for why in failures] + connection_notes(done) + message_notes(row, done)


def total(runs, part, name):
    return sum(run[part][name] for run in runs)


def connection_notes(runs):
    notes = []
    refused, closed = total(runs, "totals", "refused"), total(runs, "totals", "closed")
    if refused or closed:
        notes.append(f"refused {refused:,} connections and closed {closed:,}")
    if any(connected(run) < CONNECTED_MIN for run in runs):
        worst = min(runs, key=connected)
        notes.append(f"cannot bear it: {connected(worst) * worst['connections']:,.0f} of {worst['connections']:,} "
                     "connections stood")
    return notes


def message_notes(row, runs):
    notes = []
    expected = total(runs, "ledger", "expected")
    for name, word in [("lost", "lost"), ("duplicate", "doubled"), ("reordered", "reordered"), ("foreign", "misled")]:
        if count := total(runs, "ledger", name):
            notes.append(f"{word} {count:,} of {expected:,} messages")
    unsent = total(runs, "totals", "unsent")
    if unsent > total(runs, "totals", "planned") / 100:
        notes.append(f"did not take {unsent:,} of {total(runs, 'totals', 'planned'):,} messages when they were due")
    worst = min(map(timely, runs), default=1.0)
    if worst < BEHIND:
        whole, part = ": CPU time of the whole run, to the last delivery", "; its CPU time leaves out the rest"
        how = whole if row.closed else part
        notes.append(f"deliveries fell behind, {worst:.0%} came within the measured time{how}")
    return notes


def number(value, unit):
    if value is None:
        return "-"
    return f"{value:,.0f}" if unit.startswith("bytes") or value >= 1000 else f"{value:.{1 if value >= 100 else 2}f}"


def verdict(line):
    excess = line.excess()
    if excess is None:
        return "-"
    return "reached" if excess <= 1 else f"short by {excess - 1:.0%}"


def target(line):
    if line.row.most is not None:
        return f"{line.row.most:,} {line.row.unit.split('/')[0]}"
    return "-" if line.row.share is None else f"{line.row.share:.2f}"


def share_text(line):
    share = line.share(OURS)
    return "-" if share is None else f"{share:.2f}"
