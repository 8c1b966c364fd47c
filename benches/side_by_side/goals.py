"""What pipeferry has promised of its speed and memory, and what it aims at next.

A goal is a bound on the median of one figure: absolute, or a multiple of what
another relay reached in the same run. Ratios hold across machines; absolute
rates are meant for two cores.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """`figure` of `measure` must be at most (or, for rates, at least) `bound`."""

    measure: str
    figure: str
    bound: float
    times: str = ""  # the relay whose median `bound` multiplies
    promised: bool = True  # False: an aim, reported but not held

    def limit(self, medians):
        """The bound in the figure's own unit, or None if the other relay has none."""
        if not self.times:
            return self.bound
        other = medians.get(self.times, {}).get(self.figure)
        return None if other is None else self.bound * other


def aim(*args):
    return Goal(*args, promised=False)


GOALS = [
    Goal("bulk-1", "cpu_s_per_gb", 1.5, "bare loop"),
    Goal("bulk-4", "cpu_s_per_gb", 1.5, "bare loop"),
    Goal("messages-64", "messages_per_s", 200_000),
    Goal("idle", "relay_kb", 3),
    Goal("pair-idle", "near_kb", 16),
    Goal("pair-idle", "far_kb", 16),
    aim("bulk-1", "cpu_s_per_gb", 1.15, "bare loop"),
    aim("bulk-4", "cpu_s_per_gb", 1.15, "bare loop"),
    aim("messages-64", "cpu_us", 1.3, "bare loop"),
    aim("messages-1k", "cpu_us", 1.3, "bare loop"),
    aim("messages-16k", "cpu_us", 1.3, "bare loop"),
    aim("pingpong", "cpu_us", 1.0, "nginx"),
    aim("connects", "per_s", 1.0, "nginx"),
    aim("idle", "relay_kb", 2.5),
    aim("pair-bulk-1", "cpu_s_per_gb", 0.95),
    aim("pair-bulk-4", "cpu_s_per_gb", 1.0),
    aim("pair-pingpong", "cpu_us", 1.0, "nginx"),
    aim("pair-pingpong", "p99_us", 1.0, "nginx"),
    aim("pair-connects", "per_s", 1.8, "haproxy"),
    aim("pair-resumed", "per_s", 1.3, "nginx"),
    aim("pair-idle", "near_kb", 6.5),
    aim("pair-idle", "far_kb", 6.5),
    aim("pair-messages-64", "messages_per_s", 300_000),
]


def verdicts(measure, medians):
    """(goal, limit, reached, met) for each goal of the measure that can be judged."""
    lower = {figure.key: figure.lower for figure in measure.figures}
    for goal in GOALS:
        if goal.measure != measure.name:
            continue
        reached, limit = medians.get("pipeferry", {}).get(goal.figure), goal.limit(medians)
        if reached is None or limit is None:
            continue
        met = reached <= limit if lower[goal.figure] else reached >= limit
        yield goal, limit, reached, met
