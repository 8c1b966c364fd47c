"""Draws two panels side by side as one SVG file that needs nothing else.

It has no background of its own and names its colours twice, for light and for
dark surroundings; lines differ by shape too, not by colour alone.
"""

from dataclasses import dataclass
from xml.sax.saxutils import escape

from .scales import Linear, Logarithmic, nice_ticks

PANEL, HEIGHT = 430, 380
LEFT, RIGHT, TOP, BOTTOM = 58, 86, 64, 62
APART = 15  # of two names, one below the other

STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #57606a; }
.title { font-weight: 600; font-size: 14px; fill: #24292f; }
.grid { stroke: #d0d7de; stroke-width: 1; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.a { stroke: #0969da; } .dot.a, text.a { fill: #0969da; stroke: none; }
.b { stroke: #bc4c00; } .dot.b, text.b { fill: #bc4c00; stroke: none; }
.c { stroke: #1a7f37; } .dot.c, text.c { fill: #1a7f37; stroke: none; }
.dashed { stroke-dasharray: 5 4; }
@media (prefers-color-scheme: dark) {
  text { fill: #9198a1; } .title { fill: #f0f6fc; } .grid { stroke: #3d444d; }
  .a { stroke: #4493f8; } .dot.a, text.a { fill: #4493f8; }
  .b { stroke: #f0883e; } .dot.b, text.b { fill: #f0883e; }
  .c { stroke: #3fb950; } .dot.c, text.c { fill: #3fb950; }
}"""


@dataclass(frozen=True)
class Line:
    """A name, points (connections, value), and a colour's class; dashed where it is the lesser of two."""

    name: str
    points: list
    colour: str
    dashed: bool = False


@dataclass(frozen=True)
class Panel:
    """A title with the unit, and lines over the same connections."""

    title: str
    lines: list


def svg(panels, title, note):
    """The file's text."""
    width = PANEL * len(panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" role="img" aria-labelledby="t d">',
        f'<title id="t">{escape(title)}</title>',
        f'<desc id="d">{escape(described(panels))}</desc>',
        f"<style>{STYLE}</style>",
    ]
    for at, panel in enumerate(panels):
        parts += [f'<g transform="translate({at * PANEL} 0)">', *drawn(panel), "</g>"]
    parts += [words(LEFT, HEIGHT - 8, note), "</svg>", ""]
    return "\n".join(parts)


def described(panels):
    """The figures, for whoever can't see lines."""
    sentences = []
    for panel in panels:
        for line in panel.lines:
            values = ", ".join(f"{value:g} at {connections}" for connections, value in line.points)
            sentences.append(f"{panel.title}, {line.name}: {values}.")
    return " ".join(sentences)


def drawn(panel):
    connections = [x for x, _ in panel.lines[0].points]
    ticks = nice_ticks(max(y for line in panel.lines for _, y in line.points))
    along = Logarithmic(connections[0], connections[-1], LEFT, PANEL - RIGHT)
    up = Linear(ticks[-1], HEIGHT - BOTTOM, TOP)
    yield words(LEFT, 28, panel.title, "title")
    yield from axes(along, up, connections, ticks)
    for line in panel.lines:
        yield from curve(line, along, up)
    yield from labels(panel.lines, along, up)


def axes(along, up, connections, ticks):
    for tick in ticks:
        y = up.at(tick)
        yield f'<line class="grid" x1="{LEFT}" x2="{PANEL - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield words(LEFT - 8, y + 4, f"{tick:,g}", anchor="end")
    for step in connections:
        yield words(along.at(step), HEIGHT - BOTTOM + 18, short(step), anchor="middle")
    yield words((LEFT + PANEL - RIGHT) / 2, HEIGHT - BOTTOM + 36, "idle connections", anchor="middle")


def curve(line, along, up):
    places = [(along.at(x), up.at(y)) for x, y in line.points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    kind = f"line {line.colour}" + (" dashed" if line.dashed else "")
    yield f'<polyline class="{kind}" points="{path}"/>'
    for (x, y), (connections, value) in zip(places, line.points):
        said = escape(f"{line.name}: {value:,.4g} at {connections:,}")
        yield f'<circle class="dot {line.colour}" cx="{x:.1f}" cy="{y:.1f}" r="3"><title>{said}</title></circle>'


def labels(lines, along, up):
    """Each line's name beside its end, pushed apart where two ends are close."""
    ends = sorted(((up.at(line.points[-1][1]), line) for line in lines), key=lambda end: -end[0])
    highest = HEIGHT - BOTTOM + APART
    for y, line in ends:
        highest = min(y, highest - APART)
        yield words(along.end + 8, highest + 4, line.name, line.colour)


def short(count):
    """As little room as it can do with: 2,000 and 5,000 are close on a logarithmic axis."""
    return f"{count // 1000}k" if count >= 1000 and count % 1000 == 0 else str(count)


def words(x, y, text, kind="", anchor=""):
    kind = f' class="{kind}"' if kind else ""
    anchor = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{kind}{anchor}>{escape(text)}</text>'
