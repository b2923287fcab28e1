"""The comparison as a table, with footnotes below it."""
from comparison import MEASURE, number, share_text, target, verdict


def sentences(about):
    """How it was measured; the page has the same words."""
    named = ", ".join(f"{each['title']} {each['version']} (MQTT {each['mqtt']})" for each in about["brokers"].values())
    return [
        f"{named}; on {about['processor']}, {about['cores']} cores, {about['kernel']}; {about['date']}.",
        f"{rounds_text(about)}, each run {about['seconds']} s, in turn, the order turned round each time; every run "
        "against a broker that was just started, with its limits lifted and the load on the same machine; MQTT over "
        "WebSocket, 256 bytes. The figures are medians, less is better; CPU time is the broker's, user and system.",
    ]


def rounds_text(about):
    counts = {}
    for each in about["brokers"].values():
        counts.setdefault(each["rounds"], []).append(each["title"])
    return ", ".join(f"{count} {'round' if count == 1 else 'rounds'} for {listed(names)}"
                     for count, names in sorted(counts.items(), reverse=True))


def listed(names):
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


class Footnotes:
    """One for all that is said of a broker in a row; each stands once, numbered in the order of their first use."""

    def __init__(self):
        self.known = {}

    def marks(self, title, notes):
        if not notes:
            return ""
        return f" [{self.known.setdefault(f'{title}: ' + '; '.join(notes), len(self.known) + 1)}]"

    def text(self):
        return "".join(f"- [{mark}] {note}.\n" for note, mark in self.known.items())


def document(lines, about):
    brokers, footnotes = about["brokers"], Footnotes()
    headings = ["work", "unit", *(each["title"] for each in brokers.values()), f"share of {MEASURE}'s", "to reach", ""]
    text = "".join(f"{sentence}\n" for sentence in sentences(about)) + "\n"
    text += f"| {' | '.join(headings)} |\n|---|---|{'---:|' * len(brokers)}---:|---:|---|\n"
    for line in lines:
        cells = [number(line.median(name), line.row.unit) + footnotes.marks(each["title"], line.notes[name])
                 for name, each in brokers.items()]
        words = [line.row.name, line.row.unit, *cells, share_text(line), target(line), verdict(line)]
        text += f"| {' | '.join(words)} |\n"
    return text + ("\n" + footnotes.text() if footnotes.known else "")
