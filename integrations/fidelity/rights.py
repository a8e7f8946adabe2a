"""Whether the twin asks for the rights that the real schema asks for.

Shopify's own description of the schema says what each type and field requires. A plain introspection answer of one's
own store does not: then nothing is compared, and `readable` says so.
"""

import re
from collections.abc import Iterator

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type

from integrations.fidelity.schema import Real
from integrations.sandbox.store import access

_SCOPE = re.compile(r"`((?:read_|write_)?[a-z_]+)` access scope")
_ROOTS = {"QueryRoot", "Mutation"}


def readable(real: Real) -> bool:
    """Return whether this description of the schema tells the rights."""
    return any(each.get("requiredAccess") for each in real.described.values())


def differences(part: GraphQLSchema, real: Real) -> list[str]:
    """Return where the twin lets somebody in whom the real store would turn away."""
    if not readable(real):
        return []
    kinds = [kind for name, kind in part.type_map.items() if isinstance(kind, GraphQLObjectType) and name[:2] != "__"]
    return sorted([*_of_types(kinds, real), *_of_mutations(part, real), *_of_persons(kinds, real)])


def scopes_in(words: str | None, *, writes: bool = False) -> frozenset[str]:
    """Return the scopes of which one is required; a scope named without its verb is of the kind asked for."""
    first, *_ = (words or "").partition(" Also:")
    verb = "write_" if writes else "read_"
    return frozenset(
        name if name.startswith(("read_", "write_")) else f"{verb}{name}" for name in _SCOPE.findall(first)
    )


def _of_types(kinds: list[GraphQLObjectType], real: Real) -> Iterator[str]:
    for kind in kinds:
        required = scopes_in(real.described[kind.name].get("requiredAccess"))
        asked = frozenset(access.TYPES.get(kind.name, ()))
        if asked and not required:
            yield f"{kind.name}: the twin asks for {_listed(asked)}, the store for nothing"
        elif asked - required:
            yield f"{kind.name}: {_listed(asked - required)} would not open it, {_listed(required)} would"
        elif required and not asked and not _behind(kind.name, kinds, set()):
            yield f"{kind.name}: the twin asks for nothing, the store for {_listed(required)}"


def _behind(name: str, kinds: list[GraphQLObjectType], seen: set[str]) -> bool:
    """Return whether every way to this type leads through a type or a mutation that is guarded."""
    seen.add(name)
    ways = [
        (kind.name, field)
        for kind in kinds
        for field, leads in kind.fields.items()
        if get_named_type(leads.type).name == name and kind.name not in seen
    ]
    return all(_guarded(holder, field) or _behind_further_up(holder, kinds, seen) for holder, field in ways)


def _guarded(holder: str, field: str) -> bool:
    return field in access.MUTATIONS if holder == "Mutation" else holder in access.TYPES


def _behind_further_up(holder: str, kinds: list[GraphQLObjectType], seen: set[str]) -> bool:
    return holder not in _ROOTS and _behind(holder, kinds, seen)


def _of_mutations(part: GraphQLSchema, real: Real) -> Iterator[str]:
    described = {each["name"]: each for each in real.described["Mutation"]["fields"]}
    for name in part.mutation_type.fields if part.mutation_type else ():
        required = scopes_in(described[name].get("requiredAccess"), writes=True)
        asked = access.MUTATIONS.get(name)
        if asked is None and required:
            yield f"{name}: the twin asks for nothing, the store for {_listed(required)}"
        elif asked is not None and required and asked not in required:
            yield f"{name}: {asked} would not open it, {_listed(required)} would"


def _of_persons(kinds: list[GraphQLObjectType], real: Real) -> Iterator[str]:
    """Compare what is personal data; the twin may guard it one step earlier, at the field that leads there."""
    for kind in kinds:
        for field in real.described[kind.name]["fields"]:
            if field.get("isProtected") and field["name"] in kind.fields:
                subject = field["protectedContent"]
                if subject not in _guards(kind.name, field["name"], kinds):
                    yield f"{kind.name}.{field['name']} is protected ({subject}), and the twin gives it away"


def _guards(name: str, field: str, kinds: list[GraphQLObjectType]) -> set[str]:
    own = access.PERSONAL.get((name, field))
    if own is not None:
        return {own}
    leading = [
        access.PERSONAL.get((kind.name, way))
        for kind in kinds
        for way, leads in kind.fields.items()
        if get_named_type(leads.type).name == name
    ]
    return set() if None in leading else {subject for subject in leading if subject is not None}


def _listed(scopes: frozenset[str]) -> str:
    return " or ".join(sorted(scopes))
