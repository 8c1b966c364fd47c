"""Messages one way, as fast as they go, on one connection."""

from .base import Figure, Measure, same


class Messages(Measure):
    """SOCK_SEQPACKET packets in, u32be frames out; each is checked for its length."""

    figures = (Figure("messages_per_s", "messages/s", lower=False), Figure("cpu_us", "CPU us/message"))

    def __init__(self, name, job, size):
        super().__init__(name, job)
        self.size = size
        self.title = f"messages of {size} bytes, packets to u32be frames, 1 connection"

    def target(self):
        return ("frames", self.size)

    def observe(self, space, running, target, seconds):
        said = self.loaded(space, running, target, "message_client", [self.size], seconds)
        same(said["messages"], said["count"], "messages")
        return {
            "messages_per_s": said["count"] / said["seconds"],
            "cpu_us": said["cpu"] / said["count"] * 1e6,
        }
