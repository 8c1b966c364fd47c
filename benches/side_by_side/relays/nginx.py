"""nginx with its stream module, its defaults otherwise."""

import getpass
import shutil
import subprocess

from ..processes import free_port
from .base import PAIR, PAIR_RESUMED, PLAIN, Relay, found

CONFIG = """\
{load_module}
user {user};
daemon off;
worker_processes auto;
worker_rlimit_nofile {files};
pid {pid};
error_log stderr error;
events {{ worker_connections 8192; }}
stream {{
    proxy_half_close on;
    server {{
        listen {listen};
        proxy_pass 127.0.0.1:{port};
        {extra}
    }}
}}
"""

FAR = """
        ssl_protocols {1};
        ssl_certificate {0.cert}; ssl_certificate_key {0.key};
        ssl_client_certificate {0.trust}; ssl_verify_client on;
"""

NEAR = """
        proxy_ssl on; proxy_ssl_protocols {1};
        proxy_ssl_certificate {0.cert}; proxy_ssl_certificate_key {0.key};
        proxy_ssl_trusted_certificate {0.trust}; proxy_ssl_verify on; proxy_ssl_name localhost;
"""


class Nginx(Relay):
    """A worker a core, 16 KiB buffers (its default)."""

    name = "nginx"
    jobs = frozenset({PLAIN, PAIR, PAIR_RESUMED})

    def prepare(self, space):
        self.program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/bin")
        if not self.program:
            return "nginx is not installed"
        self.module = found("/usr/lib/nginx/modules/ngx_stream_module.so")
        built_in = "--with-stream " in self.build_flags() + " "
        if not self.module and not built_in:
            return "nginx has no stream module (Debian: libnginx-mod-stream)"
        return None

    def build_flags(self):
        return subprocess.run([self.program, "-V"], capture_output=True, text=True).stderr

    def version(self):
        said = subprocess.run([self.program, "-v"], capture_output=True, text=True).stderr
        return said.strip().rpartition("/")[2]

    def launch(self, running, job, site, socket):
        if job == PLAIN:
            self.run(running, site, "relay", socket, f"unix:{socket}", site.target_port, "")
            return
        port = free_port()
        # As measured: it resumes sessions under TLS 1.2, and not under 1.3.
        tls = "TLSv1.2" if job == PAIR_RESUMED else "TLSv1.3"
        self.run(running, site, "far", port, f"127.0.0.1:{port} ssl", site.target_port, FAR.format(site.far, tls))
        self.run(running, site, "near", socket, f"unix:{socket}", port, NEAR.format(site.near, tls))

    def run(self, running, site, role, listens_at, listen, port, extra):
        load = f"load_module {self.module};" if self.module else ""
        text = CONFIG.format(
            load_module=load, user=getpass.getuser(), files=20000, pid=site.space.path("pid"),
            listen=f"{listen} backlog=4096", port=port, extra=extra,
        )
        config = site.space.write(f"{role}.conf", text)
        command = [self.program, "-p", site.space.root, "-c", config, "-e", "stderr"]
        self.spawn(running, site, role, command, listens_at)
