"""The one door: `python3 -m app <command>`. This file must parse on Python 3.6, to say there what is wrong."""

import importlib
import os
import sys

OLDEST_PYTHON = (3, 11)

if sys.version_info < OLDEST_PYTHON:
    sys.exit(
        "lagniappe: this is Python %d.%d and Lagniappe needs 3.11 or newer: install one "  # noqa: UP031
        "(apt install python3.11, brew install python@3.13, or python.org/downloads) and run `python3.11 -m app ...`"
        % sys.version_info[:2]
    )
if os.name != "posix":
    sys.exit("lagniappe: this needs Linux or macOS; on Windows run it inside WSL (`wsl --install`)")

if __name__ == "__main__":
    # By name, because the launcher's own files do not parse on the Pythons turned away above.
    sys.exit(importlib.import_module("app.launcher.commands").main(sys.argv[1:]))
