"""HAProxy in TCP mode, its defaults otherwise."""

import shutil
import subprocess

from ..processes import free_port
from .base import PAIR, PAIR_RESUMED, PLAIN, Relay

CONFIG = """\
global
    maxconn 8192
    ssl-server-verify required
defaults
    mode tcp
    timeout connect 10s
    timeout client 10m
    timeout server 10m
listen relay
    bind {bind} backlog 4096
    server target {server}
"""


class HAProxy(Relay):
    """All cores (its default), 16 KiB buffers (its default)."""

    name = "haproxy"
    jobs = frozenset({PLAIN, PAIR, PAIR_RESUMED})

    def prepare(self, space):
        self.program = shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin:/usr/bin:/bin")
        return None if self.program else "haproxy is not installed"

    def version(self):
        said = subprocess.run([self.program, "-v"], capture_output=True, text=True).stdout
        return (said.split() or ["", "", "?"])[2]

    def launch(self, running, job, site, socket):
        target = f"127.0.0.1:{site.target_port}"
        if job == PLAIN:
            self.run(running, site, "relay", socket, f"unix@{socket}", target)
            return
        port = free_port()
        far, near = site.far, site.near
        # As measured: it resumes sessions under TLS 1.2, and not under 1.3.
        tls = "ssl-max-ver TLSv1.2" if job == PAIR_RESUMED else "ssl-min-ver TLSv1.3"
        self.run(
            running, site, "far", port,
            f"127.0.0.1:{port} ssl crt {far.both} ca-file {far.trust} verify required {tls}",
            target,
        )
        self.run(
            running, site, "near", socket, f"unix@{socket}",
            f"127.0.0.1:{port} ssl crt {near.both} ca-file {near.trust} verify required verifyhost localhost",
        )

    def run(self, running, site, role, listens_at, bind, server):
        config = site.space.write(f"{role}.cfg", CONFIG.format(bind=bind, server=server))
        self.spawn(running, site, role, [self.program, "-db", "-q", "-f", config], listens_at)
