"""Keeps a relay and its load on cores of their own.

What bytes cost depends on where the three processes that handle them run: all on
one core they stay in its cache and nobody sleeps, and the same loop costs a
quarter. Left alone, the scheduler chooses anew each time, most of all on a
machine that is busy with something else. A gateway's clients are elsewhere, and
so they are put there.
"""

import contextlib
import os


@contextlib.contextmanager
def apart(running, target):
    """The relay on the last core, target and clients on the first; nothing with only one."""
    allowed = os.sched_getaffinity(0)
    if len(allowed) < 2:
        yield
        return
    for process in running.processes:
        for pid in process.pids():
            move_all_threads(pid, {max(allowed)})
    move_all_threads(target.pid, {min(allowed)})
    os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def move_all_threads(pid, cores):
    for thread in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread), cores)
