"""`check`: what CI runs, quickest first, stopping at the first failure."""

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from app.launcher.places import ROOT
from app.launcher.refusal import Refusal

STEPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "format": ("ruff", "format", "--check", "."),
        "lint": ("ruff", "check", "."),
        "types": ("mypy", "app", "integrations", "jobs", "bench"),
        "rooms": ("lint-imports", "--no-logo"),
        "fidelity": ("python", "-m", "app", "fidelity"),
        "tests": ("pytest", "-q", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"),
    }
)
NOT_FAST = "tests"


def main(arguments: list[str]) -> int:
    """Run the steps and return the exit code of the first that fails. Raises Refusal for an unknown word."""
    if arguments not in ([], ["--fast"]):
        raise Refusal(f"`check` knows only --fast, not {' '.join(arguments)}")
    chosen = {name: step for name, step in STEPS.items() if not (arguments and name == NOT_FAST)}
    return next((code for name, step in chosen.items() if (code := run(name, step))), 0)


def run(name: str, step: tuple[str, ...]) -> int:
    print(f"== {name}: {' '.join(step)}", flush=True)
    began = time.monotonic()
    tool, *words = step
    # A tool lies beside the Python it was installed for, which itself may go by another name.
    program = Path(sys.executable) if tool == "python" else Path(sys.executable).with_name(tool)
    code = subprocess.run([str(program), *words], cwd=ROOT, check=False).returncode
    verdict = "ok" if code == 0 else f"FAILED with code {code}, check stops here"
    print(f"== {name}: {verdict}, {time.monotonic() - began:.1f} s", flush=True)
    return code
