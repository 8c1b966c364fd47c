"""ghostunnel, a pair of it: mutual TLS in front of a socket, and nothing else."""

import shutil
import subprocess

from ..processes import free_port
from .base import PAIR, Relay


class Ghostunnel(Relay):
    """Its defaults, without a line for each connection. No Debian package has it.

    It resumes no sessions, so it has no part in `pair-resumed`.
    """

    name = "ghostunnel"
    jobs = frozenset({PAIR})

    def __init__(self, path=None):
        self.program = path

    def prepare(self, space):
        self.program = shutil.which(self.program or "ghostunnel")
        return None if self.program else "ghostunnel is not on PATH; give it by --ghostunnel PATH"

    def version(self):
        done = subprocess.run([self.program, "--version"], capture_output=True, text=True)
        said = (done.stdout + done.stderr).split()
        return said[-1].lstrip("v") if said else "?"

    def launch(self, running, job, site, socket):
        port = free_port()
        self.run(running, site, "far", port, far_words(port, site))
        self.run(running, site, "near", socket, near_words(socket, port, site))

    def run(self, running, site, role, listens_at, words):
        self.spawn(running, site, role, [self.program, *words], listens_at)


def far_words(port, site):
    """The server's command line: whoever the CA vouches for is let in."""
    words = ["server", f"--listen=127.0.0.1:{port}", f"--target=127.0.0.1:{site.target_port}", "--allow-all"]
    return words + shared_words(site.far)


def near_words(socket, port, site):
    """The client's command line: the server's certificate must be for localhost."""
    words = ["client", f"--listen=unix:{socket}", f"--target=127.0.0.1:{port}"]
    return words + ["--override-server-name=localhost", *shared_words(site.near)]


def shared_words(who):
    return [f"--cert={who.cert}", f"--key={who.key}", f"--cacert={who.trust}", "--quiet=all"]
