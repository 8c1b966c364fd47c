"""Bytes one way, as fast as they go."""

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
        said = self.loaded(space, running, target, "bulk_client", [self.connections], seconds)
        same(said["bytes"], said["count"], "bytes")
        gigabytes = said["count"] / 1e9
        return {"cpu_s_per_gb": said["cpu"] / gigabytes, "gb_per_s": gigabytes / said["seconds"]}
