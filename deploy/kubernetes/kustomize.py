"""kustomize itself, by the library that the package `pykustomize` brings.

The package's own Python is for a newer Python than Debian's; its library is
called here by the three functions that are needed.
"""

import ctypes
import json
from pathlib import Path

OPTIONS = json.dumps({"load_restrictions": 0, "reorder": "unspecified"}).encode()


class Kustomize:
    def __init__(self, library):
        self.library = ctypes.CDLL(str(library))
        self.library.pykustomize_last_error.restype = ctypes.c_char_p

    def build(self, folder: Path):
        """The resources that `kustomize build` prints for a folder."""
        result = ctypes.c_char_p()
        failed = self.library.pykustomize_build_to_json(
            str(folder).encode(), OPTIONS, ctypes.byref(result)
        )
        if failed:
            raise RuntimeError(f"{folder}: {self.library.pykustomize_last_error().decode()}")
        return json.loads(result.value)["resources"]
