"""Tests of the counting: `python3 -m unittest discover -t benches -s benches/counting`."""
