#!/usr/bin/python3
"""Tests what `./dev bench peers` makes of its runs: figures, medians, shares, footnotes, the table and the page."""
import dataclasses
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench/peers"))
import comparison
import markdown
import page
import rows
import run


class Peer:
    def __init__(self, name, qos_max=2):
        self.name, self.title, self.qos_max = name, name.capitalize(), qos_max


PEERS = [Peer("troupe"), Peer("mosquitto"), Peer("rabbitmq", qos_max=1)]
CLOSED = rows.Row("closed", "us/message", rows.CPU, rows.PAIRS, qos=1, share=0.5)
ABOUT = {
    "date": "2000-01-01", "processor": "a <processor>", "cores": 2, "kernel": "Linux", "seconds": 1,
    "brokers": {peer.name: {"title": peer.title, "version": "1", "mqtt": "5", "rounds": 1} for peer in PEERS},
}


def a_run(cpu, **changed):
    """1,000 messages, of which 900 were published within the measured time; `cpu` microseconds each."""
    made = {
        "connections": 200, "whole_cpu_s": 0.09,
        "totals": {"connected": 200, "refused": 0, "closed": 0, "cycles": 0, "published": 1000, "received": 1000,
                   "planned": 0, "unsent": 0},
        "measured": {"published": 900, "received": 900, "published_per_s": 900, "received_per_s": 900},
        "ledger": {"expected": 1000, "lost": 0, "duplicate": 0, "reordered": 0, "foreign": 0},
        "latency_us": {"p50": 10.0, "p99": 20.0}, "broker": {"us_per_message": cpu, "us_per_delivery": cpu},
    }
    for path, value in changed.items():
        part, _, name = path.partition("__")
        made[part] = {**made[part], name: value} if name else value
    return made


def a_line(ours, mosquitto, others=(), row=CLOSED):
    runs = {"troupe": ours, "mosquitto": mosquitto, "rabbitmq": list(others)}
    return comparison.line_of(row, PEERS, runs)


def of_figures(ours, mosquitto, row=CLOSED):
    return a_line([a_run(each) for each in ours], [a_run(each) for each in mosquitto], row=row)


def median_checks():
    line = of_figures([9.0, 4.0, 5.0], [10.0, 90.0, 8.0])
    bytes_row = dataclasses.replace(CLOSED, share=None, most=4)
    return [
        ("takes the median of each broker", (line.median("troupe"), line.median("mosquitto")) == (5.0, 10.0)),
        ("takes the share of the medians", line.share("troupe") == 0.5),
        ("has reached what it just reaches", comparison.verdict(line) == "reached"),
        ("tells by how much it is short", comparison.verdict(of_figures([6.0], [10.0])) == "short by 20%"),
        ("judges a figure of its own", comparison.verdict(of_figures([5.0], [10.0], bytes_row)) == "short by 25%"),
        ("does not judge a row without a mark",
         comparison.verdict(of_figures([5.0], [10.0], dataclasses.replace(CLOSED, share=None))) == "-"),
        ("does not judge without mosquitto", comparison.verdict(a_line([a_run(5.0)], [])) == "-"),
        ("does not judge without Troupe", comparison.verdict(a_line([], [a_run(5.0)])) == "-"),
    ]


def figure_checks():
    behind = a_run(10.0, measured__received=400)
    paced = dataclasses.replace(CLOSED, words=rows.PACED_5000)
    return [
        ("reads the measured time", run.figure(CLOSED, a_run(10.0)) == 10.0),
        ("counts the whole run where deliveries fell behind", run.figure(CLOSED, behind) == 90.0),
        ("and says so", any("44% came within" in note for note in comparison.notes_of(CLOSED, [behind]))),
        ("but not in an open loop", run.figure(paced, behind) == 10.0),
        ("knows the copies of a fan-out",
         run.timely(a_run(1.0, ledger__expected=5000, measured__received=4500)) == 1.0),
        ("takes no figure from a failure", run.figure(CLOSED, {"failed": "it fell"}) is None),
        ("takes no figure where connections did not stand", run.figure(CLOSED, a_run(1.0, totals__closed=3)) is None),
        ("does not count those that come and go",
         run.figure(CLOSED, a_run(1.0, totals__cycles=9, totals__connected=0)) == 1.0),
    ]


def note_checks():
    def told(**changes):
        return comparison.notes_of(CLOSED, [a_run(1.0), a_run(1.0, **changes)])

    return [
        ("has nothing to say of a good run", comparison.notes_of(CLOSED, [a_run(1.0)]) == []),
        ("tells what was lost", told(ledger__lost=3) == ["lost 3 of 2,000 messages"]),
        ("tells what was doubled", told(ledger__duplicate=1) == ["doubled 1 of 2,000 messages"]),
        ("tells what was reordered", told(ledger__reordered=1) == ["reordered 1 of 2,000 messages"]),
        ("tells what was refused", told(totals__refused=1) == ["refused 1 connections and closed 0"]),
        ("tells what it cannot bear",
         "cannot bear it: 150 of 200 connections stood" in told(totals__refused=50, totals__connected=150)),
        ("tells what was not taken in time", told(totals__planned=100, totals__unsent=50)
         == ["did not take 50 of 100 messages when they were due"]),
        ("tells a failure once", comparison.notes_of(CLOSED, [{"failed": "it fell"}] * 2)
         == ["could not be measured: it fell"]),
        ("tells what QoS is lacking",
         a_line([], [], row=dataclasses.replace(CLOSED, qos=2)).notes["rabbitmq"] == ["has no QoS 2"]),
    ]


def document_checks():
    line = a_line([a_run(5.0)], [a_run(10.0), a_run(12.0)], [{"failed": "it <fell>"}, a_run(50.0)])
    runs = {CLOSED.work: {"troupe": [a_run(5.0)], "mosquitto": [a_run(10.0), a_run(12.0)], "rabbitmq": [a_run(50.0)]}}
    nothing = a_line([], [], row=dataclasses.replace(CLOSED, share=None, most=4))
    empty = page.card(nothing, ABOUT["brokers"])
    text, whole = markdown.document([line, line], ABOUT), page.document([line], ABOUT, runs)
    table = [row for row in text.splitlines() if row.startswith("|")]
    shares = [float(each) for each in re.findall(r"(?:width|left):([\d.]+)%", whole)]
    return [
        ("the table has as many cells in each line", len({row.count("|") for row in table}) == 1),
        ("the table shows medians and the share",
         "| closed | us/message | 5.00 | 11.00 | 50.00 [1] | 0.45 | 0.50 | reached |" in table),
        ("a footnote stands once", text.count("[1] Rabbitmq: could not be measured: it <fell>.") == 1),
        ("a broker has one footnote in a row", markdown.Footnotes().marks("A", ["it fell", "it stood"]) == " [1]"),
        ("brokers are listed", [markdown.listed(each) for each in (["a"], ["a", "b"], ["a", "b", "c"])]
         == ["a", "a and b", "a, b and c"]),
        ("the page escapes what others say", "it &lt;fell&gt;" in whole and "a <processor>" not in whole),
        ("the page needs nothing else", not re.search(r"https?:|src=|<link|url\(|@import", whole)),
        ("the page has a line for each broker", whole.count('class="track"') == len(PEERS)),
        ("a row without any figure has its place", empty.count("no figure") == len(PEERS)),
        ("no bar is longer than its track", shares and max(shares) == 100),
    ]


def row_checks():
    names = [row.name for row in rows.ROWS]
    return [
        ("every row has a name of its own", len(set(names)) == len(names)),
        ("rows of the same work ask for the same QoS",
         len({(row.work, row.qos) for row in rows.ROWS}) == len({row.work for row in rows.ROWS})),
    ]


def main():
    good = True
    for name, passed in median_checks() + figure_checks() + note_checks() + document_checks() + row_checks():
        print(("ok" if passed else "not ok") + f" bench peers: {name}")
        good = good and bool(passed)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
