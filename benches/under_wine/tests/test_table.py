"""Medians are of each load and end by itself, and the ratio is to tokio's."""

import unittest

from ..table import medians, samples, table

SAID = """\
in-64 ours-message 1000
in-64 tokio-byte 500
wine: somebody else's words
in-64 ours-message 3000
in-64 tokio-byte 700
in-64 ours-message 1200
in-64 tokio-byte 600
out-64 ours-byte 90
"""


class Table(unittest.TestCase):
    def test_the_median_is_of_one_load_and_end(self):
        found = medians(samples(SAID))
        self.assertEqual({"ours-message": 1200, "tokio-byte": 600}, found["in-64"])

    def test_ours_has_the_ratio_to_tokios(self):
        row = table(samples(SAID)).splitlines()[2]
        self.assertEqual(["`in-64`", "1,200 (2.00)", "", "600"], [cell.strip() for cell in row.strip("|").split("|")])

    def test_without_tokios_there_is_no_ratio(self):
        row = table(samples(SAID)).splitlines()[3]
        self.assertEqual(["`out-64`", "", "90", ""], [cell.strip() for cell in row.strip("|").split("|")])

    def test_other_words_are_no_samples(self):
        self.assertEqual({}, samples("err:something else\na b c d\n"))


if __name__ == "__main__":
    unittest.main()
