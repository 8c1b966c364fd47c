"""The peers: who takes part, and how ghostunnel, which nobody can install, is called."""

import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

from ..relays import all_relays
from ..relays.base import PAIR, PAIR_RESUMED, Site
from ..relays.ghostunnel import Ghostunnel, far_words, near_words
from ..relays.stunnel import Stunnel


def identity(folder, name):
    paths = {part: folder / f"{name}.{part}" for part in ("cert", "key", "trust")}
    return SimpleNamespace(**paths)


class Relays(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.site = Site(None, 7000, identity(self.folder, "near"), identity(self.folder, "far"))

    def test_every_relay_has_a_name_of_its_own(self):
        options = SimpleNamespace(pipeferry=None, before="/older", build=False, ghostunnel=None)
        names = [relay.name for relay in all_relays(options)]
        self.assertEqual(sorted(names), sorted(set(names)))
        self.assertEqual("bare loop", names[0])

    def test_a_ghostunnel_that_is_not_there_is_told_and_not_skipped_in_silence(self):
        why = Ghostunnel(str(self.folder / "ghostunnel")).prepare(None)
        self.assertIn("--ghostunnel PATH", why)

    def test_a_ghostunnel_that_is_given_takes_part(self):
        program = self.folder / "ghostunnel"
        program.write_text("#!/bin/sh\necho version v1.11.1\n")
        program.chmod(0o755)
        relay = Ghostunnel(str(program))
        self.assertIsNone(relay.prepare(None))
        self.assertEqual("1.11.1", relay.version())

    def test_ghostunnels_check_each_other(self):
        far, near = far_words(7443, self.site), near_words("/in", 7443, self.site)
        for words, who in ((far, self.site.far), (near, self.site.near)):
            for word in (f"--cert={who.cert}", f"--key={who.key}", f"--cacert={who.trust}"):
                self.assertIn(word, words)
        self.assertIn("--listen=unix:/in", near)
        self.assertIn("--override-server-name=localhost", near)
        self.assertNotIn("--disable-authentication", far + near)

    def test_those_that_only_speak_tls_are_compared_as_pairs_only(self):
        self.assertEqual({PAIR, PAIR_RESUMED}, Stunnel.jobs)
        self.assertEqual({PAIR}, Ghostunnel.jobs)


if __name__ == "__main__":
    unittest.main()
