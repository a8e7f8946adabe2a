"""What the documents name is there, and what must be named is named."""

import ast
import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

from app.launcher.commands import COMMANDS
from bench.command import BENCHES
from tests.torture.command import TORMENTS

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "integrations").rglob("*.md")])
ROOMS = "app|docs|integrations|jobs|migrations|tests"
PATH = re.compile(rf"`((?:{ROOMS})/[\w./-]+\.(?:py|md|graphql|txt|html|toml))`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[\w-]*)?\)")
COMMAND = re.compile(r"python3? -m app ([a-z]+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_given_a_document_when_it_names_files_and_commands_then_they_are_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    files = [ROOT / name for name in PATH.findall(text)]
    files += [document.parent / name for name in LINK.findall(text)]

    assert [str(file) for file in files if not file.exists()] == []
    assert set(COMMAND.findall(text)) <= {*COMMANDS, "help"}


PROMISED = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
PROMISES = dict(re.findall(r"^### (.+)\n\n((?:(?!^#).*\n)+)", PROMISED, re.MULTILINE))
PARTS = re.compile(
    r"\*\*(Kept|Shown|Not promised|Open)\.\*\*(.+?)(?=\*\*(?:Kept|Shown|Not promised|Open)\.|\Z)", re.DOTALL
)


@pytest.mark.parametrize("promise", PROMISES)
def test_given_a_promise_when_read_then_it_says_where_it_is_kept_what_shows_it_and_where_it_ends(promise: str) -> None:
    parts = dict(PARTS.findall(PROMISES[promise]))

    assert list(parts)[:3] == ["Kept", "Shown", "Not promised"]
    assert re.search(r"`(?:app|jobs|integrations)/|key", parts["Kept"])
    assert re.search(r"`tests/[\w/]+\.py`", parts["Shown"])
    assert len(parts["Not promised"].split()) > 3


def test_given_the_promises_when_they_name_commands_then_there_are_such() -> None:
    assert len(PROMISES) == PROMISED.count("\n### ") > 30
    assert set(re.findall(r"`torture ([a-z]+)", PROMISED)) <= set(TORMENTS)
    assert set(re.findall(r"`bench ([a-z]+)", PROMISED)) <= set(BENCHES)


EVENT = re.compile(r"[a-z_]+\.[a-z_]+")
LEVELS = {"info", "warning", "error", "exception"}
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
EVENTS = set(
    re.findall(r"^\| `([a-z_.]+)` \|", (ROOT / "docs" / "events.md").read_text(encoding="utf-8"), re.MULTILINE)
)
SERVES = {"worker", "ticker", "migrate", "go", "reseal", "restored"}  # take no further words
LINES = sorted(set(re.findall(r"^ {4}python3 -m app (.+?)(?: {4}#.*)?$", RUNBOOK, re.MULTILINE)))


def syntax_trees() -> Iterator[ast.AST]:
    for room in ("app", "jobs", "integrations"):
        for path in (ROOT / room).rglob("*.py"):
            if not {"sandbox", "launcher"} & set(path.parts):
                yield ast.parse(path.read_text(encoding="utf-8"))


def words_in(node: ast.AST) -> set[str]:
    return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def logged() -> set[str]:
    """Return every event that a logger is handed by name."""
    calls = (node for tree in syntax_trees() for node in ast.walk(tree) if isinstance(node, ast.Call))
    by_logger = (
        call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in LEVELS and call.args
    )
    return {word for call in by_logger for word in words_in(call.args[0]) if EVENT.fullmatch(word)}


def test_given_the_code_when_it_logs_an_event_then_the_list_of_events_explains_it() -> None:
    everywhere = {word for tree in syntax_trees() for word in words_in(tree)}

    assert len(logged()) > 40
    assert logged() - EVENTS == set()
    assert EVENTS - everywhere == set(), "the list explains what never happens"


def test_given_the_runbook_when_it_names_events_and_metrics_then_there_are_such() -> None:
    named = set(re.findall(r"`([a-z_]+\.[a-z_]+)`", RUNBOOK))
    figures = (ROOT / "app" / "web" / "figures.py").read_text(encoding="utf-8")
    metrics = {name.removesuffix("_total") for name in re.findall(r"\blagniappe_[a-z_]+", RUNBOOK)}

    assert len(named) > 10
    assert named - EVENTS == set()
    assert {name for name in metrics if f'"{name}"' not in figures} == set()


@pytest.mark.parametrize("line", LINES)
def test_given_a_command_in_the_runbook_when_typed_then_it_understands_each_word(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, *words = shlex.split(line)
    command = COMMANDS[name]
    if not command.takes_arguments:
        assert (name in SERVES, words) == (True, [])
        return

    class Understood(Exception):
        """All words were taken; what would be done is another test's."""

    def stop_here(*_: object, **__: object) -> None:
        raise Understood

    module = import_module(command.module)
    monkeypatch.setattr("jobs.logs.start", stop_here)
    with suppress(Understood):
        module.main(words)
        pytest.fail("it went to work")
