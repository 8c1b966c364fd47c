"""Installs what is missing from Debian's packages, without starting services."""

import os
import shutil
import subprocess
from pathlib import Path

# ghostunnel is in none of them.
PACKAGES = ["gcc", "libc6-dev", "openssl", "haproxy", "nginx", "libnginx-mod-stream", "stunnel4"]

# Debian asks this script before a package starts its service; 101 means "do not".
POLICY = Path("/usr/sbin/policy-rc.d")
REFUSE = "#!/bin/sh\nexit 101\n"


def install():
    """Runs apt-get as root (or through sudo); raises if it fails."""
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    if as_root and not shutil.which("sudo"):
        raise SystemExit("benches/compare --install needs root or sudo: it runs apt-get")
    ours = not POLICY.exists()
    if ours:
        subprocess.run([*as_root, "tee", str(POLICY)], input=REFUSE, text=True, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([*as_root, "chmod", "755", str(POLICY)], check=True)
    try:
        subprocess.run([*as_root, "apt-get", "update", "-qq"], check=True)
        quiet = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq"]
        subprocess.run([*quiet, "--no-install-recommends", *PACKAGES], check=True)
    finally:
        if ours:
            subprocess.run([*as_root, "rm", "-f", str(POLICY)], check=True)
