"""The file of expected counts: read, written, blessed."""

import unittest

from ..cases import ROOT
from ..expected import Book, Expected, blessed, read, write
from ..verdict import PROPORTIONS


class File(unittest.TestCase):
    def test_what_is_written_reads_as_the_same(self):
        book = Book({"rustc": "1.95.0"}, {"chunk": Expected(8486, 5.0), "message": Expected(76.3, 2.5)})
        self.assertEqual(book, read(write(book)))

    def test_a_line_that_makes_no_sense_is_named(self):
        with self.assertRaisesRegex(ValueError, "chunk 12 five"):
            read("rustc 1.95.0\nchunk 12 five\n")

    def test_blessing_keeps_tolerances_and_drops_what_is_gone(self):
        book = Book({"rustc": "1.90.0"}, {"chunk": Expected(1, 9.0), "gone": Expected(1)})
        new = blessed(book, {"rustc": "1.95.0"}, {"chunk": 2.0, "fresh": 3.0})
        self.assertEqual({"rustc": "1.95.0"}, new.tools)
        self.assertEqual({"chunk": Expected(2.0, 9.0), "fresh": Expected(3.0, 5.0)}, new.cases)

    def test_the_file_that_is_there_names_its_tools_and_every_proportion_its_cases(self):
        book = read((ROOT / "benches/instructions.txt").read_text())
        self.assertEqual({"rustc", "valgrind", "glibc", "processor"}, set(book.tools))
        for name, _, other, _ in PROPORTIONS:
            self.assertIn(name, book.cases)
            self.assertIn(other, book.cases)


if __name__ == "__main__":
    unittest.main()
