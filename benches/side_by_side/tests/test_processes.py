"""What is read of a process is what it did."""

import sys
import tempfile
import time
import unittest
from pathlib import Path

from ..processes import Failed, Process, free_port, takes_connections, wait_until_listening

BURN = "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass\ntime.sleep(60)"
IN_A_CHILD = f"import os\nif os.fork() == 0:\n    exec({BURN!r})\nelse:\n    os.wait()"


class Processes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.log = Path(folder.name) / "log"

    def start(self, program):
        process = Process("relay", [sys.executable, "-c", program], self.log)
        self.addCleanup(process.stop)
        return process

    def test_the_cpu_time_of_children_counts(self):
        for program in (BURN, IN_A_CHILD):
            process = self.start(program)
            while process.cpu_seconds() < 0.2:
                process.check_alive()
            self.assertLess(process.cpu_seconds(), 1.5)

    def test_stopping_ends_the_children_too(self):
        process = self.start(IN_A_CHILD)
        while len(process.pids()) < 2:
            process.check_alive()
        children = process.pids()[1:]
        process.stop()
        # They were told; the system takes its moment.
        end = time.monotonic() + 10
        while any(running(pid) for pid in children):
            self.assertLess(time.monotonic(), end)

    def test_a_process_that_ends_early_is_a_failure_with_its_last_words(self):
        process = self.start("raise SystemExit('no such address')")
        with self.assertRaisesRegex(Failed, "relay ended with status 1: no such address"):
            wait_until_listening(process, self.log.with_name("socket"))

    def test_a_free_port_is_one_that_nobody_listens_on(self):
        self.assertFalse(takes_connections(free_port()))


def running(pid):
    """Whether the process still runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


if __name__ == "__main__":
    unittest.main()
