"""The results as a table for people and as JSON for programs."""

from .goals import verdicts

OURS = "pipeferry"


def number(value):
    """Three significant digits, thousands apart."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def text(result):
    """One measure's table: medians, the spread of the first figure, ratios to the first relay."""
    figures, medians = result.measure.figures, result.medians()
    lines = [f"{result.measure.name}: {result.measure.title}"]
    base_name = next(iter(medians), "")
    head = ["", *(figure.unit for figure in figures), f"({figures[0].unit}: least-most)", f"x {base_name}"]
    rows = [head]
    for relay, values in medians.items():
        low, high = result.spread(relay, figures[0].key)
        base = medians[base_name][figures[0].key]
        ratio = f"{values[figures[0].key] / base:.2f}" if base else "-"
        cells = [number(values[figure.key]) for figure in figures]
        rows.append([relay, *cells, f"{number(low)}-{number(high)}", ratio])
    for relay, values in ratios(medians).items():
        cells = [f"{values[figure.key]:.2f}" if figure.key in values else "-" for figure in figures]
        rows.append([f"{OURS} / {relay}", *cells, "", ""])
    lines += columns(rows) if medians else ["  nothing could be measured"]
    lines += [f"  {relay} failed: {why}" for relay, why in result.failures.items()]
    lines += [f"  {line}" for line in judged(result.measure, medians)]
    return "\n".join(lines) + "\n"


def ratios(medians):
    """How many times what each other relay reached pipeferry did, by relay and figure."""
    ours = medians.get(OURS, {})
    return {
        relay: {key: ours[key] / value for key, value in values.items() if value and key in ours}
        for relay, values in medians.items()
        if relay != OURS and ours
    }


def columns(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        yield "  " + "  ".join(cells).rstrip()


def judged(measure, medians):
    """A line for each goal: what was wanted, what was reached."""
    units = {figure.key: figure for figure in measure.figures}
    for goal, limit, reached, met in verdicts(measure, medians):
        figure = units[goal.figure]
        bound = f"{'<=' if figure.lower else '>='} {number(limit)}"
        if goal.times:
            bound += f" ({goal.bound:g} x {goal.times})"
        word = ("goal " if goal.promised else "aim ") + ("met" if met else "MISSED" if goal.promised else "not yet")
        yield f"{word}: {figure.unit} {bound}, reached {number(reached)}"


def data(result):
    """One measure for `--json`, all samples included."""
    measure, medians = result.measure, result.medians()
    return {
        "name": measure.name,
        "title": measure.title,
        "units": {figure.key: figure.unit for figure in measure.figures},
        "medians": medians,
        "ratios": ratios(medians),
        "samples": result.samples,
        "failures": result.failures,
        "goals": [
            {"figure": goal.figure, "limit": limit, "reached": reached, "met": met, "promised": goal.promised}
            for goal, limit, reached, met in verdicts(measure, medians)
        ],
    }


def broken_goals(results):
    """How many promised goals were judged and missed."""
    return sum(
        1
        for result in results
        for goal, _, _, met in verdicts(result.measure, result.medians())
        if goal.promised and not met
    )
