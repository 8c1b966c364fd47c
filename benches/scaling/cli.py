"""The command line of benches/scale."""

import argparse
import shutil
import sys
from pathlib import Path

from side_by_side import certificates, machine
from side_by_side.cli import say
from side_by_side.processes import Failed
from side_by_side.relays.base import PAIR, PLAIN
from side_by_side.relays.pipeferry import Pipeferry
from side_by_side.workspace import Workspace

from .climb import climb, middle
from .plot import Line, Panel, svg
from .steps import STEPS, allowed, raise_limit
from .table import MB, each, table


def parse(argv):
    parser = argparse.ArgumentParser(
        prog="benches/scale",
        description="Memory, and the wait of 8 busy connections, as idle connections grow; one gateway, and a pair.",
    )
    parser.add_argument("--svg", metavar="FILE", type=Path, help="draw it there")
    parser.add_argument("--rounds", type=int, default=3, help="climbs of each, of which medians are taken (3)")
    parser.add_argument("--seconds", type=float, default=1.0, help="ping-pong at each step (1)")
    parser.add_argument("--most", type=int, default=STEPS[-1], help=f"idle connections at the last step ({STEPS[-1]})")
    parser.add_argument("--pipeferry", metavar="PATH", help="measure this binary in place of the repository's")
    parser.add_argument("--no-build", dest="build", action="store_false", help="don't run cargo build --release")
    return parser.parse_args(argv)


def main(argv=None):
    options = parse(argv)
    lacking = [tool for tool in ("gcc", "openssl") if not shutil.which(tool)]
    if lacking:
        print(f"benches/scale: missing: {', '.join(lacking)}", file=sys.stderr)
        return 2
    wanted = [step for step in STEPS if step <= options.most]
    limit = raise_limit()
    steps = allowed(wanted, limit)
    if len(steps) < 2:
        print(f"benches/scale: {limit} descriptors a process, or --most, leave nothing to compare", file=sys.stderr)
        return 2
    with Workspace() as space:
        try:
            return measure(options, space, steps, limit, steps != wanted)
        except Failed as why:
            print(f"benches/scale: {why}", file=sys.stderr)
            return 1


def measure(options, space, steps, limit, cut):
    space.build()
    relay = Pipeferry(options.pipeferry, options.build)
    why = relay.prepare(space)
    if why:
        raise Failed(why)
    identities = certificates.make(space.root / "certs")
    watch = machine.Stopwatch()
    climbs = {PLAIN: [], PAIR: []}
    for number in range(options.rounds):
        for job, done in climbs.items():
            tell = lambda line: say(f"round {number + 1}, {line}")  # noqa: B023, E731
            done.append(climb(space, relay, job, identities, steps, options.seconds, tell))
    about = {**machine.described(), "others_share": watch.others_share()}
    say("done")
    publish(options, about, middle(climbs[PLAIN]), middle(climbs[PAIR]))
    if cut:
        print(f"NOTE: {limit} descriptors a process allow {steps[-1]} connections and no more")
    return 0


def publish(options, about, plain, pair):
    print(f"\n{machine.sentence(about)}\nmedians of {options.rounds} climbs, {options.seconds:g} s a step\n")
    print(table(plain, pair))
    grown = {"plain": each(plain, "relay"), "near": each(pair, "near"), "far": each(pair, "far")}
    print("\na connection more: " + ", ".join(f"{role} {kb:.2f} KB" for role, kb in grown.items()))
    if options.svg:
        note = f"{about['cores']} cores, Linux {about['kernel']}; {options.rounds} climbs, medians. " \
               "Each connection is two sockets in every gateway."
        options.svg.write_text(svg(panels(plain, pair), "Memory and waiting as connections grow", note))
        print(f"drawn: {options.svg}")


def panels(plain, pair):
    memory = lambda points, role: [(p.connections, round(p.resident[role] / MB, 2)) for p in points]  # noqa: E731
    wait = lambda points, key: [(p.connections, getattr(p, key)) for p in points]  # noqa: E731
    return [
        Panel("Resident memory, MB", [
            Line("plain", memory(plain, "relay"), "a"),
            Line("pair: near", memory(pair, "near"), "b"),
            Line("pair: far", memory(pair, "far"), "c"),
        ]),
        Panel("Round trip of 64 bytes, 8 busy, us", [
            Line("plain p50", wait(plain, "p50_us"), "a", dashed=True),
            Line("plain p99", wait(plain, "p99_us"), "a"),
            Line("pair p50", wait(pair, "p50_us"), "b", dashed=True),
            Line("pair p99", wait(pair, "p99_us"), "b"),
        ]),
    ]
