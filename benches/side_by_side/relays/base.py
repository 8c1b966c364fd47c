"""What a relay is to the measures."""

import contextlib
from dataclasses import dataclass, field
from pathlib import Path

from ..processes import Process, wait_until_listening

# Jobs. All of them listen on a Unix socket and connect to a TCP target.
PLAIN = "plain"                  # bytes, one relay
MESSAGES = "messages"            # SOCK_SEQPACKET packets to u32be frames, one relay
PAIR = "pair"                    # bytes, unix -> near -> mutual TLS -> far -> tcp
PAIR_RESUMED = "pair-resumed"    # as PAIR, under TLS 1.2 and so that sessions are resumed
PAIR_RESUMED_13 = "pair-resumed-tls13"  # as PAIR, resuming under TLS 1.3, as pipeferry does by default
PAIR_MESSAGES = "pair-messages"  # packets to frames, over such a pair


@dataclass
class Running:
    """A started relay: where it listens, and its processes by role."""

    address: str
    processes: list = field(default_factory=list)

    def cpu_seconds(self):
        return sum(process.cpu_seconds() for process in self.processes)

    def check_alive(self):
        for process in self.processes:
            process.check_alive()


class Relay:
    """One program that can be put between a client and a target."""

    name = ""
    jobs = frozenset()

    def prepare(self, space):
        """Gets ready once a run; returns why it can't take part, or None."""
        raise NotImplementedError

    def version(self):
        """What was measured, for the report."""
        return ""

    def launch(self, running, job, site):
        """Starts the processes for `job`; they end up in `running.processes`."""
        raise NotImplementedError

    @contextlib.contextmanager
    def started(self, job, site):
        """The relay at work, listening, until the block ends."""
        socket = site.space.path("in")
        kind = "packet" if job in (MESSAGES, PAIR_MESSAGES) else "unix"
        running = Running(f"{kind}:{socket}")
        try:
            self.launch(running, job, site, socket)
            yield running
        finally:
            for process in reversed(running.processes):
                process.stop()

    @staticmethod
    def spawn(running, site, role, command, listens_at):
        """Starts one process of the relay and waits until it listens."""
        process = Process(role, command, site.space.path(f"{role}.log"))
        running.processes.append(process)
        wait_until_listening(process, listens_at)


@dataclass(frozen=True)
class Site:
    """What a relay is given to work with: folder, target's port, certificates."""

    space: object
    target_port: int
    near: object
    far: object


def found(*places):
    """The first of `places` that exists, or None."""
    return next((place for place in map(Path, places) if place.exists()), None)
