"""What a measure is to the run."""

from dataclasses import dataclass

from ..load import Target, run_client
from ..processes import Failed
from ..relays.base import Site

# A relay is warm after this part of a sample's time.
WARM_UP = 0.15


@dataclass(frozen=True)
class Figure:
    """One number of a sample; `lower` says which way is better."""

    key: str
    unit: str
    lower: bool = True


class Measure:
    """One kind of load, and the figures that come of it. The first one decides."""

    title = ""
    figures = ()
    # A measure whose result hardly moves need not be repeated every round.
    most_rounds = 99

    def __init__(self, name, job):
        self.name = name
        self.job = job

    def sample(self, relay, setup, seconds):
        """Starts the relay afresh, loads it, and returns its figures by key."""
        with Target(setup.space, *self.target()) as target:
            site = Site(setup.space, target.port, setup.near, setup.far)
            with relay.started(self.job, site) as running:
                return self.observe(setup.space, running, target, seconds)

    def target(self):
        """The target's mode and its arguments."""
        raise NotImplementedError

    def observe(self, space, running, target, seconds):
        """Loads what runs; figures by key."""
        raise NotImplementedError

    @staticmethod
    def loaded(space, running, target, client, args, seconds):
        """Runs the client warm; what it said, plus `cpu` (seconds) and `count` (arrived)."""
        run_client(space, client, running.address, *args, seconds=seconds * WARM_UP)
        target.count()
        before = running.cpu_seconds()
        said = run_client(space, client, running.address, *args, seconds=seconds)
        said["count"] = target.count()
        said["cpu"] = running.cpu_seconds() - before
        running.check_alive()
        return said


def same(sent, arrived, what):
    """A relay that loses or invents anything gets no figures."""
    if sent != arrived:
        raise Failed(f"{sent:.0f} {what} were sent and {arrived:.0f} arrived")
