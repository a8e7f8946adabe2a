"""Whether the schema that the twin speaks is a true part of the real one: nothing in it is made up or softer."""

from collections.abc import Iterator

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    print_ast,
)

_BUILT_IN = {"String", "Int", "Float", "Boolean", "ID"}


def differences(part: GraphQLSchema, real: GraphQLSchema) -> list[str]:
    """Return everything in the part that the real schema does not have just so."""
    found = [
        difference
        for name, kind in part.type_map.items()
        if not name.startswith("__") and name not in _BUILT_IN
        for difference in _of_type(name, kind, real.type_map.get(name))
    ]
    return sorted([*found, *_roots(part, real), *_directives(part, real)])


def _of_type(name: str, mine: object, real: object) -> Iterator[str]:
    if type(mine) is not type(real):
        yield f"{name} is another kind of thing"
    elif isinstance(mine, GraphQLEnumType) and isinstance(real, GraphQLEnumType):
        # All or nothing: a value that is missing could never be met in practice.
        yield from (f"{name}.{value}" for value in set(mine.values) ^ set(real.values))
    elif isinstance(mine, GraphQLInputObjectType) and isinstance(real, GraphQLInputObjectType):
        yield from _of_places(name, mine.fields, real.fields)
        if mine.is_one_of != real.is_one_of:
            yield f"{name} takes one field or any"
    elif isinstance(mine, GraphQLUnionType) and isinstance(real, GraphQLUnionType):
        strange = {each.name for each in mine.types} - {each.name for each in real.types}
        yield from (f"{name} may not be {each}" for each in strange)
    elif isinstance(mine, GraphQLObjectType | GraphQLInterfaceType):
        yield from _of_fields(name, mine, real)
    elif not isinstance(mine, GraphQLScalarType):
        yield f"{name} is of a kind that nobody compares"


def _of_fields(name: str, mine: GraphQLObjectType | GraphQLInterfaceType, real: object) -> Iterator[str]:
    if not isinstance(real, GraphQLObjectType | GraphQLInterfaceType):
        return
    for field, spoken in mine.fields.items():
        true = real.fields.get(field)
        if true is None:
            yield f"{name}.{field} is made up"
        else:
            if str(true.type) != str(spoken.type):
                yield f"{name}.{field} is {spoken.type}, in truth {true.type}"
            yield from _of_places(f"{name}.{field}", spoken.args, true.args)
    foreign = {each.name for each in mine.interfaces} - {each.name for each in real.interfaces}
    yield from (f"{name} implements {each}" for each in foreign)


def _of_places(
    name: str,
    mine: "dict[str, GraphQLArgument] | dict[str, GraphQLInputField]",
    real: "dict[str, GraphQLArgument] | dict[str, GraphQLInputField]",
) -> Iterator[str]:
    """Compare what can be given: all of it must be there, for a call may only leave out what the store lets it."""
    for place in mine.keys() | real.keys():
        if place not in mine or place not in real:
            yield f"{name}({place}) is {'made up' if place in mine else 'missing'}"
        elif _said(mine[place]) != _said(real[place]):
            yield f"{name}({place}) is {_said(mine[place])}, in truth {_said(real[place])}"


def _said(place: GraphQLArgument | GraphQLInputField) -> str:
    default = place.default
    return f"{place.type} = {print_ast(default.literal)}" if default and default.literal else f"{place.type}"


def _roots(part: GraphQLSchema, real: GraphQLSchema) -> Iterator[str]:
    for mine, true in ((part.query_type, real.query_type), (part.mutation_type, real.mutation_type)):
        if mine is not None and (true is None or mine.name != true.name):
            yield f"{mine.name} is no root"


def _directives(part: GraphQLSchema, real: GraphQLSchema) -> Iterator[str]:
    known = {each.name: each for each in real.directives}
    for each in part.directives:
        true = known.get(each.name)
        if true is None:
            yield f"@{each.name} is made up"
        elif each.name in _SPOKEN:
            yield from _of_places(f"@{each.name}", each.args, true.args)
            yield from (f"@{each.name} on {place.name}" for place in set(each.locations) - set(true.locations))


_SPOKEN = {"idempotent", "include", "skip"}  # the rest describe a schema and are never sent
