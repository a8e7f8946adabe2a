"""`torture mutants`: somebody makes a mistake, and the tests that should notice are asked whether they do.

Each runs in a copy of the tree. A test that cannot even be imported, or breaks in its own set-up, has noticed nothing.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.torture.mutant import Mutant
from tests.torture.mutant_table import MUTANTS

ROOT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", "var", "build", "*.egg-info")
SECONDS = 900
A_TEST_FAILED = 1  # pytest's own code for it; 2 and more are about pytest


def main(arguments: list[str]) -> int:
    """Try them; return 1 when one survives."""
    chosen = _parse(arguments).only or list(MUTANTS)
    survivors = [name for name in chosen if not _is_caught(name, MUTANTS[name])]
    print(f"mutants: {len(chosen)} tried, {len(chosen) - len(survivors)} caught, survivors: {survivors or 'none'}")
    return 1 if survivors else 0


def _is_caught(name: str, mutant: Mutant) -> bool:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lagniappe-mutant-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
        changed = tree / mutant.file
        changed.write_text(mutated(changed.read_text(encoding="utf-8"), mutant), encoding="utf-8")
        ended = _tested(tree, mutant.tests)
    failed = [line for line in ended.stdout.splitlines() if line.startswith("FAILED ")]
    caught = ended.returncode == A_TEST_FAILED and bool(failed)
    last = failed[0].removeprefix("FAILED ")[:160] if failed else ended.stdout.strip().splitlines()[-1:]
    print(f"{'caught  ' if caught else 'SURVIVED'} {name} ({time.monotonic() - began:.0f} s): {last}", flush=True)
    return caught


def _tested(tree: Path, words: str) -> "subprocess.CompletedProcess[str]":
    chosen, _, expression = words.partition(" -k ")
    only = ["-k", expression] if expression else []
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", *chosen.split(), *only]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=SECONDS)


def mutated(text: str, mutant: Mutant) -> str:
    """Return the file with the mistake in it. Raises ValueError when it is not clear where it belongs."""
    if text.count(mutant.old) != 1:
        raise ValueError(f"{mutant.file} holds {text.count(mutant.old)} times: {mutant.old.strip()}")
    return text.replace(mutant.old, mutant.new)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m app torture mutants", description=__doc__)
    parser.add_argument("--only", action="append", choices=sorted(MUTANTS), help="only this one; may be given again")
    return parser.parse_args(arguments)
