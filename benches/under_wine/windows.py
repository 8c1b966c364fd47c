"""A Windows to run one program in: a Wine prefix, gone when the block ends."""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "target/windows"
EXE = PLACE / "x86_64-pc-windows-gnu/release/wine_pipe.exe"
WINE = "/usr/lib/wine/wine64"
WINESERVER = "/usr/lib/wine/wineserver64"


class Failed(Exception):
    """Nothing could be measured; the text says why."""


def build():
    """The exe, and the Windows that is copied; tests/windows/build says what is missing."""
    parts = [ROOT / "tests/windows/build", "programs", "template", "pipe_bench"]
    if subprocess.run(parts, cwd=ROOT).returncode != 0:
        raise Failed("tests/windows/build failed")


@contextlib.contextmanager
def machine():
    """A prefix's path. It is named as the tests name theirs, so that they clear it away if we can't."""
    prefix = PLACE / "machines" / f"{os.getpid()}-wine"
    prefix.parent.mkdir(exist_ok=True)
    shutil.copytree((PLACE / "template").resolve(), prefix, symlinks=True)
    try:
        yield prefix
    finally:
        subprocess.run([WINESERVER, "--kill"], env=surroundings(prefix), stderr=subprocess.DEVNULL)
        shutil.rmtree(prefix, ignore_errors=True)


def surroundings(prefix):
    """As the tests have them: no display, no words of Wine's own."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return {
        **kept, "WINEPREFIX": str(prefix), "HOME": str(prefix), "WINEARCH": "win64", "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml,winemenubuilder.exe=",
    }


def run(prefix, exe, *words, patience):
    """What the program printed. A file, since what Windows starts along would hold a pipe open."""
    out = prefix / "said"
    with open(out, "wb") as file:
        command = [WINE, str(exe), *(str(word) for word in words)]
        try:
            done = subprocess.run(command, env=surroundings(prefix), stdin=subprocess.DEVNULL, stdout=file,
                                  stderr=subprocess.STDOUT, timeout=patience)
        except subprocess.TimeoutExpired:
            raise Failed(f"{Path(exe).name} hung: {out.read_text(errors='replace')[-500:]}") from None
    said = out.read_text(errors="replace")
    if done.returncode != 0:
        raise Failed(f"{Path(exe).name} ended with {done.returncode}: {said[-500:]}")
    return said
