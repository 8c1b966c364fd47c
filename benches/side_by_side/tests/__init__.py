"""Tests of the comparison itself: `python3 -m unittest discover -t benches -s benches/side_by_side`."""
