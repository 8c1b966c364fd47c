"""The tables: pipeferry's ratio to everybody else stands next to its figures."""

import unittest

from .. import report, summary
from ..measures.base import Figure
from ..run import Result


class Measure:
    name, title, job = "fake", "a fake", "plain"
    figures = (Figure("cost", "us"), Figure("rate", "a second", lower=False))


def result(**costs):
    return Result(Measure(), {name: [{"cost": cost, "rate": 1000 / cost}] for name, cost in costs.items()})


class Ratios(unittest.TestCase):
    def test_each_other_relay_gets_a_line_with_a_ratio_for_every_figure(self):
        said = report.text(result(bare=10, pipeferry=15, nginx=30))
        self.assertRegex(said, r"(?m)^  pipeferry / bare +1\.50 +0\.67$")
        self.assertRegex(said, r"(?m)^  pipeferry / nginx +0\.50 +2\.00$")
        self.assertNotIn("pipeferry / pipeferry", said)

    def test_without_pipeferry_there_are_no_ratios_to_it(self):
        self.assertNotIn("pipeferry", report.text(result(bare=10, nginx=30)))

    def test_a_figure_of_nought_gives_no_ratio(self):
        self.assertEqual({"bare": {}}, report.ratios({"pipeferry": {"kb": 1.0}, "bare": {"kb": 0.0}}))

    def test_the_markdown_table_has_them_in_brackets(self):
        table = summary.markdown(["pipeferry", "nginx", "absent"], [result(pipeferry=15, nginx=30)])
        self.assertIn("| `fake` | us | 15 | 30 (0.50) |  |  |  |", table)

    def test_the_json_has_them_too(self):
        self.assertEqual({"nginx": {"cost": 0.5, "rate": 2.0}}, report.data(result(pipeferry=15, nginx=30))["ratios"])


if __name__ == "__main__":
    unittest.main()
