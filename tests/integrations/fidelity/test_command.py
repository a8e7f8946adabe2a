"""The command, as a person types it."""

from pathlib import Path

import pytest

from app.config import Settings
from integrations.fidelity import command
from integrations.shopify.client import API_VERSION

Screen = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def no_schema_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "settings", lambda: Settings.model_construct(shopify_admin_schema=""))


def test_given_no_schema_when_asked_then_one_line_says_how_to_get_one(capsys: Screen) -> None:
    assert command.main([]) == 0
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "docs/fidelity.md" in said


def test_given_a_schema_when_asked_then_every_document_has_its_line(capsys: Screen, schema_file: Path) -> None:
    assert command.main(["--schema", str(schema_file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("valid") for line in lines) == len(command.all_documents())
    assert lines[-1].endswith("on 2026-10: 0 faults")


def test_given_a_document_with_a_fault_when_asked_then_it_is_named_and_the_code_is_1(
    capsys: Screen, schema_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "all_documents", lambda: {"shop": "query Shop { shop { colour } }"})

    assert command.main(["--schema", str(schema_file)]) == 1
    assert "shop: Cannot query field 'colour'" in capsys.readouterr().out


def test_given_a_schema_of_another_version_when_asked_then_it_is_a_fault(capsys: Screen, schema_file: Path) -> None:
    older = schema_file.rename(schema_file.with_name("admin-schema-2026-07.json"))

    assert command.main(["--schema", str(older)]) == 1
    assert f"the client asks for {API_VERSION}, the schema is 2026-07" in capsys.readouterr().out


def test_given_a_configuration_of_another_version_when_asked_then_it_is_a_fault(
    capsys: Screen, schema_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shopify.app.toml").write_text('[webhooks]\napi_version = "2026-07"\n')
    monkeypatch.setattr(command, "ROOT", tmp_path)

    assert command.main(["--schema", str(schema_file)]) == 1
    assert "for webhooks of 2026-07" in capsys.readouterr().out


def test_given_a_recording_with_a_fault_when_asked_then_the_code_is_1(
    capsys: Screen, schema_file: Path, tmp_path: Path
) -> None:
    recorded = tmp_path / "1.jsonl"
    recorded.write_text('{"operation": "A", "query": "query A { shop { colour } }", "variables": {}}\n')

    assert command.main(["--schema", str(schema_file), "--recorded", str(recorded)]) == 1
    assert "A: Cannot query field 'colour'" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["no json", "[]", "{}"])
def test_given_a_file_that_is_no_schema_when_asked_then_one_line_and_code_2(
    capsys: Screen, tmp_path: Path, text: str
) -> None:
    odd = tmp_path / "odd.json"
    odd.write_text(text)

    assert command.main(["--schema", str(odd)]) == 2
    assert capsys.readouterr().out == f"fidelity: {odd} holds no introspection answer\n"


def test_given_a_file_that_is_not_there_when_asked_then_one_line_names_it(capsys: Screen, tmp_path: Path) -> None:
    assert command.main(["--schema", str(tmp_path / "none.json")]) == 2
    assert capsys.readouterr().out == f"fidelity: {tmp_path / 'none.json'} cannot be read: No such file or directory\n"
