"""Bytes one way, as fast as they go."""

import contextlib

from ..cores import apart
from ..relays.base import PLAIN
from .base import Figure, Measure, same


class Bulk(Measure):
    """CPU of the relay a gigabyte (10^9 bytes), which is what a busy gateway pays."""

    figures = (Figure("cpu_s_per_gb", "CPU s/GB"), Figure("gb_per_s", "GB/s", lower=False))

    def __init__(self, name, job, connections):
        super().__init__(name, job)
        self.connections = connections
        self.title = f"bytes one way, {connections} connection{'s' * (connections > 1)}"

    def target(self):
        return ("discard",)

    def observe(self, space, running, target, seconds):
        # The two gateways of a pair would share one core: they are left alone.
        with apart(running, target) if self.job == PLAIN else contextlib.nullcontext():
            said = self.loaded(space, running, target, "bulk_client", [self.connections], seconds)
        same(said["bytes"], said["count"], "bytes")
        gigabytes = said["count"] / 1e9
        return {"cpu_s_per_gb": said["cpu"] / gigabytes, "gb_per_s": gigabytes / said["seconds"]}
