"""Makes `.venv` beside the code, exactly as the lock says, and keeps it so."""

import fcntl
import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from app.launcher import installer
from app.launcher.locks import Lock, missing, pinned
from app.launcher.places import LOCKS, VENV, VENV_PYTHON
from app.launcher.refusal import Refusal

STAMP: Final = VENV / "lagniappe.json"
SOMEONE_ELSES: Final = "of someone else"
UNFINISHED: Final = "unfinished"


def prepare(lock: Lock) -> Path | None:
    """Return the Python to continue with, or None when it is this one, its packages all in place.

    Raises Refusal when the environment cannot be made.
    """
    if os.environ.get("LAGNIAPPE_NO_VENV") == "1":
        refuse_if_incomplete(lock)
        return None
    if in_a_venv_of_someone_else() and not missing(lock):
        return None
    if not is_ready(lock):
        build(lock)
    return None if runs_in(VENV) else VENV_PYTHON


def refuse_if_incomplete(lock: Lock) -> None:
    if absent := missing(lock):
        raise Refusal(f"LAGNIAPPE_NO_VENV=1 is set, and {sys.executable} lacks {', '.join(absent)}: pip install them")


def in_a_venv_of_someone_else() -> bool:
    return sys.prefix != sys.base_prefix and not runs_in(VENV)


def runs_in(folder: Path) -> bool:
    return Path(sys.prefix).resolve() == folder.resolve()


def is_ready(lock: Lock) -> bool:
    stamp = read_stamp()
    return VENV_PYTHON.exists() and suits(stamp) and stamp.get(lock.name) == lock.digest


def suits(stamp: dict[str, str]) -> bool:
    """Tell whether the environment may stay: made with this Python, or someone else's and only filled by us."""
    return stamp.get("python") in (platform.python_version(), SOMEONE_ELSES)


def read_stamp() -> dict[str, str]:
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in stamp.items()} if isinstance(stamp, dict) else {}


def write_stamp(python: str, locks: list[Lock]) -> None:
    stamp = {"python": python, **{lock.name: lock.digest for lock in locks}}
    STAMP.write_text(json.dumps(stamp, indent=1))


def build(lock: Lock) -> None:
    """Bring `.venv` to the lock: one launcher at a time, stamped only when everything is in."""
    with alone():
        if is_ready(lock):
            return
        began = time.monotonic()
        python = make_venv_if_needed()
        announce(f"installing {len(pinned(lock))} packages, each checked against its hash ...")
        write_stamp(python, [])
        installer.install(lock)
        write_stamp(python, lock.up_to())
        announce(f"environment ready after {time.monotonic() - began:.1f} s")


@contextmanager
def alone() -> Iterator[None]:
    """Hold the environment for this process; the folder of the locks is locked, so that no lock file is left behind."""
    folder = os.open(LOCKS, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            announce("another run is preparing .venv, waiting for it ...")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def make_venv_if_needed() -> str:
    """Return whose Python `.venv` has, for its stamp. Only what we made, or what no longer runs, is ever replaced."""
    stamp = read_stamp()
    if VENV_PYTHON.exists() and suits(stamp):
        return stamp["python"]
    if not stamp and installer.is_alive(VENV_PYTHON):
        return SOMEONE_ELSES
    if shutil.which("uv") is None and find_spec("ensurepip") is None:
        raise Refusal("this Python cannot make virtual environments: `apt install python3-venv`, then run this again")
    announce(f"making .venv with Python {platform.python_version()} (once) ...")
    shutil.rmtree(VENV, ignore_errors=True)
    VENV.mkdir()
    write_stamp(UNFINISHED, [])  # interrupted from here on, it is ours and will be made anew
    installer.make_venv()
    return platform.python_version()


def announce(text: str) -> None:
    print(f"lagniappe: {text}", flush=True)
