"""The file of expected counts: `benches/instructions.txt`."""

from dataclasses import dataclass, field

# Percent that a count may be above what was expected, where the file says nothing else.
USUAL = 5.0

HEAD = """\
# Instructions a message, a chunk or a connection, both parties' part included,
# the kernel's not. `benches/instructions` compares; `benches/instructions --bless`
# writes what it counts, and keeps the last column, which is for people to change.
"""


@dataclass(frozen=True)
class Expected:
    """A count, and how many percent more will pass."""

    count: float
    within: float = USUAL


@dataclass
class Book:
    """What is expected of each case, and the tools that counted it."""

    tools: dict = field(default_factory=dict)
    cases: dict = field(default_factory=dict)


def read(text):
    """The file's content; raises ValueError with the line that makes no sense."""
    book = Book()
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) == 2:
            book.tools[words[0]] = words[1]
        elif len(words) == 3 and words[2].endswith("%"):
            book.cases[words[0]] = Expected(float(words[1].replace(",", "")), float(words[2][:-1]))
        else:
            raise ValueError(f"neither a tool's version nor a case's count: {line}")
    return book


def write(book):
    """The text that reads as `book`."""
    tools = [f"{name:10} {version}" for name, version in book.tools.items()]
    cases = [f"{name:24} {number(case.count):>12} {case.within:>5g}%" for name, case in book.cases.items()]
    return "\n".join([HEAD, *tools, "", *cases, ""])


def blessed(book, tools, counts):
    """What was counted becomes what is expected; tolerances stay, cases that are gone go."""
    within = {name: case.within for name, case in book.cases.items()}
    return Book(tools, {name: Expected(count, within.get(name, USUAL)) for name, count in counts.items()})


def number(count):
    return f"{count:,.1f}" if count < 1000 else f"{count:,.0f}"
