"""`test`: every test, on three processes unless told otherwise."""

import os
import subprocess
import sys

from app.launcher.places import ROOT
from app.launcher.terminal import seconds_since_command

# One more than two cores have hands for: some tests wait for a while, and then another uses the core.
# A file stays in one process: what it sets up at length, such as a story's processes, is set up once.
# Files keep the order that tests/conftest.py gives them: the longest first.
SPREAD = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
HOW_MANY = ("-n", "--numprocesses", "--dist", "--pdb", "--collect-only", "--co", "no:xdist")


def main(arguments: list[str]) -> int:
    """Run pytest and return its exit code."""
    command = [sys.executable, "-m", "pytest", *processes(arguments), *arguments]
    code = subprocess.run(command, cwd=ROOT, env=surroundings(), check=False).returncode
    print(f"lagniappe: tests ended with code {code} after {seconds_since_command():.1f} s", flush=True)
    return code


def processes(arguments: list[str]) -> list[str]:
    told = any(argument.startswith(HOW_MANY) for argument in arguments)
    return [] if told else list(SPREAD)


def surroundings() -> dict[str, str]:
    """Return ours, where what was compiled may be kept: tests start many processes, and each would compile it again."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
