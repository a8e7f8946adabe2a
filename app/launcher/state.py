"""The state folder: where a demo keeps its database, logs, Redis data and made-up secrets from run to run."""

import base64
import contextlib
import fcntl
import os
import secrets
import shlex
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from app.launcher.places import ROOT
from app.launcher.refusal import Refusal

LOCK: Final = "launcher.lock"
SECRETS: Final = "practice.env"
SURROUNDINGS: Final = "town.sh"
OUR_FOLDER: Final = "FOLDER_MADE_BY_LAGNIAPPE"
BURIAL_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StateFolder:
    """A folder that this process alone uses; `lock` is the open lock file that says so."""

    path: Path
    lock: int

    @classmethod
    def take(cls, path: Path) -> Self:
        """Make the folder where it is missing and hold it. Raises Refusal when it is unfit or somebody else's."""
        try:
            path.mkdir(parents=True, exist_ok=True)
            is_new = not any(path.iterdir()) or path == ROOT / "var"
            draft_of(path).touch(mode=0o600)
            lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Refusal(
                f"the state folder {path} is not writable ({error.strerror}): set APP_VAR to one that is"
            ) from error
        hold(lock, path)
        folder = cls(path=path, lock=lock)
        if is_new:
            folder.remember({OUR_FOLDER: "1"})
        return folder

    @property
    def logs(self) -> Path:
        return self.path / "log"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def empty(self) -> None:
        """Remove everything in it except the lock. Raises Refusal unless a launcher made the folder."""
        if OUR_FOLDER not in self.recall():
            raise Refusal(
                f"--fresh empties only a folder that Lagniappe made, and {self.path} was there before: empty it by hand"
            )
        for entry in self.path.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name != LOCK:
                entry.unlink()
        self.remember({OUR_FOLDER: "1"})

    def tell_who(self, page: str) -> None:
        """Write into the lock file what a second launcher is to say of us."""
        os.ftruncate(self.lock, 0)
        os.pwrite(self.lock, f"{os.getpid()} {page}\n".encode(), 0)

    def tell_surroundings(self, variables: Mapping[str, str]) -> None:
        """Write down what a shell must know, so that a command beside us looks at this demo: `(. var/town.sh; …)`."""
        path = self.path / SURROUNDINGS
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.writelines(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())

    def recall(self) -> dict[str, str]:
        """Return the names and values kept from earlier runs."""
        try:
            lines = (self.path / SECRETS).read_text().splitlines()
        except FileNotFoundError:
            return {}
        return {name: value for name, found, value in (line.partition("=") for line in lines) if found}

    def remember(self, values: dict[str, str]) -> dict[str, str]:
        """Keep the values beside those kept already and return them all."""
        kept = {**self.recall(), **values}
        draft = draft_of(self.path)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in kept.items())
        draft.replace(self.path / SECRETS)
        return kept

    def identity(self) -> dict[str, str]:
        """Return this folder's own keys and instance name, made up on the first run and the same ever after."""
        made_up = {
            "SEAL_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
            "APP_INSTANCE": secrets.token_hex(8),
            "REDIS_PASSWORD": secrets.token_hex(16),
        }
        return self.remember({**made_up, **self.recall()})


def draft_of(path: Path) -> Path:
    return path / f"{SECRETS}.new"


def hold(lock: int, path: Path) -> None:
    """Lock the folder. Raises Refusal at once when a living launcher has it.

    Guards hold the lock too, so after a kill -9 it comes free only when the last process is gone: wait for that.
    """
    deadline = time.monotonic() + BURIAL_SECONDS
    while not try_lock(lock):
        holder, _, page = os.pread(lock, 500, 0).decode().strip().partition(" ")
        if is_alive(holder) or time.monotonic() > deadline:
            where = f", {page}" if page else ""
            raise Refusal(
                f"already running on {path} (process {holder or 'unknown'}{where}): "
                "stop it with Ctrl-C there, or set APP_VAR to another folder"
            )
        time.sleep(0.05)


def try_lock(lock: int) -> bool:
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def is_alive(pid: str) -> bool:
    """Tell whether the process exists; one of another user counts."""
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
