"""The rounds: interleaved, and a relay that fails does not take the others down."""

import unittest

from .. import report
from ..measures.base import Figure
from ..processes import Failed
from ..run import measured


class Relay:
    jobs = frozenset({"plain"})

    def __init__(self, name, value):
        self.name, self.value = name, value


class Measure:
    name, title, job, most_rounds = "fake", "a fake", "plain", 99
    figures = (Figure("cost", "cost"),)

    def __init__(self):
        self.order = []

    def sample(self, relay, setup, seconds):
        self.order.append(relay.name)
        if relay.value is None:
            raise Failed("it broke")
        return {"cost": relay.value + len(self.order)}


class Run(unittest.TestCase):
    def test_each_round_begins_with_another_relay(self):
        measure = Measure()
        measured(measure, [Relay("a", 1), Relay("b", 2), Relay("c", 3)], None, 3, 1, self.quiet)
        self.assertEqual("abcbcacab", "".join(measure.order))

    def test_a_relay_that_fails_is_left_out_and_named_in_the_report(self):
        result = measured(Measure(), [Relay("a", 1), Relay("b", None)], None, 3, 1, self.quiet)
        self.assertEqual({"b": "it broke"}, result.failures)
        self.assertEqual(3, len(result.samples["a"]))
        self.assertIn("b failed: it broke", report.text(result))

    def test_the_median_is_reported_and_compared_with_the_first_relay(self):
        result = measured(Measure(), [Relay("a", 99), Relay("b", 198)], None, 1, 1, self.quiet)
        self.assertEqual({"a": {"cost": 100}, "b": {"cost": 200}}, result.medians())
        self.assertRegex(report.text(result), r"(?m)^  b +200 +200-200 +2\.00$")

    @staticmethod
    def quiet(*_, **__):
        pass


if __name__ == "__main__":
    unittest.main()
