"""Processes under measurement: start, stop, CPU time, resident memory."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

STARTUP_SECONDS = 10.0


class Failed(Exception):
    """A sample could not be taken; the text says why."""


class Process:
    """A relay's process with all its children (nginx has workers)."""

    def __init__(self, role, command, log):
        self.role = role
        self.log = Path(log)
        with open(self.log, "wb") as out:
            self.popen = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def pids(self):
        """The process and its descendants that live now."""
        found, todo = [], [self.popen.pid]
        while todo:
            pid = todo.pop()
            try:
                for task in os.listdir(f"/proc/{pid}/task"):
                    children = Path(f"/proc/{pid}/task/{task}/children").read_text()
                    todo.extend(int(child) for child in children.split())
                found.append(pid)
            except OSError:
                continue
        return found

    def cpu_seconds(self):
        """User and system time so far, exact to the scheduler's nanoseconds.

        The process's CPU clock, see clock_getcpuclockid(3): unlike the sum of
        /proc/PID/task/*/schedstat it keeps the time of threads that have ended.
        """
        return sum(time.clock_gettime(cpu_clock_of(pid)) for pid in self.pids())

    def resident_bytes(self):
        """VmRSS of all the processes."""
        total = 0
        for pid in self.pids():
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    total += int(line.split()[1]) * 1024
        return total

    def check_alive(self):
        """Raises with the end of its log when it has ended."""
        if self.popen.poll() is not None:
            raise Failed(f"{self.role} ended with status {self.popen.returncode}: {self.last_words()}")

    def last_words(self):
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return " | ".join(lines[-4:]) or "(it said nothing)"

    def stop(self):
        """Asks its process group to end, and insists after two seconds."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.popen.pid, sign)
            except ProcessLookupError:
                pass
            try:
                self.popen.wait(timeout=2)
            except subprocess.TimeoutExpired:
                continue
        self.popen.wait()


def cpu_clock_of(pid):
    """The clock id of another process's CPU time, as the kernel encodes it."""
    return (~pid << 3) | 2


def free_port():
    """A loopback TCP port that was free a moment ago, for relays that can't pick one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_listening(process, address):
    """Waits until `address` (a path or a port) takes connections."""
    deadline = time.monotonic() + STARTUP_SECONDS
    while True:
        process.check_alive()
        if takes_connections(address):
            return
        if time.monotonic() > deadline:
            raise Failed(f"{process.role} does not listen: {process.last_words()}")
        time.sleep(0.01)


def takes_connections(address):
    """Whether something listens there; SOCK_SEQPACKET is tried after SOCK_STREAM."""
    if isinstance(address, int):
        attempts = [(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", address))]
    else:
        kinds = (socket.SOCK_STREAM, socket.SOCK_SEQPACKET)
        attempts = [(socket.AF_UNIX, kind, str(address)) for kind in kinds]
    for family, kind, where in attempts:
        with socket.socket(family, kind) as probe:
            try:
                probe.connect(where)
                return True
            except OSError:
                continue
    return False
