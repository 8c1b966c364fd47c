"""The points as a table in Markdown, which reads as plain text too."""

MB = 1e6


def table(plain, pair):
    """A row a step."""
    head = ["idle connections", "sockets", "plain MB", "p50 us", "p99 us", "near MB", "far MB", "pair p50 us", "pair p99 us"]
    rows = [head, [line_of(cell) for cell in head]]
    for one, two in zip(plain, pair):
        rows.append([
            f"{one.connections:,}", f"{2 * one.connections:,}", *megabytes(one, "relay"), *waits(one),
            *megabytes(two, "near", "far"), *waits(two),
        ])
    widths = [max(len(row[at]) for row in rows) for at in range(len(head))]
    return "\n".join("| " + " | ".join(cell.rjust(width) for cell, width in zip(row, widths)) + " |" for row in rows)


def line_of(cell):
    return "-" * (len(cell) - 1) + ":"


def megabytes(point, *roles):
    return [f"{point.resident[role] / MB:.1f}" for role in roles]


def waits(point):
    return [f"{point.p50_us:,.0f}", f"{point.p99_us:,.0f}"]


def each(points, role):
    """Kilobytes (1,024 bytes) that a connection more takes, from the first step to the last."""
    first, last = points[0], points[-1]
    grown = last.resident[role] - first.resident[role]
    return grown / (last.connections - first.connections) / 1024
