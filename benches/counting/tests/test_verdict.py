"""The check can fail, and says what to do; other tools give it more room, not a holiday."""

import contextlib
import io
import unittest

from .. import cli, verdict
from ..expected import Book, Expected

TOOLS = {"rustc": "1.95.0", "valgrind": "3.19.0"}
NEWER = {"rustc": "1.96.0", "valgrind": "3.19.0"}


def book(**cases):
    return Book(dict(TOOLS), {name: Expected(*case) for name, case in cases.items()})


def judged(expected, counts, tools=TOOLS, missing=()):
    """Exit status, and all that was said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = cli.judge(expected, tools, counts, list(missing))
    return status, said.getvalue()


class Verdict(unittest.TestCase):
    def test_a_count_within_its_room_passes(self):
        for count in (100, 104.9, 95.1):
            status, said = judged(book(chunk=(100,)), {"chunk": count})
            self.assertEqual(0, status, said)
            self.assertNotIn("NOTE", said)

    def test_a_count_above_it_fails_and_says_what_to_do(self):
        status, said = judged(book(chunk=(100,)), {"chunk": 106})
        self.assertEqual(1, status)
        self.assertIn("chunk: +6.0% instructions, 5% may be", said)
        self.assertIn("benches/instructions --bless", said)

    def test_each_case_has_its_own_room(self):
        cases = book(chunk=(100, 2.0), handshake=(100, 10.0))
        self.assertEqual(0, judged(cases, {"chunk": 101, "handshake": 109})[0])
        self.assertEqual(1, judged(cases, {"chunk": 103, "handshake": 100})[0])
        self.assertEqual(1, judged(cases, {"chunk": 100, "handshake": 111})[0])

    def test_a_count_below_it_passes_and_is_worth_a_note(self):
        status, said = judged(book(chunk=(100,)), {"chunk": 80})
        self.assertEqual(0, status)
        self.assertIn("--bless holds what was won", said)

    def test_with_another_compiler_the_check_goes_on_with_three_times_the_room(self):
        status, said = judged(book(chunk=(100,)), {"chunk": 114}, NEWER)
        self.assertEqual(0, status)
        self.assertIn("NOTE: rustc 1.96.0 (the counts are of 1.95.0): 3 times the usual room", said)
        self.assertEqual(1, judged(book(chunk=(100,)), {"chunk": 116}, NEWER)[0])

    def test_a_case_that_nothing_is_expected_of_fails(self):
        status, said = judged(book(), {"chunk": 100})
        self.assertEqual(1, status)
        self.assertIn("chunk is new", said)

    def test_a_case_that_was_expected_and_is_gone_fails(self):
        status, said = judged(book(chunk=(100,)), {}, missing=["chunk"])
        self.assertEqual(1, status)
        self.assertIn("there is no such case", said)

    def test_counts_are_held_to_each_other_whatever_was_expected(self):
        few, many = {"messages-100": (100,), "messages-800": (100,)}, {"messages-100": 100.0, "messages-800": 100.0}
        self.assertEqual(0, judged(book(**few), many)[0])
        growing = {**few, "messages-800": (120,)}
        status, said = judged(book(**growing), {**many, "messages-800": 120.0}, NEWER)
        self.assertEqual(1, status)
        self.assertIn("messages-800 takes 1.20 times messages-100", said)

    def test_gone_cases_are_those_that_the_program_does_not_list(self):
        listed = [type("Case", (), {"name": "chunk"})]
        self.assertEqual(["packet"], cli.gone(book(chunk=(1,), packet=(1,)), listed))

    def test_the_table_lines_up(self):
        rows = verdict.compared(book(chunk=(1000,)), TOOLS, {"chunk": 1010, "a-new-one": 9.5})
        lines = list(verdict.table(rows))
        self.assertRegex(lines[1], r"^chunk +1,010 +1,000 +\+1\.0% +5% +ok$")
        self.assertRegex(lines[2], r"^a-new-one +9\.5 +- +- +- +NEW$")


if __name__ == "__main__":
    unittest.main()
