"""The curve as one page without any other file: one drawing for each figure, sessions on a logarithmic axis."""
import html
import math
import pathlib
import string
import textwrap

TEMPLATE = pathlib.Path(__file__).with_name("curve.html")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 520, 260, 56, 22, 14, 34
DRAWINGS = [
    ("CPU of the node per message", "µs", [("node_microseconds_per_message", "")], 1),
    ("Memory per session", "bytes", [("connected_bytes_per_session", "connected"),
                                     ("loaded_bytes_per_session", "after the load")], 1),
    ("End to end latency", "ms", [(f"latency_{part}_microseconds", name) for part, name in
                                  (("p50", "p50"), ("p95", "p95"), ("p99", "p99"), ("p999", "p99.9"))], 1000),
]


def document(points, verdicts, how):
    return string.Template(TEMPLATE.read_text()).substitute(
        drawings="\n".join(drawing(points, *each) for each in DRAWINGS),
        verdicts="\n".join(map(verdict, verdicts)), how=paragraph(how.replace("`", "")))


def paragraph(text):
    return textwrap.fill(html.escape(text), 100, break_long_words=False)


def verdict(reached):
    good, text = reached
    return f'<li class="{"good" if good else "bad"}">{html.escape(text)}</li>'


def drawing(points, title, unit, series, scale):
    sizes = [point["sessions"] for point in points]
    values = {name: [point[name] / scale for point in points] for name, _ in series}
    top = nice(max(value for each in values.values() for value in each))
    parts = [f"<figure><figcaption>{title} <small>{unit}</small></figcaption>",
             f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">']
    parts += [grid(top, part / 4) for part in range(5)]
    parts += [f'<text class="size" x="{x_of(size, sizes):.0f}" y="{HEIGHT - 10}">{short(size)}</text>'
              for size in sizes]
    for number, (name, label) in enumerate(series):
        spots = [(x_of(size, sizes), y_of(value, top)) for size, value in zip(sizes, values[name])]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline class="s{number}" points="{path}"/>')
        parts += [f'<circle class="s{number}" cx="{x:.1f}" cy="{y:.1f}" r="4">\n<title>{label} {value:,.2f} {unit}, '
                  f'{size:,.0f} sessions</title></circle>'
                  for (x, y), value, size in zip(spots, values[name], sizes)]
    parts.append("</svg>")
    if len(series) > 1:
        parts.append('<p class="key">' + "\n".join(f'<span class="s{number}">{label}</span>'
                                                  for number, (_, label) in enumerate(series)) + "</p>")
    return "\n".join([*parts, "</figure>"])


def nice(value):
    """The next of 1, 2, 4, 5, 10, 20 ... that is not below."""
    power = 10 ** math.floor(math.log10(value)) if value > 0 else 1
    return next(step * power for step in (1, 2, 4, 5, 10) if step * power >= value)


def short(size):
    return f"{size / 1e6:g} M" if size >= 1e6 else f"{size / 1e3:g} k"


def x_of(size, sizes):
    low, high = math.log10(min(sizes)), math.log10(max(sizes))
    share = (math.log10(size) - low) / (high - low) if high > low else 0.5
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def y_of(value, top):
    return TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM)


def grid(top, share):
    y = y_of(top * share, top)
    return (f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="value" x="{LEFT - 8}" y="{y + 4:.1f}">{top * share:,.4g}</text>')
