"""A webhook as one line for a terminal."""

import shlex
from collections.abc import Mapping

_STANDARD_TARGET = "http://127.0.0.1:8765"


def curl(url: str | None, path: str, headers: Mapping[str, str], body: str) -> str:
    """Return the call, quoted so that the shell hands over exactly the bytes that were signed."""
    words = ["curl", "-i", "-X", "POST", url or _STANDARD_TARGET + path]
    for name, value in headers.items():
        words += ["-H", f"{name}: {value}"]
    return shlex.join([*words, "--data-binary", body])
