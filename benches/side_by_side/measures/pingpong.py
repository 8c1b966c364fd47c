"""Small requests and replies."""

from .base import Figure, Measure

SIZE = 64


class PingPong(Measure):
    """CPU of the relay a round trip, and how long the client waited for it."""

    figures = (Figure("cpu_us", "CPU us/trip"), Figure("p50_us", "p50 us"), Figure("p99_us", "p99 us"))

    def __init__(self, name, job, connections):
        super().__init__(name, job)
        self.connections = connections
        self.title = f"{SIZE} bytes there and back, {connections} connections at once"

    def target(self):
        return ("echo",)

    def observe(self, space, running, target, seconds):
        said = self.loaded(space, running, target, "pingpong_client", [self.connections, SIZE], seconds)
        cpu = said["cpu"] / said["operations"] * 1e6
        return {"cpu_us": cpu, "p50_us": said["p50_us"], "p99_us": said["p99_us"]}
