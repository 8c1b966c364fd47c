"""The plot is one file that stands by itself, and says what was measured."""

import re
import unittest
import xml.etree.ElementTree as ET

from ..plot import Line, Panel, svg
from ..scales import Linear, Logarithmic, nice_ticks

SVG = "{http://www.w3.org/2000/svg}"
POINTS = [(10, 7.5), (100, 8.25), (5000, 24.0)]


def drawn(*lines):
    return svg([Panel("Memory <MB>", list(lines))], "A & B", "note")


class Plot(unittest.TestCase):
    def test_it_is_xml_whatever_the_words_are(self):
        root = ET.fromstring(drawn(Line("a < b", POINTS, "a")))
        self.assertEqual("A & B", root.find(f"{SVG}title").text)
        self.assertIn("Memory <MB>", "".join(root.itertext()))

    def test_it_asks_for_nothing_from_outside(self):
        text = drawn(Line("a", POINTS, "a"))
        self.assertEqual(["http://www.w3.org/2000/svg"], re.findall(r"https?://[^\"' )]+", text))
        self.assertNotRegex(text, r"url\(|href|@import|<script|<image")

    def test_it_has_colours_for_light_and_for_dark(self):
        text = drawn(Line("a", POINTS, "a"))
        light, _, dark = text.partition("@media (prefers-color-scheme: dark)")
        for colour in ("a", "b", "c"):
            self.assertRegex(light, rf"\.{colour} {{ stroke: #")
            self.assertRegex(dark, rf"\.{colour} {{ stroke: #")

    def test_every_point_is_there_to_be_read_too(self):
        root = ET.fromstring(drawn(Line("a", POINTS, "a"), Line("b", POINTS, "b", dashed=True)))
        said = [circle.find(f"{SVG}title").text for circle in root.iter(f"{SVG}circle")]
        self.assertEqual(6, len(said))
        self.assertIn("a: 8.25 at 100", said)
        self.assertIn("8.25 at 100", root.find(f"{SVG}desc").text)

    def test_names_of_lines_that_end_in_one_place_do_not_overlap(self):
        root = ET.fromstring(drawn(*(Line(name, POINTS, "a") for name in "xyz")))
        places = sorted(float(text.get("y")) for text in root.iter(f"{SVG}text") if text.text in "xyz")
        self.assertEqual(3, len(places))
        self.assertTrue(all(below - above >= 15 for above, below in zip(places, places[1:])))

    def test_names_stay_above_the_axis_where_lines_end_at_nought(self):
        nought = [(10, 0.0), (5000, 0.0)]
        root = ET.fromstring(drawn(Line("x", POINTS, "a"), Line("y", nought, "b"), Line("z", nought, "c")))
        places = [float(text.get("y")) for text in root.iter(f"{SVG}text") if text.text in "yz"]
        axis = max(float(line.get("y1")) for line in root.iter(f"{SVG}line"))
        self.assertTrue(all(place <= axis + 4 for place in places), places)

    def test_nothing_is_drawn_outside(self):
        root = ET.fromstring(drawn(Line("a", [(10, 0), (5000, 63_999.0)], "a")))
        _, _, width, height = map(float, root.get("viewBox").split())
        for circle in root.iter(f"{SVG}circle"):
            self.assertTrue(0 < float(circle.get("cx")) < width and 0 < float(circle.get("cy")) < height)


class Scales(unittest.TestCase):
    def test_ticks_are_round_and_reach_over_the_top(self):
        for most in (0.3, 1, 7, 24.4, 70.0, 99, 64_150):
            ticks = nice_ticks(most)
            self.assertEqual(0, ticks[0])
            self.assertGreaterEqual(ticks[-1], most)
            self.assertLess(ticks[-2], most)
            self.assertTrue(3 <= len(ticks) <= 8, ticks)

    def test_a_linear_axis_begins_at_nought(self):
        self.assertEqual([200, 150, 100], [Linear(10, 200, 100).at(value) for value in (0, 5, 10)])

    def test_a_logarithmic_axis_gives_each_tenfold_the_same_length(self):
        axis = Logarithmic(10, 1000, 0, 100)
        self.assertEqual([0, 50, 100], [round(axis.at(value), 6) for value in (10, 100, 1000)])


if __name__ == "__main__":
    unittest.main()
