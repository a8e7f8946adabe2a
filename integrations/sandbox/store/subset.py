"""Cuts the part that our documents use out of a full Admin schema: the twin answers nothing made up.

    python -m integrations.sandbox.store.subset admin-schema.json[.gz] > schema.graphqls

Fields keep all their arguments, enums all their values, input objects all their fields: what the real schema
demands of a call, this one demands as well.
"""

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from graphql import (
    FieldNode,
    GraphQLSchema,
    IntrospectionQuery,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_client_schema,
    get_named_type,
    parse,
    print_schema,
    visit,
)

DOCUMENTS = Path(__file__).parents[2] / "shopify" / "queries"
_DIRECTIVES = {"idempotent", "include", "skip", "deprecated", "specifiedBy"}

Json = dict[str, Any]


def full_schema(path: Path) -> Json:
    """Read an introspection answer, plain or gzipped, and return its `__schema` part."""
    raw = path.read_bytes()
    answer = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    schema: Json = answer.get("data", answer)["__schema"]
    return schema


def documents(folder: Path = DOCUMENTS) -> Mapping[str, str]:
    """Return every document by its file's name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.graphql"))}


def subset(full: Json, texts: Mapping[str, str]) -> Json:
    """Return the `__schema` part with only what the documents use and what that needs."""
    schema = client_schema(full)
    fields = _used_fields(schema, texts)
    types = {each["name"]: each for each in full["types"]}
    names = set(fields) | set(_reached(types, fields))
    _share_interfaces(types, names, fields)
    return full | {
        "description": None,
        "types": [_cut(types[name], names, fields) for name in sorted(names)],
        "directives": [_plain_field(each) for each in full["directives"] if each["name"] in _DIRECTIVES],
    }


def client_schema(part: Json) -> GraphQLSchema:
    """Build a schema from a `__schema` part."""
    # assume_valid: the real one deprecates implementations of interface fields, which strict checks refuse.
    return build_client_schema(cast("IntrospectionQuery", {"__schema": part}), assume_valid=True)


def _used_fields(schema: GraphQLSchema, texts: Mapping[str, str]) -> dict[str, set[str]]:
    fields: dict[str, set[str]] = defaultdict(set)
    info = TypeInfo(schema)

    class Collector(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            parent, kind = info.get_parent_type(), info.get_type()
            if parent is None or kind is None:
                raise ValueError(f"The full schema has no field {node.name.value} here.")
            fields[parent.name].add(node.name.value)
            if hasattr(get_named_type(kind), "fields"):
                fields.setdefault(get_named_type(kind).name, set())

    for text in texts.values():
        visit(parse(text), TypeInfoVisitor(info, Collector()))
    return dict(fields)


def _reached(types: Mapping[str, Json], fields: Mapping[str, set[str]]) -> Iterator[str]:
    """Walk from the used fields over arguments and inputs to every scalar, enum and input they need."""
    seen: set[str] = set()
    ahead = [
        _name(place["type"])
        for name, used in fields.items()
        for field in types[name]["fields"]
        if field["name"] in used
        for place in (field, *field["args"])
    ]
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            yield name
            ahead.extend(_name(each["type"]) for each in types[name]["inputFields"] or ())


def _share_interfaces(types: Mapping[str, Json], names: set[str], fields: dict[str, set[str]]) -> None:
    for name in names & set(fields):
        for interface in types[name]["interfaces"] or ():
            fields[name] |= fields.get(interface["name"], set())


def _cut(kind: Json, names: set[str], fields: Mapping[str, set[str]]) -> Json:
    used = fields.get(kind["name"], set())
    return _plain(kind) | {
        "fields": kind["fields"] and [_plain_field(field) for field in kind["fields"] if field["name"] in used],
        "inputFields": kind["inputFields"] and [_plain(each) for each in kind["inputFields"]],
        "enumValues": kind["enumValues"] and [_plain(each) for each in kind["enumValues"]],
        "interfaces": kind["interfaces"] and [each for each in kind["interfaces"] if each["name"] in names],
        "possibleTypes": kind["possibleTypes"] and [each for each in kind["possibleTypes"] if each["name"] in names],
        "specifiedByURL": None,
    }


def _plain_field(field: Json) -> Json:
    return _plain(field) | {"args": [_plain(each) for each in field["args"]]}


def _plain(described: Json) -> Json:
    return described | {"description": None, "isDeprecated": False, "deprecationReason": None}


def _name(kind: Json) -> str:
    while kind["ofType"]:
        kind = kind["ofType"]
    name: str = kind["name"]
    return name


def main() -> int:
    """Print the subset of the schema named on the command line."""
    cut = client_schema(subset(full_schema(Path(sys.argv[1])), documents()))
    sys.stdout.write(print_schema(cut) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
