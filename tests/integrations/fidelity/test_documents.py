"""What the check of documents finds."""

from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema

from integrations.fidelity import documents

REFUND = "mutation Give($input: RefundInput!) { refundCreate(input: $input)%s { userErrors { message } } }"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("query A { shop { id colour } }", "Cannot query field 'colour'"),
        ("query A { shop { id }", "Expected Name"),
        ("query A($id: Int!) { order(id: $id) { id } }", "used in position expecting type 'ID!'"),
        ("query A { order { id } }", "is required"),
        ("{ shop { id } }", "no name"),
        ("query A { shop { id } } query B { shop { id } }", "2 operations"),
        (REFUND % "", "refused without @idempotent"),
    ],
)
def test_given_a_document_with_a_fault_when_checked_then_it_is_named(
    real: GraphQLSchema, text: str, fault: str
) -> None:
    assert fault in " ".join(documents.faults(real, text))


def test_given_a_sound_document_when_checked_then_nothing_is_said(real: GraphQLSchema) -> None:
    assert documents.faults(real, "query A { shop { id } }") == []
    assert documents.faults(real, REFUND % ' @idempotent(key: "k")') == []


@pytest.mark.parametrize(
    "text", ["query A { old }", "query A { new(by: 1) }", "query A { new(in: {was: 1}) }", "query A { new(as: OLD) }"]
)
def test_given_anything_deprecated_when_checked_then_it_is_a_fault(text: str) -> None:
    schema = build_schema("""
        enum Way { OLD @deprecated(reason: "gone soon") NEW }
        input In { was: Int @deprecated(reason: "gone soon") is: Int }
        type Query { old: Int @deprecated(reason: "gone soon")
                     new(by: Int @deprecated(reason: "gone soon"), in: In, as: Way): Int }
    """)

    assert "gone soon" in " ".join(documents.faults(schema, text))


def test_given_two_documents_of_one_name_when_compared_then_the_name_is_told() -> None:
    texts = {"a": "query A { x }", "b": "query A { y }", "c": "query C { z }"}

    assert documents.repeated(texts) == ["A"]


def test_given_code_and_documents_when_compared_then_neither_is_there_without_the_other(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text('api.ask("kept", {})\napi.do("lost", {})\n')

    assert documents.unused({"kept", "idle"}, tmp_path) == ["idle"]
    assert documents.missing({"kept", "idle"}, tmp_path) == ["lost"]
