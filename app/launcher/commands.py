"""The table of commands, and the way from a word on the command line to the function behind it."""

import gc
import importlib
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType, ModuleType

from app.launcher import environment
from app.launcher.locks import Lock
from app.launcher.places import ROOT
from app.launcher.refusal import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One row: `main` of the module runs once the lock is installed; with arguments only where it takes them."""

    module: str
    says: str
    lock: Lock = Lock.RUN
    takes_arguments: bool = False


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "demo": Command(
            module="app.launcher.demo",
            says="everything at once, with a practice town: watch kindness happen",
            takes_arguments=True,
        ),
        "test": Command(
            module="app.launcher.test",
            says="every test; further words go to pytest",
            lock=Lock.TEST,
            takes_arguments=True,
        ),
        "check": Command(
            module="app.launcher.check",
            says="format, lint, types, rooms, tests: what CI runs (--fast: no tests)",
            lock=Lock.CHECK,
            takes_arguments=True,
        ),
        "browser": Command(
            module="tests.ui.command",
            says="what only a browser shows; `shots` makes the pictures in docs/, `first-five-minutes` plays a start",
            lock=Lock.UI,
            takes_arguments=True,
        ),
        "export": Command(
            module="jobs.export", says="print everything that is kept on one customer", takes_arguments=True
        ),
        "helpdesk": Command(
            module="jobs.connect_helpdesk",
            says="connect KIND --shop DOMAIN --account NAME: a shop's helpdesk; its key is asked for",
            takes_arguments=True,
        ),
        "erase": Command(
            module="jobs.erase", says="forget one customer, or a shop that has left", takes_arguments=True
        ),
        "stop": Command(
            module="jobs.stop", says="nothing leaves the house any more, of any shop; --why WORDS", takes_arguments=True
        ),
        "go": Command(module="jobs.go", says="let everything go on that was stopped"),
        "doctor": Command(
            module="jobs.doctor",
            says="what is chosen and how it is; --shop DOMAIN looks one shop over",
            takes_arguments=True,
        ),
        "reconcile": Command(
            module="jobs.reconcile",
            says="ask the stores now what changed, look up every doubt, compare what was done with our books",
            takes_arguments=True,
        ),
        "replay": Command(
            module="jobs.replay",
            says="what came to rest without being done; delivery:123 or effect:45 takes it up again",
            takes_arguments=True,
        ),
        "restored": Command(module="jobs.restored", says="the database is an old copy: ask the stores before sending"),
        "trail": Command(
            module="jobs.trail",
            says="who moved what; --verify proves that nobody has touched it since",
            takes_arguments=True,
        ),
        "fidelity": Command(
            module="integrations.fidelity.command",
            says="documents, twin and recordings against Shopify's real schema",
            takes_arguments=True,
        ),
        "reseal": Command(module="jobs.reseal", says="seal every secret anew with the first of SEAL_KEYS"),
        "bench": Command(
            module="bench.command",
            says="how quick we are, as ratios; alone it lists what it measures",
            lock=Lock.TEST,
            takes_arguments=True,
        ),
        "torture": Command(
            module="tests.torture.command",
            says="prove by force that nothing is lost and nothing is done twice; `torture help` lists how",
            lock=Lock.TEST,
            takes_arguments=True,
        ),
        "migrate": Command(module="app.store.migrate", says="bring the database to the newest schema"),
        "web": Command(module="app.web.serve", says="the web server alone"),
        "worker": Command(module="jobs.worker", says="one worker alone"),
        "ticker": Command(module="jobs.ticker", says="the ticker alone"),
        "sandbox": Command(module="integrations.sandbox.serve", says="the practice town alone"),
        "practice": Command(module="jobs.practice", says="register the practice shop, once"),
    }
)

SELDOM = (5_000, 20, 50)  # what is made before garbage is looked for among the young, the older, and all


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code: 1 for a refusal, 2 for a word that is no command."""
    name, *rest = arguments or ["help"]
    if name in ("help", "--help", "-h"):
        return tell_help()
    if name not in COMMANDS:
        return complain(f"`{name}` is not a command; `python3 -m app help` lists them", code=2)
    try:
        return run(name, COMMANDS[name], rest)
    except Refusal as refusal:
        return complain(str(refusal), code=1)
    except KeyboardInterrupt:
        return 130


def run(name: str, command: Command, arguments: list[str]) -> int:
    if arguments and not command.takes_arguments:
        return complain(f"`{name}` takes no further words; its settings are environment variables", code=2)
    os.chdir(ROOT)
    os.environ.setdefault("LAGNIAPPE_BEGAN", str(time.time()))
    try:
        python = environment.prepare(command.lock)
    except OSError as error:
        raise Refusal(f".venv beside the code cannot be written ({error}): make {ROOT} writable") from error
    if python is not None:
        continue_with(str(python), [name, *arguments])
    entry = loaded(command.module).main
    return int((entry(arguments) if command.takes_arguments else entry()) or 0)


def loaded(name: str) -> ModuleType:
    """Import what a command needs. It stays to the end, so the garbage collector looks at none of it, now or later.

    At what comes after it looks seldom: a row read or a page drawn leaves hardly anything that does not go by itself.
    """
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        gc.freeze()
        gc.set_threshold(*SELDOM)
        gc.enable()


def continue_with(python: str, arguments: list[str]) -> None:
    """Become the environment's Python; this does not return."""
    # macOS' framework builds leave this variable behind, and it would lead the new Python away from .venv.
    os.environ.pop("__PYVENV_LAUNCHER__", None)
    sys.stdout.flush()
    os.execv(python, [python, "-m", "app", *arguments])  # noqa: S606


def tell_help() -> int:
    print("usage: python3 -m app <command>\n")
    for name, command in COMMANDS.items():
        print(f"  {name:<10}{command.says}")
    return 0


def complain(text: str, *, code: int) -> int:
    print(f"lagniappe: {' '.join(text.split())}", file=sys.stderr, flush=True)
    return code
