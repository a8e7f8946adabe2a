"""`bench start`: from a fresh copy of this checkout to visible effects, once more warm, and what it holds in memory."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.launcher.ports import free_port
from bench.report import spread

COLD_S, WARM_S, MOST_MB = 45, 4, 300
_HERE = Path(__file__).parent.parent
_SEEN = "visible effects after"
_BARE = {"PATH": os.defpath, "HOME": str(Path.home())}  # nothing of ours must help the copy


def main(arguments: list[str]) -> int:
    """Measure and print; return 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python3 -m app bench start", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="warm ones; the cold one fetches every package")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="lagniappe-bench-") as folder:
        house = Path(folder) / "lagniappe"
        subprocess.run([shutil.which("git") or "git", "clone", "--quiet", str(_HERE), str(house)], check=True)
        with _demo(house) as (_, cold):
            print(f"cold, with its environment made: {cold:.1f} s (goal {COLD_S})", flush=True)
        warm, held = [], []
        for _ in range(chosen.rounds):
            with _demo(house) as (process, taken):
                warm.append(taken)
                held.append(_megabytes(process))
    print(f"warm, with nothing kept of the run before: {spread(warm, 1)} s (goal {WARM_S})")
    print(f"all of its processes hold {spread(held)} MB (goal {MOST_MB})")
    return 0 if cold <= COLD_S and sorted(warm)[len(warm) // 2] <= WARM_S and max(held) <= MOST_MB else 1


@contextmanager
def _demo(house: Path) -> Iterator[tuple[int, float]]:
    """Yield the process of a demo, and the seconds until its effects were seen."""
    # The Python that our own environment was made from.
    python = getattr(sys, "_base_executable", sys.executable)
    began = time.monotonic()
    process = subprocess.Popen(
        [python, "-m", "app", "demo", "--fresh", "--port", str(free_port())],
        cwd=house,
        env=_BARE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        if not any(_SEEN in line for line in process.stdout):
            raise RuntimeError(f"the demo ended with {process.wait()}")
        yield process.pid, time.monotonic() - began
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()


def _megabytes(root: int) -> float:
    """Return what a process and all that came from it hold, shared pages counted once."""
    parents = {int(stat.parent.name): _parent(stat) for stat in Path("/proc").glob("[0-9]*/stat")}
    family = {root}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(map(_share, family)) / 1024


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has just ended
        return 0


def _share(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
