"""What was said to a store and answered by the twin, held against the real schema."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLType,
    get_operation_ast,
    get_variable_values,
    parse,
    type_from_ast,
)

from integrations.fidelity import answers, documents

_INNER = "bulkOperationRunQuery"  # its variable `query` is a document itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One request, and the data that the twin answered; None where another than the twin did."""

    operation: str
    query: str
    variables: Mapping[str, Any]
    data: object = None


def read(path: Path) -> Iterator[Recorded]:
    """Yield what a file of lines holds. Raises ValueError where it is no recording."""
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            said = json.loads(line)
            yield Recorded(
                operation=said["operation"], query=said["query"], variables=said["variables"], data=said.get("data")
            )
        except (KeyError, TypeError, ValueError) as fault:
            raise ValueError(f"{path} is no recording") from fault


def faults(schema: GraphQLSchema, recorded: Recorded) -> list[str]:
    """Return why the real store would not take the request, or would not answer so."""
    found = documents.refusals(schema, recorded.query)
    if found:
        return found
    document = parse(recorded.query)
    found = [*_variables(schema, document, recorded.variables), *_inner(schema, recorded)]
    if recorded.data is not None:
        found += [f"answer: {fault}" for fault in answers.faults(schema, document, recorded.data)]
    return found


def replay(schema: GraphQLSchema, recordings: Iterable[Recorded]) -> tuple[int, list[str]]:
    """Return how many different requests and answers there were, and a line for each fault."""
    seen: set[str] = set()
    lines: list[str] = []
    for each in recordings:
        key = f"{each.query}\0{json.dumps(each.variables, sort_keys=True)}\0{json.dumps(each.data, sort_keys=True)}"
        if key not in seen:
            seen.add(key)
            lines += [f"{each.operation or 'unnamed'}: {fault}" for fault in faults(schema, each)]
    return len(seen), sorted(set(lines))


def _variables(schema: GraphQLSchema, document: DocumentNode, given: Mapping[str, Any]) -> Iterator[str]:
    operation = get_operation_ast(document)
    definitions = (operation.variable_definitions or ()) if operation else ()
    known = {each.variable.name.value: type_from_ast(schema, each.type) for each in definitions}
    yield from (f"${name} is no variable of it" for name in given.keys() - known.keys())
    values = get_variable_values(schema, definitions, dict(given))
    if isinstance(values, list):
        yield from (error.message for error in values)
        return
    for name, kind in known.items():
        if name in given and kind is not None:
            yield from _deprecated(kind, given[name], f"${name}")


def _deprecated(kind: GraphQLType, value: object, path: str) -> Iterator[str]:
    """Yield what is out of use in a value: the validation of documents sees only what is written in them."""
    if isinstance(kind, GraphQLNonNull):
        yield from _deprecated(kind.of_type, value, path)
    elif isinstance(kind, GraphQLList):
        for each in value if isinstance(value, list) else [value]:
            yield from _deprecated(kind.of_type, each, path)
    elif isinstance(kind, GraphQLEnumType) and isinstance(value, str):
        if kind.values[value].deprecation_reason is not None:
            yield f"{path}: {kind}.{value} is deprecated"
    elif isinstance(kind, GraphQLInputObjectType) and isinstance(value, dict):
        for name, each in value.items():
            if kind.fields[name].deprecation_reason is not None:
                yield f"{path}: {kind}.{name} is deprecated"
            yield from _deprecated(kind.fields[name].type, each, f"{path}.{name}")


def _inner(schema: GraphQLSchema, recorded: Recorded) -> Iterator[str]:
    inner = recorded.variables.get("query")
    if _INNER in recorded.query and isinstance(inner, str) and not _refused(recorded.data):
        yield from (f"the inner query: {fault}" for fault in documents.refusals(schema, inner))


def _refused(data: object) -> bool:
    payloads = data.values() if isinstance(data, dict) else ()
    return any(isinstance(each, dict) and each.get("userErrors") for each in payloads)
