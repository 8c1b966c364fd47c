"""A near and a far gateway under traffic, and a Prometheus that scrapes them.

All of it is real and on loopback: `pipeferry run` with certificates of
`pipeferry certs`, Debian's Prometheus with the rules of deploy/prometheus.
What goes wrong in it goes wrong on purpose, so that there is something to see.
It must leave no process and no file behind.
"""

import json
import re
import socket
import ssl
import struct
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from string import Template

from scene.processes import Process, echo_service, exactly, free_port, listening, read_to_end

HERE = Path(__file__).parent
RULES = HERE.parent.parent / "prometheus"


class Scene:
    """All of it, running, until the end of a `with`."""

    def __init__(self, pipeferry):
        self.pipeferry = str(Path(pipeferry).resolve())
        self.place = tempfile.TemporaryDirectory(prefix="pf-", dir="/tmp")
        self.folder = Path(self.place.name)
        self.running, self.kept = [], []

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for thing in self.kept:
            thing.close()
        for process in reversed(self.running):
            process.stop()
        self.place.cleanup()

    def start(self):
        self.certificates()
        self.kept += [echo_service(self.folder / name) for name in ("service.sock", "echo.sock")]
        self.far = self.gateway("far.toml")
        self.ports = {
            bridge: self.far.await_line(bridge, listening(bridge)).rsplit(":", 1)[1]
            for bridge in ("orders", "files")
        }
        self.near = self.gateway("near.toml", **self.ports)
        self.full = self.gateway("full.toml")
        gateways = {"near": self.near, "far": self.far, "full": self.full}
        self.prometheus(
            {name: one.await_line(name, listening()) for name, one in gateways.items()}
        )

    def certificates(self):
        self.certs("init")
        self.certs("issue", "localhost", "--server")
        for name, days in (("near", "365"), ("soon", "10"), ("urgent", "2")):
            self.certs("issue", name, "--client", "--dns", f"{name}.example.com", "--days", days)

    def certs(self, *words):
        command = [self.pipeferry, "certs", *words]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)

    def run(self, *command):
        process = Process(self.folder, *command)
        self.running.append(process)
        return process

    def write(self, file, **values):
        text = Template((HERE / file).read_text())
        (self.folder / file).write_text(text.safe_substitute(values))

    def gateway(self, file, **values):
        self.write(file, **values)
        return self.run(self.pipeferry, "run", "--config", file)

    def prometheus(self, targets):
        self.write("prometheus.yml", rules=RULES.resolve(), **targets)
        # It cannot be asked for a port of its own choice; another program may
        # be quicker with the one that was free.
        for last in (False, False, True):
            try:
                return self.serve_prometheus(free_port())
            except RuntimeError:
                if last:
                    raise

    def serve_prometheus(self, port):
        process = self.run(
            "prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
            f"--web.listen-address=127.0.0.1:{port}", "--log.level=info",
        )
        process.await_line("Prometheus", lambda line: re.search("ready to receive", line))
        self.api = f"http://127.0.0.1:{port}/api/v1/"

    def ask(self, path, **parameters):
        """What Prometheus' interface answers, its `data`."""
        url = self.api + path + "?" + urllib.parse.urlencode(parameters)
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise ValueError(json.load(error)["error"]) from None

    def connect(self, bridge):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(20)
        client.connect(str(self.folder / f"{bridge}.sock"))
        return client

    def messages(self, count, size):
        """Sends messages over one connection, each back before the next."""
        with self.connect("orders") as client:
            for _ in range(count):
                frame = struct.pack(">I", size) + b"m" * size
                client.sendall(frame)
                exactly(client, len(frame))
            client.shutdown(socket.SHUT_WR)
            client.recv(1)

    def file(self, size):
        with self.connect("files") as client:
            for start in range(0, size, 32768):
                part = b"f" * min(32768, size - start)
                client.sendall(part)
                exactly(client, len(part))
            client.shutdown(socket.SHUT_WR)
            client.recv(1)

    def hold(self, bridge):
        """A connection that stays until the end of the scene."""
        client = self.connect(bridge)
        self.kept.append(client)
        return client

    def oversize(self):
        with self.connect("orders") as client:
            client.sendall(b"\xff\xff\xff\xff")
            read_to_end(client)

    def unreachable(self):
        with self.connect("broken") as client:
            read_to_end(client)

    def stranger(self):
        """A client of the far gateway that has no certificate."""
        context = ssl.create_default_context(cafile=str(self.folder / "certs/ca.pem"))
        try:
            with socket.create_connection(("127.0.0.1", int(self.ports["orders"])), 20) as plain:
                with context.wrap_socket(plain, server_hostname="localhost") as client:
                    client.recv(1)
        except OSError:
            pass

    def few_descriptors(self):
        """Leaves the full gateway hardly more descriptors than it has open."""
        pid = self.full.process.pid
        most = len(list(Path(f"/proc/{pid}/fd").iterdir())) + 4
        subprocess.run(["prlimit", "--pid", str(pid), f"--nofile={most}:{most}"], check=True)
