"""`check`: what CI runs, quickest first, stopping at the first failure.

The types take longest, so they are begun first, beside the others, and told of in their turn. Beside them the tests are
gathered once: what that compiles, each of the processes that run them would else compile again.
"""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import MappingProxyType

from app.launcher.places import ROOT
from app.launcher.refusal import Refusal
from app.launcher.test import SPREAD, surroundings

STEPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "format": ("ruff", "format", "--check", "."),
        "lint": ("ruff", "check", "."),
        "rooms": ("lint-imports", "--no-logo"),
        "fidelity": ("python", "-m", "app", "fidelity"),
        "types": ("mypy", "app", "integrations", "jobs", "bench"),
        "tests": ("pytest", "-q", *SPREAD),
    }
)
NOT_FAST = "tests"
AT_ONCE = "types"
AHEAD = ("pytest", "-q", "--collect-only", "-p", "no:cacheprovider")


def main(arguments: list[str]) -> int:
    """Run the steps and return the exit code of the first that fails. Raises Refusal for an unknown word."""
    if arguments not in ([], ["--fast"]):
        raise Refusal(f"`check` knows only --fast, not {' '.join(arguments)}")
    chosen = {name: step for name, step in STEPS.items() if not (arguments and name == NOT_FAST)}
    gathering = begun(AHEAD, words=subprocess.DEVNULL) if NOT_FAST in chosen else nullcontext()
    with begun(chosen[AT_ONCE]) as types, gathering as ahead:
        return next((code for name, step in chosen.items() if (code := run(name, step, types, ahead))), 0)


@contextmanager
def begun(step: tuple[str, ...], *, words: int = subprocess.PIPE) -> Iterator[subprocess.Popen[bytes]]:
    """Begin a step whose words wait for its turn; it ends with the block, whether its turn came or not."""
    with subprocess.Popen(
        command(step), cwd=ROOT, env=surroundings(), stdout=words, stderr=subprocess.STDOUT
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def run(name: str, step: tuple[str, ...], types: subprocess.Popen[bytes], ahead: subprocess.Popen[bytes] | None) -> int:
    print(f"== {name}: {' '.join(step)}", flush=True)
    began = time.monotonic()
    if name == NOT_FAST and ahead is not None:
        ahead.wait()  # what it says, the tests say again
    if name == AT_ONCE:
        print(types.communicate()[0].decode(errors="replace"), end="", flush=True)
        code = types.returncode
    else:
        code = subprocess.run(command(step), cwd=ROOT, env=surroundings(), check=False).returncode
    verdict = "ok" if code == 0 else f"FAILED with code {code}, check stops here"
    print(f"== {name}: {verdict}, {time.monotonic() - began:.1f} s", flush=True)
    return code


def command(step: tuple[str, ...]) -> list[str]:
    """Return what to run: a tool lies beside the Python it was installed for, which itself may go by another name."""
    tool, *words = step
    program = Path(sys.executable) if tool == "python" else Path(sys.executable).with_name(tool)
    return [str(program), *words]
