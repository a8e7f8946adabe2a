"""`test`: every test, on two processes unless told otherwise."""

import subprocess
import sys

from app.launcher.places import ROOT
from app.launcher.terminal import seconds_since_command

HOW_MANY = ("-n", "--numprocesses", "--dist", "--pdb", "--collect-only", "--co", "no:xdist")


def main(arguments: list[str]) -> int:
    """Run pytest and return its exit code."""
    command = [sys.executable, "-m", "pytest", *processes(arguments), *arguments]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    print(f"lagniappe: tests ended with code {code} after {seconds_since_command():.1f} s", flush=True)
    return code


def processes(arguments: list[str]) -> list[str]:
    told = any(argument.startswith(HOW_MANY) for argument in arguments)
    # A file stays in one process: what it sets up at length, such as a story's processes, is set up once.
    # Files keep the order that tests/conftest.py gives them: the longest first.
    return [] if told else ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
