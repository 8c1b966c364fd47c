"""The machine a run was made on, in general terms."""

import os
import platform
import time
from pathlib import Path


class Stopwatch:
    """How much of the machine other work than the run's took, from its making on.

    All that the run starts is waited for, so what it used stands in this
    process's own account; the rest of the machine's busy time is other work's.
    """

    def __init__(self):
        self._began, self._busy, self._own = time.monotonic(), busy_seconds(), own_seconds()

    def seconds(self):
        return round(time.monotonic() - self._began)

    def others_share(self):
        """0 to 1, of all cores; a few hundredths are the kernel's own threads."""
        span = (time.monotonic() - self._began) * os.cpu_count()
        others = (busy_seconds() - self._busy) - (own_seconds() - self._own)
        return round(max(0.0, others / span), 3)


def busy_seconds():
    """Of all cores since boot: user, nice, system, irq, softirq, steal; see proc_stat(5)."""
    ticks = [int(word) for word in Path("/proc/stat").read_text().split(None, 9)[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def own_seconds():
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def described():
    """Cores, processor, kernel."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": processor(),
        "kernel": platform.release().split("-")[0],
    }


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def sentence(machine):
    """The same for people, with a warning when the figures can't be trusted."""
    said = "{cores} cores, {processor}, Linux {kernel}".format(**machine)
    share = machine["others_share"]
    if share > 0.1:
        said += f"\nNOTE: other work took {share:.0%} of the machine meanwhile; trust the ratios at most."
    return said
