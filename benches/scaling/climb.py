"""One climb: more and more idle connections on one relay, measured at each step."""

import contextlib
import time
from dataclasses import dataclass
from statistics import median

from side_by_side.load import IdleClient, Target, run_client
from side_by_side.relays.base import Site

ACTIVE = 8
SIZE = 64

# After the last idle connection has had its byte back.
SETTLE_SECONDS = 0.5

# Handshakes come one after the other, each some milliseconds.
PATIENCE_SECONDS = 180


@dataclass(frozen=True)
class Point:
    """What was seen with so many idle connections."""

    connections: int
    resident: dict  # bytes, by the process's role
    p50_us: float
    p99_us: float


def climb(space, relay, job, identities, steps, seconds, say):
    """A point a step, on a relay that was started afresh."""
    points = []
    with Target(space, "echo") as target, contextlib.ExitStack() as idle:
        site = Site(space, target.port, *identities)
        running = idle.enter_context(relay.started(job, site))
        warm_up(space, running, seconds)
        there = 0
        for step in steps:
            say(f"{job}: {step} idle connections")
            idle.enter_context(IdleClient(space, running.address, step - there, PATIENCE_SECONDS))
            there = step
            points.append(look(space, running, step, seconds))
    return points


def warm_up(space, running, seconds):
    """Buffers and threads of the busy connections are there before memory is read."""
    run_client(space, "pingpong_client", running.address, ACTIVE, SIZE, seconds=seconds / 2)


def look(space, running, step, seconds):
    time.sleep(SETTLE_SECONDS)
    resident = {process.role: process.resident_bytes() for process in running.processes}
    said = run_client(space, "pingpong_client", running.address, ACTIVE, SIZE, seconds=seconds)
    running.check_alive()
    return Point(step, resident, said["p50_us"], said["p99_us"])


def middle(climbs):
    """The medians of several climbs, step by step."""
    return [
        Point(
            points[0].connections,
            {role: median(point.resident[role] for point in points) for role in points[0].resident},
            median(point.p50_us for point in points),
            median(point.p99_us for point in points),
        )
        for points in zip(*climbs)
    ]
