"""Takes the samples: round after round, every relay in turn."""

from dataclasses import dataclass, field
from statistics import median

from .processes import Failed


@dataclass
class Setup:
    """What all samples share: the folder and the certificates of a pair."""

    space: object
    near: object
    far: object


@dataclass
class Result:
    """The samples of one measure, by relay, and why some are missing."""

    measure: object
    samples: dict = field(default_factory=dict)
    failures: dict = field(default_factory=dict)

    def medians(self):
        """Of each figure, by relay."""
        return {
            relay: {key: median(sample[key] for sample in samples) for key in samples[0]}
            for relay, samples in self.samples.items()
        }

    def spread(self, relay, key):
        """The least and the greatest of the samples."""
        values = [sample[key] for sample in self.samples[relay]]
        return min(values), max(values)


def measured(measure, relays, setup, rounds, seconds, say):
    """Runs one measure over all relays that can do its job, interleaved.

    Each round begins with another relay, so that none always follows the same one.
    A relay that fails is left out of the later rounds.
    """
    result = Result(measure)
    able = [relay for relay in relays if measure.job in relay.jobs]
    for number in range(min(rounds, measure.most_rounds)):
        turn = number % max(len(able), 1)
        for relay in able[turn:] + able[:turn]:
            if relay.name in result.failures:
                continue
            say(f"{measure.name}: {relay.name}, round {number + 1}")
            try:
                sample = measure.sample(relay, setup, seconds)
                result.samples.setdefault(relay.name, []).append(sample)
            except Failed as why:
                result.failures[relay.name] = str(why)
                say(f"{measure.name}: {relay.name} failed: {why}", lasting=True)
    result.samples = {relay.name: result.samples[relay.name] for relay in able if relay.name in result.samples}
    return result
