"""All medians in one table, in Markdown: what docs/performance.md holds."""

from .goals import verdicts
from .report import number


def markdown(relays, results):
    """A row a figure, a column a relay, and what was promised or aimed at."""
    head = ["measure", "figure", *relays, "promised", "aim"]
    lines = [line(head), line(["---"] * len(head))]
    for result in results:
        medians = result.medians()
        bounds = bounds_of(result.measure, medians)
        for figure in result.measure.figures:
            cells = [number(medians[name][figure.key]) if name in medians else "" for name in relays]
            promised, aim = (bounds.get((figure.key, kind), "") for kind in (True, False))
            lines.append(line([f"`{result.measure.name}`", figure.unit, *cells, promised, aim]))
    return "\n".join(lines)


def bounds_of(measure, medians):
    """The bounds by figure and whether they are promised, with a word on whether they hold."""
    lower = {figure.key: figure.lower for figure in measure.figures}
    return {
        (goal.figure, goal.promised): f"{'≤' if lower[goal.figure] else '≥'} {number(limit)}{'' if met else ' (not met)'}"
        for goal, limit, _, met in verdicts(measure, medians)
    }


def line(cells):
    return "| " + " | ".join(cells) + " |"
