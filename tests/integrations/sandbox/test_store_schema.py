"""The schema that the twin speaks is a true part of the real one, and enough for the app."""

import os
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, print_schema, validate

from integrations.fidelity import rights, schema
from integrations.fidelity.part import differences
from integrations.sandbox.store.subset import client_schema, documents, full_schema, subset

SCHEMA = Path(__file__).parents[3] / "integrations" / "sandbox" / "store" / "schema.graphqls"
REAL = os.environ.get("SHOPIFY_ADMIN_SCHEMA", "")
needs_the_real_one = pytest.mark.skipif(not REAL, reason="SHOPIFY_ADMIN_SCHEMA names no introspection file")


@pytest.fixture(scope="module")
def part() -> GraphQLSchema:
    return build_schema(SCHEMA.read_text(encoding="utf-8"), assume_valid=True)


@pytest.mark.parametrize("name", sorted(documents()))
def test_given_a_document_of_the_app_when_validated_then_the_twin_understands_it(
    part: GraphQLSchema, name: str
) -> None:
    assert validate(part, parse(documents()[name])) == []


@needs_the_real_one
def test_given_the_real_schema_when_cut_again_then_it_is_the_schema_in_the_folder() -> None:
    cut = client_schema(subset(full_schema(Path(REAL)), documents()))

    assert print_schema(cut).strip() == SCHEMA.read_text(encoding="utf-8").strip()


@needs_the_real_one
def test_given_the_real_schema_when_compared_then_nothing_in_the_part_is_made_up(part: GraphQLSchema) -> None:
    real = schema.read(Path(REAL))

    assert differences(part, real.schema) == []
    assert rights.differences(part, real) == []
    assert rights.readable(real)
    assert len(part.type_map) > 60
