"""The house rules that no import contract can hold: read from the code itself."""

import ast
from functools import cache
from importlib import import_module
from inspect import signature
from pathlib import Path

import pytest

from integrations.registry import HELPDESKS
from jobs.queue import Task

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("app", "integrations", "jobs")
LONGEST_FILE = 400  # lines

MAY_COMMIT = {"app/store/base.py"}
MAY_READ_THE_CLOCK = {"jobs/clock.py", "integrations/sandbox/clock.py"}
MAY_READ_THE_ENVIRONMENT = {"app/config.py"}
MAY_SWALLOW_ALL = {"jobs/small_bugs.py"}  # one bad row must not keep the rest of its shop waiting
# The launcher stands outside the rooms: it hands its environment on, and times its children.
OUTSIDE_THE_ROOMS = "app/launcher/"
CLOCKS = {
    *("time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today"),
}
ENVIRONMENTS = {"os.environ", "os.getenv", "os.putenv", "os.environb"}


def files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


@cache
def inside(*folders: str) -> tuple[tuple[str, ast.Module], ...]:
    """Return every file of the folders that belongs to a room, by its path from the root."""
    names = {path.relative_to(ROOT).as_posix(): path for path in files(*folders)}
    return tuple(
        (name, ast.parse(path.read_text())) for name, path in names.items() if not name.startswith(OUTSIDE_THE_ROOMS)
    )


@pytest.mark.parametrize("task", Task)
def test_given_a_bells_name_when_looked_up_then_it_is_a_function_of_one_shop(task: Task) -> None:
    module, _, name = task.value.rpartition(".")

    assert list(signature(getattr(import_module(module), name)).parameters) == ["shop_id"]


def test_given_the_house_when_entered_then_its_first_file_is_empty_but_for_its_name() -> None:
    (only,) = ast.parse((ROOT / "app/__init__.py").read_text()).body

    assert isinstance(only, ast.Expr)
    assert isinstance(only.value, ast.Constant)


def test_given_any_code_when_it_commits_then_it_is_the_unit_of_work() -> None:
    committing = {
        name
        for name, tree in inside(*ROOMS, "migrations")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    }

    # The practice town keeps books of its own.
    assert {name for name in committing if not name.startswith("integrations/sandbox/")} <= MAY_COMMIT


def test_given_any_function_when_read_then_it_imports_nothing() -> None:
    importing = {
        f"{name}:{inner.lineno}"
        for name, tree in inside(*ROOMS)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    }

    assert importing == set()


def test_given_any_file_when_measured_then_it_can_be_read_at_one_sitting() -> None:
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in files(*ROOMS)}

    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_given_any_code_when_it_reads_the_clock_then_it_is_one_of_the_two_that_may() -> None:
    assert users_of(CLOCKS) <= MAY_READ_THE_CLOCK


def test_given_any_code_when_it_reads_the_environment_then_it_is_the_settings() -> None:
    assert users_of(ENVIRONMENTS) <= MAY_READ_THE_ENVIRONMENT


def test_given_any_code_when_it_swallows_an_error_then_it_says_which() -> None:
    swallowing = {
        name
        for name, tree in inside(*ROOMS)
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or dotted(node.type) in {"Exception", "BaseException"})
        and not isinstance(node.body[-1], ast.Raise)
    }

    assert swallowing <= MAY_SWALLOW_ALL


def test_given_any_code_when_it_names_a_helpdesk_then_it_is_that_ones_folder_or_the_registry() -> None:
    naming = {
        name
        for name, tree in inside(*ROOMS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in HELPDESKS
        if not name.startswith(("integrations/sandbox/", f"integrations/{node.value}/"))
    }

    # The settings know one by name, from when there was no other.
    assert naming == {"integrations/registry.py", "app/config.py"}


def test_given_two_companies_folders_when_read_then_neither_knows_of_the_other() -> None:
    folders = {path.parent.name for path in (ROOT / "integrations").glob("*/__init__.py")} - {"fidelity", "sandbox"}
    knowing = {
        f"{name} imports {other}"
        for name, tree in inside("integrations")
        for other in folders - {name.split("/")[1]}
        if name.split("/")[1] in folders
        if any(each.startswith(f"integrations.{other}") for each in imported(tree))
    }

    assert {"gorgias", "signed_hook"} < folders
    assert knowing == set()


def test_given_the_domain_when_read_then_it_never_says_float() -> None:
    floating = {
        f"{name}:{node.lineno}"
        for name, tree in inside("app/domain")
        for node in ast.walk(tree)
        if (isinstance(node, ast.Constant) and type(node.value) is float)
        or (isinstance(node, ast.Call) and dotted(node.func) == "float")
        or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div))
    }

    assert floating == set()


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import time\ntime.time()", {"time.time"}),
        ("import time as t\nt.time()", {"time.time"}),
        ("from time import time\ntime()", {"time.time"}),
        ("from time import time as hour\nhour()", {"time.time"}),
        ("from datetime import datetime\ndatetime.now(UTC)", {"datetime.datetime.now"}),
        ("import datetime as dt\ndt.datetime.now()", {"datetime.datetime.now"}),
        ("clock = datetime.now", {"datetime.now"}),
        ('"""time.time() is banned"""\ntime.monotonic()', set()),
    ],
)
def test_given_a_disguised_clock_when_looked_for_then_it_is_found(code: str, found: set[str]) -> None:
    """Prove that the searches above can fail."""
    assert used(ast.parse(code)) & CLOCKS == found


def imported(tree: ast.Module) -> set[str]:
    """Return the dotted names of all that a file imports."""
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def users_of(forbidden: set[str]) -> set[str]:
    """Return the files of the rooms that use one of those names, under whatever name they imported it."""
    return {name for name, tree in inside(*ROOMS) if used(tree) & forbidden}


def used(tree: ast.Module) -> set[str]:
    """Return the full dotted name of everything that is used, imports traced back to where they came from."""
    origins: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            origins |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom):
            origins |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            head, dot, rest = dotted(node).partition(".")
            found.add(f"{origins.get(head, head)}{dot}{rest}")
    return found


def dotted(node: ast.expr) -> str:
    """Return "a.b.c" for a chain of names, nothing for any other expression."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""
