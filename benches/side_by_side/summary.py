"""All medians in one table, in Markdown: what docs/performance.md holds."""

from .goals import verdicts
from .report import number, ratios


def markdown(relays, results):
    """A row a figure, a column a relay, and what was promised or aimed at.

    In brackets after another relay's figure: how many times that pipeferry's is.
    """
    head = ["measure", "figure", *relays, "promised", "aim"]
    lines = [line(head), line(["---"] * len(head))]
    for result in results:
        medians = result.medians()
        bounds, beside = bounds_of(result.measure, medians), ratios(medians)
        for figure in result.measure.figures:
            cells = [cell(medians.get(name, {}), beside.get(name, {}), figure.key) for name in relays]
            promised, aim = (bounds.get((figure.key, kind), "") for kind in (True, False))
            lines.append(line([f"`{result.measure.name}`", figure.unit, *cells, promised, aim]))
    return "\n".join(lines)


def cell(medians, beside, key):
    """A relay's median, and the ratio where there is one."""
    if key not in medians:
        return ""
    return number(medians[key]) + (f" ({beside[key]:.2f})" if key in beside else "")


def bounds_of(measure, medians):
    """The bounds by figure and whether they are promised, with a word on whether they hold."""
    lower = {figure.key: figure.lower for figure in measure.figures}
    return {
        (goal.figure, goal.promised): f"{'≤' if lower[goal.figure] else '≥'} {number(limit)}{'' if met else ' (not met)'}"
        for goal, limit, _, met in verdicts(measure, medians)
    }


def line(cells):
    return "| " + " | ".join(cells) + " |"
