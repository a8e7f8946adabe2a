"""`browser`: what only a browser can show of the desk. `browser shots` makes the pictures in docs/ anew."""

import subprocess
import sys

from app.launcher.places import ROOT
from tests.ui import shots

SEEN = ("-n", "0", "-o", "python_files=seen_*.py", "tests/ui")  # by a name of their own: no other run collects them


def main(arguments: list[str]) -> int:
    """Look at the desk and return pytest's exit code, or 0 for pictures; further words go to pytest."""
    if arguments[:1] == ["shots"]:
        return shots.main()
    return subprocess.run([sys.executable, "-m", "pytest", *SEEN, *arguments], cwd=ROOT, check=False).returncode
