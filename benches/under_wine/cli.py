"""The command line of benches/wine."""

import argparse
import os
import subprocess
import sys

from side_by_side import machine as host

from . import table, windows

BUSY = ": the machine had other work, so trust the ratios at most"


def parse(argv):
    parser = argparse.ArgumentParser(
        prog="benches/wine",
        description="Messages a second through our own Windows pipe and through tokio's, under Wine.",
    )
    parser.add_argument("--rounds", type=int, default=7, help="interleaved samples of each, of which medians are taken (7)")
    parser.add_argument("--milliseconds", type=int, default=300, help="load a sample (300)")
    parser.add_argument("--no-build", dest="build", action="store_false", help="run what is built already")
    return parser.parse_args(argv)


def main(argv=None):
    options = parse(argv)
    try:
        if options.build:
            windows.build()
        return measure(options)
    except windows.Failed as why:
        print(f"benches/wine: {why}", file=sys.stderr)
        return 1


def measure(options):
    load = os.getloadavg()[0]
    with windows.machine() as prefix:
        # Seven loads, three ends; a sample may take long to come to its end on a busy machine.
        patience = 60 + options.rounds * 21 * (options.milliseconds / 1000 + 5)
        said = windows.run(prefix, windows.EXE, options.rounds, options.milliseconds, patience=patience)
    found = table.samples(said)
    if not found:
        raise windows.Failed(f"nothing was measured: {said[-500:]}")
    wine = subprocess.run([windows.WINE, "--version"], capture_output=True, text=True).stdout.strip()
    print("{cores} cores, {processor}, Linux {kernel}".format(**host.described()))
    print(f"{wine}; medians of {options.rounds} rounds of {options.milliseconds} ms")
    # Wine's server is nobody's child, so its part cannot be told from others'.
    print(f"load average {load:.1f} when it began{BUSY if load > 0.5 else ''}\n")
    print(table.table(found))
    return 0
