"""The hashed locks, each containing the one before it, and what pyproject.toml asks of them."""

import hashlib
import re
import tomllib
from collections.abc import Sequence
from enum import IntEnum
from importlib import metadata
from pathlib import Path

from app.launcher.places import LOCKS, ROOT


class Lock(IntEnum):
    """How much of the environment a command needs; a higher one includes the lower ones."""

    RUN = 0
    TEST = 1
    CHECK = 2
    UI = 3

    @property
    def path(self) -> Path:
        return LOCKS / ("lock.txt", "lock-test.txt", "lock-check.txt", "lock-ui.txt")[self]

    @property
    def extras(self) -> tuple[str, ...]:
        return ((), ("test",), ("test", "check"), ("test", "check", "ui"))[self]

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def up_to(self) -> list["Lock"]:
        return [lock for lock in Lock if lock <= self]


def pinned(lock: Lock) -> dict[str, str]:
    """Return the exact version of each package in the lock, by normalised name, for every platform."""
    lines = re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", lock.path.read_text(), re.MULTILINE)
    return {normalised(name): version for name, version in lines}


def asked(extras: Sequence[str]) -> list[str]:
    """Return the requirements of pyproject.toml as written, those of the extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"]
    return [*project["dependencies"], *(line for extra in extras for line in optional[extra])]


def name_of(requirement: str) -> str:
    return normalised(re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0])


def normalised(name: str) -> str:
    """Return the name as package indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def missing(lock: Lock) -> list[str]:
    """Return the direct dependencies that this interpreter cannot see."""
    return [name for name in map(name_of, asked(lock.extras)) if not is_installed(name)]


def is_installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True
