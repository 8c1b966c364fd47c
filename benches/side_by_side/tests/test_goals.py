"""Goals are judged by the medians, in the right direction."""

import unittest

from ..goals import GOALS, verdicts
from ..measures import all_measures

MEASURES = {measure.name: measure for measure in all_measures(idle=10)}


def promised(name, medians):
    return [met for goal, _, _, met in verdicts(MEASURES[name], medians) if goal.promised]


class Goals(unittest.TestCase):
    def test_every_goal_names_a_figure_that_is_measured(self):
        for goal in GOALS:
            keys = [figure.key for figure in MEASURES[goal.measure].figures]
            self.assertIn(goal.figure, keys)

    def test_a_cost_within_the_multiple_of_the_bare_loop_meets_its_goal(self):
        bare = {"cpu_s_per_gb": 0.4, "gb_per_s": 2.0}
        self.assertEqual([True], promised("bulk-1", {"bare loop": bare, "pipeferry": {"cpu_s_per_gb": 0.59}}))
        self.assertEqual([False], promised("bulk-1", {"bare loop": bare, "pipeferry": {"cpu_s_per_gb": 0.61}}))

    def test_a_rate_must_be_reached_from_above(self):
        self.assertEqual([True], promised("messages-64", {"pipeferry": {"messages_per_s": 200_001}}))
        self.assertEqual([False], promised("messages-64", {"pipeferry": {"messages_per_s": 199_999}}))

    def test_nothing_is_judged_where_one_of_the_two_is_missing(self):
        self.assertEqual([], promised("bulk-1", {"pipeferry": {"cpu_s_per_gb": 0.5}}))
        self.assertEqual([], promised("bulk-1", {"bare loop": {"cpu_s_per_gb": 0.5}}))


if __name__ == "__main__":
    unittest.main()
