"""The comparison as one page without any other file: a card for each row, bars in units of mosquitto's figure."""
import html
import pathlib
import re
import statistics
import string
import textwrap

from comparison import MEASURE, OURS, number, target, verdict
from markdown import sentences

TEMPLATE = pathlib.Path(__file__).with_name("page.html")
LONGEST = 2.0  # times mosquitto's: longer bars are cut


def document(lines, about, runs):
    return string.Template(TEMPLATE.read_text()).substitute(
        headline=headline(lines),
        legend="\n".join(legend_entry(name, each) for name, each in about["brokers"].items()),
        rows="\n".join(card(line, about["brokers"]) for line in lines),
        how="\n".join(f'<p class="soft">{paragraph(sentence)}</p>' for sentence in sentences(about)),
        table="\n".join(table_row(line, name, each["title"], runs)
                        for line in lines for name, each in about["brokers"].items() if line.rounds[name]))


def paragraph(text):
    return textwrap.fill(html.escape(text), 100, break_long_words=False)


def unit_text(row):
    return re.sub(r"^us\b", "µs", row.unit)


def headline(lines):
    judged = [line.excess() for line in lines if line.excess() is not None]
    reached = sum(excess <= 1 for excess in judged)
    return f"Troupe reaches {reached} of {len(judged)} marks" if judged else "Troupe and other brokers"


def legend_entry(name, about):
    return (f'<li><i style="background:var(--{name})"></i>{about["title"]} '
            f'<span class="soft">{html.escape(about["version"])}, MQTT {about["mqtt"]}</span></li>')


def card(line, brokers):
    kind = "told" if line.excess() is None else "reached" if line.excess() <= 1 else "missed"
    goal = "" if target(line) == "-" else f", to reach {target(line)}" + ("" if line.row.most else f" of {MEASURE}'s")
    parts = ['<article class="row">',
             f'<div class="head"><h2>{html.escape(line.row.name)}',
             f"<small>{unit_text(line.row)}{goal}</small></h2>",
             f'<span class="verdict {kind}">{verdict(line).replace("-", "told only")}</span></div>']
    parts += [bar(line, name, each["title"]) for name, each in brokers.items()]
    if line.median(MEASURE):
        parts.append(f'<div class="axis"><span></span><div><i>0</i><i>1×</i><i>{LONGEST:g}×</i></div></div>')
    said = [f"<li>{paragraph(each['title'] + ': ' + '; '.join(line.notes[name]))}</li>"
            for name, each in brokers.items() if line.notes[name]]
    if said:
        parts += ['<ul class="notes">', *said, "</ul>"]
    return "\n".join([*parts, "</article>"])


def bar(line, name, title):
    marks = '<i class="one"></i>' if line.median(MEASURE) else ""
    ours = " ours" if name == OURS else ""
    middle, value = line.median(name), ""
    if middle is None:
        marks += '<span class="none">no figure</span>'
    else:
        marks = fill(line, name) + marks
        value = f"{number(middle, line.row.unit)} <span>{times_text(line, name)}</span>"
    if name == OURS and line.to_reach() and any(line.rounds.values()):
        marks += f'\n<i class="goal" style="left:{place(line, line.to_reach()):.1f}%"></i>'
    return (f'<div class="bar{ours}"><b>{title}</b><div class="track">\n{marks}</div>\n'
            f'<div class="value">{value}</div></div>')


def times_text(line, name):
    share = line.share(name)
    return "" if share is None else f"{share:.{2 if share < 10 else 1}f}×"


def fill(line, name):
    """The bar, and on it the rounds that are not cut off."""
    middle, rounds = line.median(name), line.rounds[name]
    cut = " cut" if beyond(line, middle) else ""
    parts = [f'<i class="fill{cut}" style="width:{place(line, middle):.1f}%;background:var(--{name})"></i>']
    if not cut and len(rounds) > 1:
        least, most = place(line, min(rounds)), place(line, max(rounds))
        parts.append(f'<i class="spread" style="left:{least:.1f}%;width:{most - least:.1f}%"></i>')
        parts += [f'<i class="dot" style="left:{place(line, each):.1f}%"></i>' for each in rounds
                  if not beyond(line, each)]
    return "\n".join(parts) + "\n"


def whole(line):
    """The figure that a bar of full length stands for; without mosquitto's, the largest there is."""
    measure = line.median(MEASURE)
    return measure * LONGEST if measure else max(each for rounds in line.rounds.values() for each in rounds)


def beyond(line, value):
    return value > whole(line)


def place(line, value):
    return 100 * min(1.0, value / whole(line))


def table_row(line, name, title, runs):
    done = [run for run in runs[line.row.work][name] if "failed" not in run]
    rounds, unit = line.rounds[name], line.row.unit

    def middle(part, figure, scale=1.0):
        value = statistics.median(run[part][figure] for run in done) / scale
        return number(value, "") if value else "-"

    cells = [html.escape(line.row.name), title, number(line.median(name), unit), number(min(rounds), unit),
             number(max(rounds), unit), middle("measured", "published_per_s"), middle("measured", "received_per_s"),
             middle("latency_us", "p50", 1000), middle("latency_us", "p99", 1000)]
    return "<tr>" + "\n".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
