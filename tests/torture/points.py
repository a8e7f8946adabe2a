"""`torture points`: every flow dies at each of its boundaries, once."""

import subprocess
import sys
from pathlib import Path

POINTS = Path(__file__).parents[1] / "jobs" / "test_crash_points.py"


def main(arguments: list[str]) -> int:
    """Run them all and return pytest's exit code; further words go to pytest."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", str(POINTS), *arguments]
    return subprocess.run(command, check=False).returncode
