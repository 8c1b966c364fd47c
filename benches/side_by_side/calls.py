"""Which system call a relay's CPU time goes to, from perf's call chains.

`perf report` names the kernel function that a sample fell into; which call it
served is what one can do something about, and what two relays can be compared by.
"""

import re
import subprocess
from collections import Counter

USER = "(user space)"
AROUND = "(entering, leaving, switching)"
INTERRUPTS = "(interrupts)"

# The kernel's function for a system call, called by do_syscall_64: most are
# named so, a few are inlined and show by what they call.
CALL = re.compile(r"(?:__(?:x64|arm64|se|do)_sys_|do_)(\w+)$")
ENTRY = ("do_syscall_64", "el0_svc", "invoke_syscall")


def of_recording(data):
    """Samples by call, from a recording made with `perf record -g`."""
    command = ["perf", "script", "-i", str(data), "-F", "ip,sym,dso"]
    return of_script(subprocess.run(command, capture_output=True, text=True).stdout)


def of_script(text):
    """Samples by call, from what perf script prints: a block for each sample,
    the innermost function first."""
    counted = Counter()
    for block in text.split("\n\n"):
        chain = [frame(line) for line in block.strip().splitlines()]
        if chain:
            counted[call_of(chain)] += 1
    return counted


def frame(line):
    """(function, whether it is the kernel's) of a line: address, symbol, (object)."""
    _, _, rest = line.strip().partition(" ")
    symbol, _, where = rest.rpartition(" (")
    return symbol.split("+")[0], where.startswith("[")


def call_of(chain):
    """The system call that a chain of frames is in."""
    if not chain[0][1]:
        return USER
    names = [name for name, _ in chain]
    entry = next((at for at, name in enumerate(names) if name in ENTRY), None)
    if entry is None:
        return INTERRUPTS
    named = CALL.match(names[entry - 1]) if entry else None
    return named.group(1) if named else AROUND


def table(samples, cost, unit, most=24):
    """Lines: share of the samples, and of `cost`, by call."""
    total = sum(samples.values()) or 1
    yield f"{'share':>6}  {unit:>20}  call"
    for call, count in samples.most_common(most):
        yield f"{count / total:6.1%}  {count / total * cost:20.3g}  {call}"
