"""What a count depends on beside the code: who compiled it, and who counted."""

import os
import re
import subprocess
from pathlib import Path


def versions():
    """Names and versions, as `benches/instructions.txt` notes them."""
    return {
        "rustc": version_of(["rustc", "--version"]),
        "valgrind": version_of(["valgrind", "--version"]),
        "glibc": os.confstr("CS_GNU_LIBC_VERSION").rpartition(" ")[2],
        # valgrind shows programs one of two processors, by this.
        "processor": f"{os.uname().machine}{'+avx2' if has_avx2() else ''}",
    }


def version_of(command):
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"\d+\.\d+(\.\d+)?\S*", said)
    return found[0] if found else said.strip()


def has_avx2():
    return bool(re.search(r"^flags\s*:.*\bavx2\b", Path("/proc/cpuinfo").read_text(), re.MULTILINE))
