"""The commands that fill `.venv`: uv where it is on PATH, else the venv and pip that come with Python."""

import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from app.launcher.locks import Lock
from app.launcher.places import VENV, VENV_PYTHON
from app.launcher.refusal import Refusal

Done = subprocess.CompletedProcess[str]
OLDEST_PYTHON_SEEN = "import sys; sys.exit(sys.version_info < (3, 11))"


def make_venv() -> None:
    """Make `.venv` in the folder that is there. Raises Refusal with the tool's own last words."""
    # Not sys.executable, which may be the very .venv that is about to be replaced.
    python = str(getattr(sys, "_base_executable", sys.executable))
    uv = shutil.which("uv")
    if uv and run([uv, "venv", "--quiet", "--allow-existing", "--python", python, str(VENV)]).returncode == 0:
        return
    done = run([python, "-m", "venv", str(VENV)])
    if done.returncode:
        raise Refusal(
            f".venv could not be made here ({last_words(done)}): free the space or the rights and run this again"
        )


def install(lock: Lock) -> None:
    """Install the lock with hashes required. Raises Refusal with pip's own last words."""
    if install_by_uv(lock):
        return
    if run([str(VENV_PYTHON), "-c", "import pip"]).returncode:
        run([str(VENV_PYTHON), "-m", "ensurepip"])
    for done in install_by_two_pips(lock):
        if done.returncode:
            raise Refusal(
                f"packages could not be installed ({last_words(done)}): nothing else was changed, "
                "run this again when the network is back"
            )
    run([str(VENV_PYTHON), "-m", "compileall", "-q", "-j", "0", str(VENV / "lib")])


def install_by_two_pips(lock: Lock) -> list[Done]:
    """Let two pips share the work: one alone fetches, builds and compiles one thing after another (18 s, not 13).

    The lock is complete, so neither need resolve anything (--no-deps); compiling comes after, on every core.
    """
    flags = ["--no-deps", "--require-hashes", "--no-compile", "--quiet", "--disable-pip-version-check", "--no-input"]
    pip = [str(VENV_PYTHON), "-m", "pip", "install", *flags, "-r"]
    with TemporaryDirectory(prefix="lagniappe-lock-") as folder, ThreadPoolExecutor() as pool:
        halves = write_halves(lock.path.read_text(), Path(folder))
        return list(pool.map(lambda half: run([*pip, str(half)]), halves))


def write_halves(lock: str, folder: Path) -> list[Path]:
    packages = re.findall(r"^[A-Za-z0-9].*(?:\n[ \t].*)*", lock, re.MULTILINE)
    halves = {folder / "even.txt": packages[0::2], folder / "odd.txt": packages[1::2]}
    for path, half in halves.items():
        path.write_text("\n".join(half) + "\n")
    return list(halves)


def install_by_uv(lock: Lock) -> bool:
    """Tell whether uv did it. It does not read pip's configuration, so pip has its turn where uv fails."""
    uv = shutil.which("uv")
    if uv is None:
        return False
    command = [uv, "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--python", str(VENV_PYTHON)]
    return run([*command, "-r", str(lock.path)]).returncode == 0


def is_alive(python: Path) -> bool:
    return python.exists() and run([str(python), "-c", OLDEST_PYTHON_SEEN]).returncode == 0


def run(command: list[str]) -> Done:
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


def last_words(done: Done) -> str:
    """Return the last line that says something, an error before a mere notice."""
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    errors = [line for line in lines if line.upper().startswith("ERROR")]
    return (errors or lines or [f"exit code {done.returncode}"])[-1]
