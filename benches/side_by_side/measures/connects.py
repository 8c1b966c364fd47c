"""Short connections."""

from .base import Figure, Measure


class Connects(Measure):
    """Connect, one byte there and back, close."""

    figures = (Figure("per_s", "connections/s", lower=False), Figure("cpu_us", "CPU us/connection"))

    def __init__(self, name, job, at_a_time):
        super().__init__(name, job)
        self.at_a_time = at_a_time
        self.title = f"connect, 1 byte there and back, close; {at_a_time} at a time"

    def target(self):
        return ("echo",)

    def observe(self, space, running, target, seconds):
        said = self.loaded(space, running, target, "connect_client", [self.at_a_time], seconds)
        served = said["connections"]
        return {"per_s": served / said["seconds"], "cpu_us": said["cpu"] / served * 1e6}
