"""Samples to medians, medians to a table."""

from statistics import median

ENDS = {"ours-message": "ours, messages", "ours-byte": "ours, bytes", "tokio-byte": "tokio, bytes"}
YARDSTICK = "tokio-byte"


def samples(text):
    """Rates by load and end, from lines of `load end rate`; other lines are somebody else's."""
    found = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) == 3 and words[1] in ENDS:
            found.setdefault(words[0], {}).setdefault(words[1], []).append(float(words[2]))
    return found


def medians(found):
    return {load: {end: median(rates) for end, rates in ends.items()} for load, ends in found.items()}


def table(found):
    """A row a load; in brackets how many times tokio's rate ours is."""
    rows = [["messages a second", *ENDS.values()], ["---", *["---:"] * len(ENDS)]]
    for load, rates in medians(found).items():
        rows.append([f"`{load}`", *(cell(rates, end) for end in ENDS)])
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows)


def cell(rates, end):
    if end not in rates:
        return ""
    ratio = f" ({rates[end] / rates[YARDSTICK]:.2f})" if end != YARDSTICK and rates.get(YARDSTICK) else ""
    return f"{rates[end]:,.0f}{ratio}"
