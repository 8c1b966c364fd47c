"""Runs `wine_pipe.exe` (benches/scenes/src/bin/wine_pipe/) on a Windows of its own, a copy
of the one that tests/windows/build sets up, and shows the medians.
"""
