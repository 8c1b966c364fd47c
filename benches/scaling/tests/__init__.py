"""Tests of the climb: `python3 -m unittest discover -t benches -s benches/scaling`."""
