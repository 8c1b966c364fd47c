"""Puts a measure's load on one relay with perf and strace attached."""

import argparse
import contextlib
import shutil
import signal
import subprocess
import sys
import time

from . import calls, certificates
from .cli import raise_descriptor_limit
from .load import Target
from .measures import all_measures
from .processes import Failed
from .relays import all_relays
from .relays.base import Site
from .workspace import Workspace

# By the scheduler's clock: virtual machines often have no cycle counter.
PERF = ["perf", "record", "-q", "-e", "cpu-clock", "-F", "1999"]


def parse(argv):
    parser = argparse.ArgumentParser(prog="benches/profile", description=__doc__)
    parser.add_argument("measure", help="a name from benches/compare --list")
    parser.add_argument("--relay", default="pipeferry", metavar="NAME")
    parser.add_argument("--seconds", type=float, default=3.0, help="load, for each tool (3)")
    parser.add_argument("--lines", type=int, default=40, help="of perf's report (40)")
    parser.add_argument("--calls", action="store_true", help="instead, the CPU time by system call")
    parser.add_argument("--graph", action="store_true", help="with callers (frame pointers, or DWARF if built so)")
    parser.add_argument("--pipeferry", metavar="PATH", help="profile this binary")
    parser.add_argument("--before", metavar="PATH", help="another binary, for --relay before")
    parser.add_argument("--ghostunnel", metavar="PATH", help="where ghostunnel is, if not on PATH")
    parser.add_argument("--no-build", dest="build", action="store_false", help="don't run cargo build --release")
    return parser.parse_args(argv)


def main(argv=None):
    options = parse(argv)
    measure = next((one for one in all_measures(idle=500) if one.name == options.measure), None)
    relay = next((one for one in all_relays(options) if one.name == options.relay), None)
    if not measure or not relay or measure.job not in relay.jobs:
        print("benches/profile: no such measure, or the relay can't do it", file=sys.stderr)
        return 2
    raise_descriptor_limit()
    with Workspace() as space:
        space.build()
        why = relay.prepare(space)
        if why:
            print(f"benches/profile: {why}", file=sys.stderr)
            return 2
        return profile(options, measure, relay, space)


def profile(options, measure, relay, space):
    near, far = certificates.make(space.root / "certs")
    with Target(space, *measure.target()) as target:
        site = Site(space, target.port, near, far)
        with relay.started(measure.job, site) as running:
            load = lambda seconds: measure.observe(space, running, target, seconds)  # noqa: E731
            try:
                undisturbed = load(options.seconds)
                print("undisturbed:", shown(undisturbed))
                if options.calls:
                    by_call(options, measure, space, running, load, undisturbed)
                    return 0
                for tool in (with_perf, with_strace):
                    tool(options, space, running, load)
            except Failed as why:
                print(f"benches/profile: {why}", file=sys.stderr)
                return 1
    return 0


def shown(figures):
    return ", ".join(f"{key} {value:.4g}" for key, value in figures.items())


@contextlib.contextmanager
def attached(command):
    """The tool at work on the relay; ended as Ctrl-C would."""
    tool = subprocess.Popen([str(part) for part in command], stderr=subprocess.DEVNULL)
    time.sleep(0.3)
    try:
        yield
    finally:
        tool.send_signal(signal.SIGINT)
        tool.wait(timeout=30)


def with_perf(options, space, running, load):
    if not shutil.which("perf"):
        print("perf is not installed (Debian: linux-perf)")
        return
    for process in running.processes:
        data = space.path("perf.data")
        graph = ["-g"] if options.graph else []
        pids = ",".join(map(str, process.pids()))
        with attached([*PERF, *graph, "-o", data, "-p", pids]):
            load(options.seconds)
        print(f"\n== perf, {process.role}")
        for sort, most in (("dso", 6), ("dso,sym", options.lines)):
            print("\n".join(perf_report(data, sort)[:most]), end="\n\n")


def by_call(options, measure, space, running, load, undisturbed):
    """All processes of the relay together: that is what its cost is."""
    if not shutil.which("perf"):
        raise Failed("perf is not installed (Debian: linux-perf)")
    cost = next((figure for figure in measure.figures if figure.key.startswith("cpu_")), None)
    if cost is None:
        raise Failed(f"{measure.name} has no figure of CPU time to share out")
    data = space.path("perf.data")
    pids = ",".join(str(pid) for process in running.processes for pid in process.pids())
    with attached([*PERF, "-g", "-o", data, "-p", pids]):
        load(options.seconds)
    samples = calls.of_recording(data)
    print("\n".join(calls.table(samples, undisturbed[cost.key], cost.unit, options.lines)))


def perf_report(data, sort):
    command = ["perf", "report", "-i", str(data), "--stdio", "--no-children", "--sort", sort]
    said = subprocess.run([*command, "--percent-limit", "0.4"], capture_output=True, text=True).stdout
    return [line.rstrip() for line in said.splitlines() if line.strip() and not line.startswith("#")]


def with_strace(options, space, running, load):
    if not shutil.which("strace"):
        print("strace is not installed")
        return
    for process in running.processes:
        out = space.path("strace")
        pids = [part for pid in process.pids() for part in ("-p", pid)]
        with attached(["strace", "-f", "-c", "-S", "calls", "-o", out, *pids]):
            said = load(options.seconds)
        print(f"\n== strace -c, {process.role} (slowed down: {shown(said)})")
        print("\n".join(out.read_text().splitlines()[:14]))
