"""What an open, quiet connection costs in memory."""

import time

from ..load import IdleClient
from .base import Figure, Measure

WARM_CONNECTIONS = 8
SETTLE_SECONDS = 0.5


class Idle(Measure):
    """Resident bytes a connection more, after one byte went each way."""

    most_rounds = 2

    def __init__(self, name, job, connections):
        super().__init__(name, job)
        self.connections = connections
        self.title = f"{connections} idle connections"
        roles = ("relay",) if job == "plain" else ("near", "far")
        self.figures = tuple(Figure(f"{role}_kb", f"{role} KB each") for role in roles)

    def target(self):
        return ("echo",)

    def observe(self, space, running, target, seconds):
        with IdleClient(space, running.address, WARM_CONNECTIONS):
            pass
        target.count()
        before = self.resident(running)
        with IdleClient(space, running.address, self.connections):
            time.sleep(SETTLE_SECONDS)
            after = self.resident(running)
        return {key: (after[key] - before[key]) / self.connections / 1024 for key in before}

    @staticmethod
    def resident(running):
        return {f"{process.role}_kb": process.resident_bytes() for process in running.processes}
