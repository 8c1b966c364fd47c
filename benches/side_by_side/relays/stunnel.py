"""stunnel, a pair of it: it only turns TLS into plain bytes and back."""

import re
import shutil
import subprocess

from ..processes import free_port
from .base import PAIR, PAIR_RESUMED, Relay

CONFIG = """\
foreground = yes
pid =
syslog = no
debug = err
[relay]
client = {client}
accept = {accept}
connect = 127.0.0.1:{port}
cert = {who.cert}
key = {who.key}
CAfile = {who.trust}
verifyChain = yes
{extra}
"""


class Stunnel(Relay):
    """A thread a connection, its defaults otherwise; it listens on a Unix socket as the others do."""

    name = "stunnel"
    jobs = frozenset({PAIR, PAIR_RESUMED})

    def prepare(self, space):
        self.program = shutil.which("stunnel", path="/usr/bin:/usr/local/bin:/usr/sbin:/bin")
        return None if self.program else "stunnel is not installed (Debian: stunnel4)"

    def version(self):
        said = subprocess.run([self.program, "-version"], capture_output=True, text=True).stderr
        found = re.search(r"stunnel (\d\S*)", said)
        return found[1] if found else "?"

    def launch(self, running, job, site, socket):
        port = free_port()
        tls = "TLSv1.2" if job == PAIR_RESUMED else "TLSv1.3"
        resumes = "yes" if job == PAIR_RESUMED else "no"
        versions = f"sslVersion = {tls}\nsessionResume = {resumes}"
        self.run(running, site, "far", port, CONFIG.format(
            client="no", accept=f"127.0.0.1:{port}", port=site.target_port, who=site.far, extra=versions,
        ))
        self.run(running, site, "near", socket, CONFIG.format(
            client="yes", accept=socket, port=port, who=site.near, extra=f"{versions}\ncheckHost = localhost",
        ))

    def run(self, running, site, role, listens_at, text):
        config = site.space.write(f"{role}.stunnel.conf", text)
        self.spawn(running, site, role, [self.program, config], listens_at)
