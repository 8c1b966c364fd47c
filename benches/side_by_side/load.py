"""The load programs: the target behind the relays and the clients before them."""

import select
import subprocess

from .processes import Failed

# Past the time a client was told to run: to set up, to drain, to end.
GRACE_SECONDS = 20


class Target:
    """The TCP service that relays connect to; see benches/load/target.c."""

    def __init__(self, space, *mode):
        self._popen = subprocess.Popen(
            [str(part) for part in (space.program("target"), *mode)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = self._popen.pid
        self.port = self._answer("port")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._popen.kill()
        self._popen.communicate()

    def count(self):
        """Bytes or frames that have arrived since it was last asked."""
        try:
            self._popen.stdin.write("\n")
            self._popen.stdin.flush()
        except BrokenPipeError:
            raise Failed("the target ended: what arrived was not what was sent") from None
        return self._answer("count")

    def _answer(self, word):
        ready, _, _ = select.select([self._popen.stdout], [], [], GRACE_SECONDS)
        said = self._popen.stdout.readline().split() if ready else []
        if len(said) != 2 or said[0] != word:
            raise Failed(f"the target did not say its {word} (connections left open, or bytes lost)")
        return int(said[1])


def run_client(space, name, *args, seconds):
    """Runs a client for `seconds`; what it printed, as numbers by name."""
    command = [str(space.program(name)), *(str(arg) for arg in args), str(seconds)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        raise Failed(f"{name} hung: an end was not passed on, or bytes were lost") from None
    if done.returncode != 0:
        raise Failed(f"{name}: {done.stderr.strip() or done.returncode}")
    return figures(done.stdout)


class IdleClient:
    """Keeps connections open until the block ends."""

    def __init__(self, space, address, connections, patience=GRACE_SECONDS):
        self._patience = patience
        self._popen = subprocess.Popen(
            [str(space.program("idle_client")), address, str(connections)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self):
        ready, _, _ = select.select([self._popen.stdout], [], [], self._patience)
        if not ready or "ready" not in figures(self._popen.stdout.readline()):
            self._popen.kill()
            raise Failed(f"idle_client: {self._popen.communicate()[1].strip() or 'hung'}")
        return self

    def __exit__(self, *_):
        self._popen.stdin.close()
        self._popen.wait(timeout=GRACE_SECONDS)
        self._popen.stdout.close()
        self._popen.stderr.close()


def figures(text):
    """Lines of `name number`."""
    pairs = (line.split() for line in text.splitlines())
    return {pair[0]: float(pair[1]) for pair in pairs if len(pair) == 2}
