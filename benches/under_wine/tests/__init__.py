"""Tests of what is read of the samples: `python3 -m unittest discover -t benches -s benches/under_wine`."""
