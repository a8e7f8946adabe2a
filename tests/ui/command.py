"""`browser`: what only a browser can show of the desk and of the merchant's pages.

`browser shots` makes the pictures in docs/ anew, `browser shots screens` those of the merchant's pages alone.
`browser first-five-minutes` plays a merchant's beginning on a large store, and tells the seconds of each step.
"""

import subprocess
import sys

from app.launcher.places import ROOT
from tests.ui import first_five_minutes, shots

SEEN = ("-n", "0", "-o", "python_files=seen_*.py", "tests/ui")  # by a name of their own: no other run collects them


def main(arguments: list[str]) -> int:
    """Look at the desk and return pytest's exit code, or 0 for pictures; further words go to pytest."""
    if arguments[:1] == ["shots"]:
        return shots.main(arguments[1:])
    if arguments[:1] == ["first-five-minutes"]:
        return first_five_minutes.main(arguments[1:])
    return subprocess.run([sys.executable, "-m", "pytest", *SEEN, *arguments], cwd=ROOT, check=False).returncode
