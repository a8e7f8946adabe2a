"""A schema that stands in for the real one: the twin's own, written down as the real store would answer it."""

import json
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, introspection_from_schema

from integrations.fidelity import schema
from integrations.sandbox.store.engine import SCHEMA


@pytest.fixture
def schema_file(tmp_path: Path) -> Path:
    twin = build_schema(SCHEMA.read_text(encoding="utf-8"), assume_valid=True)
    file = tmp_path / "admin-schema-2026-10.json"
    file.write_text(json.dumps({"data": introspection_from_schema(twin, directive_is_repeatable=True)}))
    return file


@pytest.fixture
def real(schema_file: Path) -> GraphQLSchema:
    return schema.read(schema_file).schema
