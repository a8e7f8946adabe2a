"""What the documents name is there."""

import re
from pathlib import Path

import pytest

from app.launcher.commands import COMMANDS

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
