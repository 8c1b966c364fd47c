"""Programs that a scene starts, what they say, and sockets to talk to them.

Must leave none of them running.
"""

import json
import signal
import socket
import subprocess
import threading
import time

PATIENCE = 120


def eventually(what, ask):
    """What `ask` gives, once it gives something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if (answer := ask()) is not None:
            return answer
        time.sleep(0.05)
    raise TimeoutError(f"waited {PATIENCE} s for {what}")


class Process:
    """A program whose standard error is read as it comes."""

    def __init__(self, folder, *command):
        self.lines = []
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, errors="replace",
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stderr:
            self.lines.append(line)

    def await_line(self, what, find):
        def ask():
            if self.process.poll() is not None:
                raise RuntimeError(f"{what}: it ended: {''.join(self.lines[-20:])}")
            return next((found for line in list(self.lines) if (found := find(line))), None)

        return eventually(what, ask)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def listening(bridge=None):
    """Finds where a bridge listens, or the admin server, in a line of the log."""

    def find(line):
        entry = json.loads(line) if line.startswith("{") else {}
        wanted = "listening" if bridge else "admin listening"
        if entry.get("message") == wanted and entry.get("bridge") == bridge:
            return entry["address"].split(":", 1)[1]
        return None

    return find


def echo_service(path):
    """A service behind a Unix socket that gives back what it gets."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(64)
    threading.Thread(target=accept, args=(listener,), daemon=True).start()
    return listener


def accept(listener):
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=echo, args=(client,), daemon=True).start()


def echo(client):
    with client:
        try:
            while data := client.recv(65536):
                client.sendall(data)
        except OSError:
            pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def exactly(client, count):
    while count:
        data = client.recv(min(count, 65536))
        if not data:
            raise EOFError("the connection ended early")
        count -= len(data)


def read_to_end(client):
    try:
        while client.recv(65536):
            pass
    except OSError:
        pass
