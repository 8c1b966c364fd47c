"""Steps fit the descriptor limit, medians are taken step by step, and the table has them."""

import unittest

from ..climb import Point, middle
from ..steps import STEPS, allowed, most_connections
from ..table import each, table


def point(connections, relay, p99=100.0):
    return Point(connections, {"relay": relay, "near": relay, "far": 2 * relay}, 50.0, p99)


class Steps(unittest.TestCase):
    def test_ten_thousand_sockets_fit_twenty_thousand_descriptors(self):
        self.assertEqual(list(STEPS), allowed(STEPS, 20_000))

    def test_under_a_low_limit_the_last_step_is_what_fits(self):
        self.assertEqual([10, 100, 384], allowed(STEPS, 1024))
        self.assertEqual(384, most_connections(1024))

    def test_under_a_hopeless_limit_there_is_none(self):
        self.assertEqual([], allowed(STEPS, 64))


class Points(unittest.TestCase):
    def test_the_median_is_of_one_step_over_all_climbs(self):
        climbs = [[point(10, 1, p99), point(100, size, p99)] for size, p99 in ((10, 5.0), (30, 7.0), (20, 900.0))]
        first, second = middle(climbs)
        self.assertEqual((10, 1), (first.connections, first.resident["relay"]))
        self.assertEqual((100, 20, 7.0), (second.connections, second.resident["relay"], second.p99_us))

    def test_what_a_connection_takes_is_the_growth_from_first_to_last(self):
        self.assertEqual(4.0, each([point(10, 1 << 20), point(110, (1 << 20) + 100 * 4096)], "relay"))

    def test_the_table_has_a_row_a_step_and_counts_both_sockets(self):
        lines = table([point(5000, 24_400_000)], [point(5000, 69_100_000, 64_150.0)]).splitlines()
        self.assertEqual(3, len(lines))
        self.assertEqual(
            ["5,000", "10,000", "24.4", "50", "100", "69.1", "138.2", "50", "64,150"],
            [cell.strip() for cell in lines[2].strip("|").split("|")],
        )


if __name__ == "__main__":
    unittest.main()
