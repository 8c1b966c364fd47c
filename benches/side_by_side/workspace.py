"""The temporary folder of one run: built load programs, sockets, configs, logs."""

import itertools
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LOAD = Path(__file__).resolve().parent.parent / "load"


class Workspace:
    """Everything the run writes; gone when it is over unless `keep` says otherwise."""

    def __init__(self, keep=False):
        self.root = Path(tempfile.mkdtemp(prefix="pipeferry-compare-"))
        self.keep = keep
        self._numbers = itertools.count(1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.keep:
            print(f"kept: {self.root}", file=sys.stderr)
        else:
            shutil.rmtree(self.root, ignore_errors=True)

    def build(self):
        """Compiles every load program, or raises with gcc's words."""
        for source in sorted(LOAD.glob("*.c")):
            command = ["gcc", "-O2", "-Wall", "-Wextra", "-o", str(self.program(source.stem)), str(source)]
            subprocess.run(command, check=True)

    def program(self, name):
        """Where the program built from `benches/load/NAME.c` is."""
        return self.root / name

    def path(self, name):
        """A fresh path in the folder; short, since a socket's path may have 107 bytes."""
        return self.root / f"{next(self._numbers)}-{name}"

    def write(self, name, text):
        """Writes a file with a fresh name and returns its path."""
        path = self.path(name)
        path.write_text(text)
        return path
