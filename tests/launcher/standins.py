"""Stand-ins for the rest of the house: a copy of the launcher beside modules that do next to nothing, really run."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.launcher.guard import descendants
from app.launcher.places import ROOT
from app.launcher.ports import free_port

PATIENCE_SECONDS: Final = 60.0

WEB: Final = """
import json, os, pathlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        played = pathlib.Path(os.environ["APP_VAR"], "opening").exists()
        health = {"ok": True, "instance": os.environ["APP_INSTANCE"]}
        summary = {"open": True, "ready": played, "lines": ["one gift in the parcel"] * played, "counts": {}}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(health if self.path == "/healthz" else summary).encode())

def main():
    ThreadingHTTPServer((os.environ["WEB_HOST"], int(os.environ["WEB_PORT"])), Page).serve_forever()
"""

SANDBOX: Final = """
import os, pathlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Town(BaseHTTPRequestHandler):
    def do_POST(self):
        pathlib.Path(os.environ["APP_VAR"], self.path.rpartition("/")[2]).touch()
        self.send_response(200)
        self.end_headers()

def main():
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["SANDBOX_PORT"])), Town).serve_forever()
"""

# Like RQ's: the one who works is a child in a process group of its own. Here it has a child too, in its own session.
WORKER: Final = """
import os, pathlib, time

def note(role):
    pathlib.Path(os.environ["APP_VAR"], f"{role}.pid").write_text(str(os.getpid()))

def main():
    note("worker")
    if os.fork() == 0:
        os.setpgrp()
        note("horse")
        if os.fork() == 0:
            os.setsid()
            note("foal")
        time.sleep(3600)
    time.sleep(3600)
"""

MODULES: Final = {
    "app/store/migrate.py": "def main(): print('migrated')",
    "app/web/serve.py": WEB,
    "integrations/__init__.py": "",
    "integrations/sandbox/serve.py": SANDBOX,
    "jobs/worker.py": WORKER,
    "jobs/ticker.py": "import time\ndef main(): time.sleep(3600)",
    "jobs/practice.py": "def main(): print('registered')",
}


def copy_house(folder: Path, **modules: str) -> Path:
    """Put the real launcher and the stand-ins into the folder; `modules` replaces stand-ins by their last name."""
    shutil.copytree(ROOT / "app" / "launcher", folder / "app" / "launcher")
    shutil.copytree(ROOT / "app" / "deps", folder / "app" / "deps")
    for name in ("app/__init__.py", "app/__main__.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    for name, source in MODULES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # Without it, the real package of an editable installation would be found before this folder.
        (path.parent / "__init__.py").touch()
        path.write_text(modules.get(path.stem, source))
    return folder


def environment(**changes: str) -> dict[str, str]:
    """Return what a person's shell would have, with the packages of this interpreter instead of a `.venv` to make."""
    foreign = ("APP_", "DATABASE_", "GORGIAS_", "LAGNIAPPE_", "PUBLIC_", "REDIS_", "SANDBOX_", "SHOPIFY_", "WEB_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, "LAGNIAPPE_NO_VENV": "1", **changes}


def lagniappe(house: Path, *words: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "app", *words],
        cwd=house,
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A demo that runs in the background."""

    process: subprocess.Popen[bytes]
    house: Path
    port: int

    @property
    def screen(self) -> str:
        return (self.house / "screen.txt").read_text()

    @property
    def folder(self) -> Path:
        return self.house / "var"

    def pid_of(self, role: str) -> int:
        return int((self.folder / f"{role}.pid").read_text())

    def everyone(self) -> list[int]:
        """Return every process that the launcher has started, directly or not."""
        return descendants(self.process.pid)


@contextmanager
def running_demo(house: Path) -> Iterator[Demo]:
    """Run a demo until its effects are visible, for the length of the block."""
    port = free_port()
    command = [sys.executable, "-m", "app", "demo", "--port", str(port), "--workers", "1"]
    with (house / "screen.txt").open("wb") as screen:
        process = subprocess.Popen(command, cwd=house, env=environment(), stdout=screen, stderr=screen)
    demo = Demo(process=process, house=house, port=port)
    try:
        wait_until(lambda: "visible effects" in demo.screen and (demo.folder / "foal.pid").exists())
        yield demo
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not come true in time")
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    """Tell whether the process has ended; one that only waits for its burial (state Z) has."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except ProcessLookupError:
        return True
    except FileNotFoundError:
        return Path("/proc/self/stat").exists()  # without /proc we cannot tell, and call it alive
