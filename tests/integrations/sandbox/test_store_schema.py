"""The schema that the twin speaks is a true part of the real one, and enough for the app."""

import os
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    parse,
    print_schema,
    validate,
)

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
    real = client_schema(full_schema(Path(REAL)))
    differences = [
        difference
        for name, kind in part.type_map.items()
        if not name.startswith("__") and name not in ("String", "Int", "Float", "Boolean", "ID")
        for difference in _differences(name, kind, real.type_map.get(name))
    ]

    assert differences == []
    assert {each.name for each in part.directives} <= {each.name for each in real.directives}
    assert len(part.type_map) > 60


def _differences(name: str, mine: object, real: object) -> list[str]:
    if type(mine) is not type(real):
        return [f"{name} is another kind of thing"]
    if isinstance(mine, GraphQLEnumType) and isinstance(real, GraphQLEnumType):
        return [f"{name}.{value}" for value in set(mine.values) ^ set(real.values)]
    if isinstance(mine, GraphQLInputObjectType) and isinstance(real, GraphQLInputObjectType):
        return [f"{name} takes other input"] if _shape(mine) != _shape(real) else []
    if isinstance(mine, GraphQLObjectType | GraphQLInterfaceType):
        assert isinstance(real, GraphQLObjectType | GraphQLInterfaceType)
        wrong = [field for field, shape in _fields(mine).items() if _fields(real).get(field) != shape]
        foreign = {each.name for each in mine.interfaces} - {each.name for each in real.interfaces}
        return [f"{name}.{field}" for field in wrong] + [f"{name} implements {each}" for each in foreign]
    return []


def _shape(kind: GraphQLInputObjectType) -> dict[str, str]:
    return {name: str(field.type) for name, field in kind.fields.items()}


def _fields(kind: GraphQLObjectType | GraphQLInterfaceType) -> dict[str, tuple[str, dict[str, str]]]:
    return {
        name: (str(field.type), {arg: str(each.type) for arg, each in field.args.items()})
        for name, field in kind.fields.items()
    }
