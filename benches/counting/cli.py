"""The command line of benches/instructions."""

import argparse
import sys
import tempfile
from pathlib import Path

from . import cases, expected, tools, verdict

FILE = cases.ROOT / "benches/instructions.txt"

WHAT_TO_DO = """\
If more work is meant, `benches/instructions --bless` writes the new counts to
benches/instructions.txt; say in the commit what they buy. If not,
`benches/instructions --profile CASE` shows where the instructions go."""


def parse(argv):
    parser = argparse.ArgumentParser(prog="benches/instructions", description=__doc__)
    parser.description = "Counts instructions under valgrind and compares them with benches/instructions.txt."
    parser.add_argument("--bless", action="store_true", help="write what was counted to that file")
    parser.add_argument("--only", action="append", metavar="NAME", help="only cases whose name contains NAME")
    parser.add_argument("--profile", metavar="CASE", help="show the functions that a case spends its time in, and end")
    parser.add_argument("--lines", type=int, default=40, help="of that (40)")
    parser.add_argument("--program", metavar="PATH", type=Path, help="count this one; don't build")
    return parser.parse_args(argv)


def main(argv=None):
    options = parse(argv)
    try:
        return work(options)
    except cases.Failed as why:
        print(f"benches/instructions: {why}", file=sys.stderr)
        return 2


def work(options):
    program = options.program or cases.build()
    if options.profile:
        with tempfile.TemporaryDirectory() as folder:
            print(cases.profile(program, options.profile, folder, options.lines))
        return 0
    every = cases.listed(program)
    chosen = [case for case in every if not options.only or any(part in case.name for part in options.only)]
    if not chosen:
        raise cases.Failed("no such case")
    counts = cases.counted(program, chosen)
    present, book = tools.versions(), expected.read(FILE.read_text()) if FILE.exists() else expected.Book()
    if options.bless:
        return bless(book, present, counts, [case.name for case in every])
    return judge(book, present, counts, [] if options.only else gone(book, every))


def gone(book, every):
    """Cases that are expected and do not exist any more."""
    return sorted(set(book.cases) - {case.name for case in every})


def bless(book, present, counts, names):
    """Cases that were not counted keep what they had."""
    kept = {name: case.count for name, case in book.cases.items() if name in names}
    merged = {**kept, **counts}
    ordered = {name: merged[name] for name in names if name in merged}
    FILE.write_text(expected.write(expected.blessed(book, present, ordered)))
    print("\n".join(verdict.table(verdict.compared(book, present, counts))))
    print(f"written: {FILE.relative_to(cases.ROOT)}")
    return 0


def judge(book, present, counts, missing):
    rows = verdict.compared(book, present, counts)
    print("\n".join(verdict.table(rows)))
    for difference in verdict.differing(book.tools, present):
        print(f"NOTE: {difference}: {verdict.OTHER_TOOLS:g} times the usual room")
    wrong = list(verdict.out_of_proportion(counts))
    wrong += [f"{name} is expected, and there is no such case" for name in missing]
    wrong += [f"{row.name}: {row.more:+.1f}% instructions, {row.within:g}% may be" for row in rows if row.word == "MORE"]
    wrong += [f"{row.name} is new: nothing is expected of it yet" for row in rows if row.word == "NEW"]
    if any(row.word == "less" for row in rows):
        print("NOTE: some take less than expected: --bless holds what was won")
    if not wrong:
        return 0
    print("\n".join(["", *wrong, WHAT_TO_DO]), file=sys.stderr)
    return 1
