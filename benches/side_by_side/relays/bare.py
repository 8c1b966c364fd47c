"""The bare loop: what the system calls alone cost (benches/load/bare_*.c)."""

from .base import MESSAGES, PLAIN, Relay


class Bare(Relay):
    """One thread, no checks; the floor that others are measured against."""

    name = "bare loop"
    jobs = frozenset({PLAIN, MESSAGES})

    def prepare(self, space):
        return None

    def launch(self, running, job, site, socket):
        program = "bare_messages" if job == MESSAGES else "bare_bytes"
        command = [site.space.program(program), running.address, f"tcp:{site.target_port}"]
        self.spawn(running, site, "relay", command, socket)
