"""pipeferry itself, from this repository or from a path."""

import json
import shutil
import subprocess
from pathlib import Path

from ..processes import free_port
from .base import MESSAGES, PAIR, PAIR_MESSAGES, PAIR_RESUMED, PAIR_RESUMED_13, PLAIN, Relay

ROOT = Path(__file__).resolve().parents[3]

CONFIG = """\
max_connections = 20000

[log]
level = "error"

[bridge.relay]
mode = "{mode}"
listen = {listen}
connect = {connect}
max_connections = 8192
"""

IDENTITY = """
[identity.gateway]
cert = "{0.cert}"
key = "{0.key}"
trust = "{0.trust}"
"""


class Pipeferry(Relay):
    """Its defaults; only the limit of connections is raised, logs are off, and
    sessions are resumed where those of the others are, under the same TLS."""

    jobs = frozenset({PLAIN, MESSAGES, PAIR, PAIR_RESUMED, PAIR_RESUMED_13, PAIR_MESSAGES})

    def __init__(self, path, build, name="pipeferry"):
        self.name = name
        self.program = Path(path) if path else None
        self.build = build

    def prepare(self, space):
        if self.program:
            return None if self.program.exists() else f"{self.program} does not exist"
        if self.build and shutil.which("cargo"):
            self.program = cargo_build()
            return None if self.program else "cargo build --release failed"
        self.program = ROOT / "target/release/pipeferry"
        return None if self.program.exists() else f"{self.program} is not built"

    def version(self):
        said = subprocess.run([str(self.program), "--version"], capture_output=True, text=True).stdout
        return said.strip().rpartition(" ")[2]

    def launch(self, running, job, site, socket):
        mode = "message" if job in (MESSAGES, PAIR_MESSAGES) else "byte"
        framing = ', framing = "packet"' if mode == "message" else ""
        listen = f'{{ address = "unix:{socket}"{framing} }}'
        target = f'"tcp:127.0.0.1:{site.target_port}"'
        if job in (PLAIN, MESSAGES):
            self.run(running, site, "relay", socket, CONFIG.format(mode=mode, listen=listen, connect=target))
            return
        port = free_port()
        tls = f'{{ address = "tls:127.0.0.1:{port}", identity = "gateway"'
        if job == PAIR_RESUMED:
            tls += ', max_tls = "1.2"'
        elif job != PAIR_RESUMED_13 and self.has_key("resume"):
            tls += ", resume = false"
        far = CONFIG.format(mode=mode, listen=tls + ', allow = "any" }', connect=target)
        near = CONFIG.format(mode=mode, listen=listen, connect=tls + ', server_name = "localhost" }')
        self.run(running, site, "far", port, far + IDENTITY.format(site.far))
        self.run(running, site, "near", socket, near + IDENTITY.format(site.near))

    def has_key(self, key):
        """Whether this version knows a key: the one before may not."""
        said = subprocess.run([str(self.program), "schema"], capture_output=True, text=True).stdout
        return f'"{key}"' in said

    def run(self, running, site, role, listens_at, text):
        config = site.space.write(f"{role}.toml", text)
        self.spawn(running, site, role, [self.program, "run", "--config", config], listens_at)


def cargo_build():
    """Builds the release binary; its path, or None."""
    command = ["cargo", "build", "--release", "--bin", "pipeferry", "--message-format", "json-render-diagnostics"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    built = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    paths = [item["executable"] for item in built if item.get("executable")]
    return Path(paths[-1]) if done.returncode == 0 and paths else None
