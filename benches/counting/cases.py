"""Builds the counted program, and has callgrind count each of its cases."""

import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The function that calls what is to be counted, however its name is mangled.
COUNTED = "*counted*steady*"

SECONDS = 120


class Failed(Exception):
    """Nothing was counted; the text says why."""


@dataclass(frozen=True)
class Case:
    """`times` of something that has `units` messages, chunks or connections."""

    name: str
    times: int
    units: int


def build():
    """The counted program's path."""
    command = ["cargo", "build", "--locked", "--package", "pipeferry-scenes", "--bin", "counted"]
    command += ["--profile", "counted", "--message-format", "json-render-diagnostics"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    built = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    paths = [item["executable"] for item in built if item.get("executable")]
    if done.returncode != 0 or not paths:
        raise Failed("the counted program could not be built")
    return Path(paths[-1])


def listed(program):
    """Its cases, by its own account."""
    said = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    words = (line.split() for line in said.splitlines())
    return [Case(name, int(times), int(units)) for name, times, units in words]


def counted(program, cases):
    """Instructions a unit of each case, by name; on all cores, which changes no count."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        return dict(pool.map(lambda case: (case.name, count(program, case)), cases))


def count(program, case):
    said = callgrind(program, case.name, "/dev/null")
    found = re.search(r"Collected : (\d+)", said)
    collected = int(found[1]) if found else 0
    if not collected:
        raise Failed(f"{case.name}: valgrind counted nothing: {said.strip()}")
    return collected / (case.times * case.units)


def callgrind(program, name, out):
    """Runs one case under callgrind; what that said."""
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", f"--toggle-collect={COUNTED}"]
    try:
        done = subprocess.run([*command, program, name], capture_output=True, text=True, timeout=SECONDS)
    except FileNotFoundError:
        raise Failed("valgrind is not installed (Debian: valgrind)") from None
    except subprocess.TimeoutExpired:
        raise Failed(f"{name} hung: what was sent did not arrive within {SECONDS} s") from None
    if done.returncode != 0:
        raise Failed(f"{name}: {done.stderr.strip() or done.returncode}")
    return done.stderr


def profile(program, name, folder, lines):
    """The functions that one case spends its instructions in."""
    out = Path(folder) / "callgrind.out"
    callgrind(program, name, out)
    said = subprocess.run(["callgrind_annotate", "--auto=no", out], check=True, capture_output=True, text=True).stdout
    return "\n".join(line.rstrip()[:160] for line in said.splitlines()[-lines:] if line.strip())
