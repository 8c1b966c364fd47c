"""The command line of benches/compare."""

import argparse
import json
import resource
import shutil
import sys

from . import certificates, machine, report, summary
from .install import install
from .measures import all_measures
from .relays import all_relays
from .run import Setup, measured
from .workspace import Workspace


def parse(argv):
    parser = argparse.ArgumentParser(
        prog="benches/compare",
        description="Measures pipeferry beside a bare loop and others that do its job, in one run on this machine.",
    )
    parser.add_argument("--quick", action="store_true", help="2 short rounds, under a minute; rough figures")
    parser.add_argument("--rounds", type=int, help="samples of each (9, or 2 with --quick)")
    parser.add_argument("--seconds", type=float, help="load a sample (0.4, or 0.3 with --quick)")
    parser.add_argument("--only", action="append", metavar="NAME", help="only measures whose name contains NAME")
    parser.add_argument("--relay", action="append", metavar="NAME", help="only relays whose name contains NAME")
    parser.add_argument("--list", action="store_true", help="print the measures' names and end")
    parser.add_argument("--json", metavar="FILE", help="write all samples there; - for standard output")
    parser.add_argument("--markdown", action="store_true", help="print one table for docs/performance.md too")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a promised goal is missed")
    parser.add_argument("--install", action="store_true", help="first install missing peers with apt-get")
    parser.add_argument("--pipeferry", metavar="PATH", help="measure this binary in place of the repository's")
    parser.add_argument("--before", metavar="PATH", help="another pipeferry binary to measure beside it")
    parser.add_argument("--ghostunnel", metavar="PATH", help="where ghostunnel is, if not on PATH")
    parser.add_argument("--no-build", dest="build", action="store_false", help="don't run cargo build --release")
    parser.add_argument("--keep", action="store_true", help="keep the temporary folder: configs, logs, programs")
    return parser.parse_args(argv)


def chosen(items, parts):
    """Those whose name contains one of `parts`; all without."""
    return [item for item in items if not parts or any(part in item.name for part in parts)]


def say(line, lasting=False):
    """Progress: one line that is written over on a terminal, nothing elsewhere; or a lasting one."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{line}", end="\n" if lasting else "", file=sys.stderr, flush=True)
    elif lasting:
        print(line, file=sys.stderr, flush=True)


def raise_descriptor_limit():
    """Idle connections take three descriptors each, over several processes that inherit this."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def ready_relays(options, space):
    """The relays that can take part, and why others can't."""
    ready, missing = [], {}
    for relay in chosen(all_relays(options), options.relay):
        why = relay.prepare(space)
        if why:
            missing[relay.name] = why
        else:
            ready.append(relay)
    return ready, missing


def main(argv=None):
    options = parse(argv)
    measures = chosen(all_measures(idle=500 if options.quick else 2000), options.only)
    if options.list:
        print("\n".join(f"{measure.name:18} {measure.title}" for measure in measures))
        return 0
    if options.install:
        install()
    lacking = [tool for tool in ("gcc", "openssl") if not shutil.which(tool)]
    if lacking or not measures:
        print(f"benches/compare: {'missing: ' + ', '.join(lacking) if lacking else 'no such measure'}", file=sys.stderr)
        return 2
    raise_descriptor_limit()
    with Workspace(options.keep) as space:
        return compare(options, measures, space)


def compare(options, measures, space):
    rounds = options.rounds or (2 if options.quick else 9)
    seconds = options.seconds or (0.3 if options.quick else 0.4)
    space.build()
    relays, missing = ready_relays(options, space)
    setup = Setup(space, *certificates.make(space.root / "certs"))
    about = {"machine": machine.described(), "rounds": rounds, "seconds": seconds}
    about["versions"] = {relay.name: relay.version() for relay in relays}
    about["missing"] = missing
    watch = machine.Stopwatch()
    results = [measured(measure, relays, setup, rounds, seconds, say) for measure in measures]
    about["took_seconds"] = watch.seconds()
    about["machine"]["others_share"] = watch.others_share()
    say("done")
    publish(options, about, results)
    failed = any(result.failures for result in results)
    return 1 if failed or (options.check and report.broken_goals(results)) else 0


def publish(options, about, results):
    out = sys.stderr if options.json == "-" else sys.stdout
    print(f"\n{machine.sentence(about['machine'])}", file=out)
    named = ", ".join(f"{name} {version}".strip() for name, version in about["versions"].items())
    print(f"{named}; medians of {about['rounds']} rounds of {about['seconds']:g} s\n", file=out)
    for name, why in about["missing"].items():
        print(f"not measured: {name}: {why}", file=out)
    for result in results:
        print(report.text(result), file=out)
    if options.markdown:
        print(summary.markdown(about["versions"], results), file=out)
    whole = json.dumps({**about, "measures": [report.data(result) for result in results]}, indent=2)
    if options.json == "-":
        print(whole)
    elif options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            file.write(whole + "\n")
