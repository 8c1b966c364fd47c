"""Compares counts with what was expected, and with each other."""

from dataclasses import dataclass

from .expected import number

# Another compiler or libc moves counts by some percent; a mistake moves them by more.
OTHER_TOOLS = 3.0

# What must hold whatever compiles it: a unit of the first takes at most so many
# times the instructions of a unit of the second.
PROPORTIONS = [
    ("messages-800", 1.1, "messages-100", "a message must not cost more because more of them came together"),
    ("messages-100", 0.5, "message-64", "messages that came together must go on together"),
    ("bytes-64k", 2.5, "bytes-64", "the program itself must not touch the bytes that it carries"),
    ("message-16k", 4.0, "message-64", "the program itself must copy the bytes of a message at most once"),
    ("transcode-800", 4.0, "messages-800", "a new head must not cost more than the message's copy"),
]


@dataclass(frozen=True)
class Row:
    """One case compared; `more` in percent of what was expected."""

    name: str
    count: float
    expected: object = None
    within: float = 0.0

    @property
    def more(self):
        return (self.count / self.expected.count - 1) * 100 if self.expected else 0.0

    @property
    def word(self):
        if self.expected is None:
            return "NEW"
        if self.more > self.within:
            return "MORE"
        return "less" if self.more < -self.within else "ok"

    @property
    def fails(self):
        return self.word in ("MORE", "NEW")


def differing(noted, present):
    """The tools that are not those that counted, in words."""
    names = dict.fromkeys([*noted, *present])
    pairs = ((name, noted.get(name, "none"), present.get(name, "none")) for name in names)
    return [f"{name} {now} (the counts are of {then})" for name, then, now in pairs if now != then]


def compared(book, tools, counts):
    """A row a case that was counted."""
    room = OTHER_TOOLS if differing(book.tools, tools) else 1.0
    rows = []
    for name, count in counts.items():
        expected = book.cases.get(name)
        rows.append(Row(name, count, expected, expected.within * room if expected else 0.0))
    return rows


def out_of_proportion(counts):
    """A sentence for each proportion that does not hold."""
    for name, most, other, why in PROPORTIONS:
        if name in counts and other in counts and counts[name] > most * counts[other]:
            ratio = counts[name] / counts[other]
            yield f"{name} takes {ratio:.2f} times {other}, and at most {most:g} times was meant: {why}"


def table(rows):
    head = ["", "counted", "expected", "difference", "within", ""]
    cells = [head, *([row.name, *figures(row), row.word] for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(head))]
    for line in cells:
        rest = [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]
        yield "  ".join([line[0].ljust(widths[0]), *rest]).rstrip()


def figures(row):
    if row.expected is None:
        return [number(row.count), "-", "-", "-"]
    return [number(row.count), number(row.expected.count), f"{row.more:+.1f}%", f"{row.within:g}%"]
