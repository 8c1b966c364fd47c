"""Draws the dashboard from what a real Prometheus answers, as one SVG file.

This is not Grafana: it takes the dashboard's panels, their places and their
queries, and draws them plainly. It makes docs/dashboard.svg, after minutes of
traffic in a scene:

    draw.py PIPEFERRY SECONDS FILE
"""

import math
import random
import sys
import threading
import time
from html import escape

from check import dashboard, filled_in
from scene import Scene
from scene.processes import eventually

COLUMN, ROW, GAP = 50, 30, 8
COLOURS = ["#7eb26d", "#eab839", "#6ed0e0", "#ef843c", "#e24d42", "#1f78c1", "#ba43a9", "#8a8fe0"]
SCALES = {
    "bytes": [(1 << 30, " GiB"), (1 << 20, " MiB"), (1 << 10, " KiB")],
    "Bps": [(1e9, " GB/s"), (1e6, " MB/s"), (1e3, " kB/s")],
    "short": [(1e6, "M"), (1e3, "k")],
    "cps": [(1e6, "M/s"), (1e3, "k/s")],
}
SUFFIX = {"cps": "/s", "Bps": " B/s", "bytes": " B", "d": " days"}


def readable(value, unit):
    if unit == "percentunit":
        return f"{value * 100:.3g} %"
    if unit == "s":
        return f"{value:.3g} s" if value >= 1 or value == 0 else f"{value * 1000:.3g} ms"
    for scale, name in SCALES.get(unit, []):
        if abs(value) >= scale:
            return f"{value / scale:.3g}{name}"
    return f"{value:.3g}{SUFFIX.get(unit, '')}"


def named(legend, labels):
    if legend == "__auto":
        return ", ".join(f"{key}={value}" for key, value in labels.items() if key != "__name__")
    for key, value in labels.items():
        legend = legend.replace("{{" + key + "}}", value)
    return legend


class Drawing:
    def __init__(self, height):
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1216 {height}" '
            'font-family="system-ui, sans-serif" font-size="11">',
            f'<rect width="1216" height="{height}" fill="#111217"/>',
        ]

    def text(self, x, y, words, fill="#ccccdc", size=11, anchor="start"):
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}" font-size="{size}" '
            f'text-anchor="{anchor}">{escape(words)}</text>'
        )

    def box(self, x, y, w, h, fill):
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" rx="3" fill="{fill}"/>'
        )

    def line(self, points, colour):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.3"/>')


class Panel:
    """One panel: its place, and what Prometheus says to its queries."""

    def __init__(self, panel, running, start, end):
        self.panel, self.running = panel, running
        self.start, self.end = start, end
        place = panel["gridPos"]
        self.x, self.y = 8 + place["x"] * COLUMN, 8 + place["y"] * ROW
        self.w, self.h = place["w"] * COLUMN - GAP, place["h"] * ROW - GAP
        self.unit = panel.get("fieldConfig", {}).get("defaults", {}).get("unit", "short")

    def series(self):
        step = max(1, (self.end - self.start) / 120)
        for target in self.panel["targets"]:
            data = self.running.ask(
                "query_range", query=filled_in(target["expr"]), start=self.start, end=self.end, step=step
            )
            for one in data["result"]:
                points = [(at, float(value)) for at, value in one["values"]]
                points = [(at, value) for at, value in points if math.isfinite(value)]
                if points:
                    yield named(target["legendFormat"], one["metric"]), points

    def now(self):
        for target in self.panel["targets"]:
            for one in self.running.ask("query", query=filled_in(target["expr"]))["result"]:
                yield named(target["legendFormat"], one["metric"]), float(one["value"][1]), one["metric"]

    def draw(self, drawing):
        if self.panel["type"] == "row":
            drawing.text(self.x, self.y + 18, self.panel["title"], "#ffffff", 14)
            return
        drawing.box(self.x, self.y, self.w, self.h, "#1e1f26")
        drawing.text(self.x + 8, self.y + 17, self.panel["title"], "#e6e6f0", 12)
        getattr(self, self.panel["type"])(drawing)

    def colour(self, value):
        chosen = "text"
        for step in self.panel["fieldConfig"]["defaults"]["thresholds"]["steps"]:
            if step["value"] is None or value >= step["value"]:
                chosen = step["color"]
        return {"green": "#73bf69", "orange": "#ff9830", "red": "#f2495c", "text": "#ccccdc"}[chosen]

    def stat(self, drawing):
        value = next((value for _, value, _ in self.now()), float("nan"))
        middle = self.x + self.w / 2
        words = readable(value, self.unit)
        drawing.text(middle, self.y + self.h / 2 + 22, words, self.colour(value), 32, "middle")

    def bargauge(self, drawing):
        found = list(self.now())[:6]
        most = max((value for _, value, _ in found), default=1) or 1
        for number, (name, value, _) in enumerate(found):
            y = self.y + 28 + number * 32
            drawing.text(self.x + 8, y + 10, name)
            drawing.box(self.x + 8, y + 14, max(2, (self.w - 90) * value / most), 10, self.colour(value))
            drawing.text(self.x + self.w - 8, y + 23, readable(value, self.unit), self.colour(value), 11, "end")

    def table(self, drawing):
        rows = [labels for _, _, labels in self.now() if "version" in labels]
        for number, row in enumerate(rows[:8]):
            words = f"{row['instance']}   {row['version']}   {row['os']}   {row['arch']}"
            drawing.text(self.x + 8, self.y + 40 + number * 20, words)

    def timeseries(self, drawing):
        found = sorted(self.series(), key=lambda one: -one[1][-1][1])
        left, top, bottom = self.x + 58, self.y + 28, self.y + self.h - 46
        width = self.w - 68
        most = max((value for _, points in found for _, value in points), default=0) or 1
        for part in (0, 0.5, 1):
            y = bottom - (bottom - top) * part
            drawing.box(left, y, width, 0.5, "#34353d")
            drawing.text(left - 6, y + 4, readable(most * part, self.unit), "#9fa0ab", 10, "end")
        for number, (_, points) in enumerate(found):
            span = (self.end - self.start) or 1
            drawing.line(
                [
                    (left + width * (at - self.start) / span, bottom - (bottom - top) * value / most)
                    for at, value in points
                ],
                COLOURS[number % len(COLOURS)],
            )
        self.legend(drawing, [name for name, _ in found], bottom + 18)

    def legend(self, drawing, names, y):
        x = self.x + 8
        for number, name in enumerate(names):
            needed = 22 + 5.6 * len(name)
            if x + needed > self.x + self.w:
                x, y = self.x + 8, y + 14
            if y > self.y + self.h - 2:
                return
            drawing.box(x, y - 7, 9, 3, COLOURS[number % len(COLOURS)])
            drawing.text(x + 13, y, name, "#9fa0ab", 10)
            x += needed


def traffic(running, until):
    """Clients that stay, come and go, most of them as they should."""
    chance, staying = random.Random(7), []
    while time.monotonic() < until:
        wave = 1 + math.sin(time.monotonic() / 20)
        try:
            while len(staying) < 20 * wave:
                staying.append(running.connect(chance.choice(["orders", "orders", "files"])))
            while len(staying) > 20 * wave + 1:
                staying.pop(0).close()
            running.messages(int(10 + 60 * wave), chance.choice([40, 200, 900, 6_000, 20_000]))
            running.file(int(chance.choice([40_000, 400_000]) * (1 + wave)))
            if chance.random() < 0.05:
                chance.choice([running.stranger, running.unreachable, running.oversize])()
        except OSError:
            pass
        time.sleep(0.02)
    running.kept += staying


def draw(running, start, end):
    panels = dashboard()["panels"]
    height = 16 + ROW * max(one["gridPos"]["y"] + one["gridPos"]["h"] for one in panels)
    drawing = Drawing(height)
    for panel in panels:
        Panel(panel, running, start, end).draw(drawing)
    return "\n".join([*drawing.parts, "</svg>"]) + "\n"


def main(pipeferry, duration, file):
    with Scene(pipeferry) as running:
        eventually("the first scrape", lambda: running.ask("query", query="up == 1")["result"] or None)
        begun, until = time.time(), time.monotonic() + float(duration)
        clients = [threading.Thread(target=traffic, args=(running, until)) for _ in range(3)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        with open(file, "w") as out:
            out.write(draw(running, begun + 5, time.time()))


if __name__ == "__main__":
    main(*sys.argv[1:])
