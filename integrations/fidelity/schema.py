"""The real Admin schema, read from an introspection answer, with scalars that look at what they are given."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from graphql import GraphQLError, GraphQLScalarType, GraphQLSchema

from integrations.sandbox.store.subset import client_schema, full_schema

_VERSION = re.compile(r"(?<!\d)20\d{2}-(01|04|07|10)(?!\d)")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """The schema twice: as graphql-core works with it, and each type as Shopify describes it."""

    version: str  # as the file's name says; "" where it says none
    schema: GraphQLSchema
    described: Mapping[str, Mapping[str, Any]]


def read(path: Path) -> Real:
    """Return the schema in an introspection file, plain or gzipped. Raises OSError or ValueError for what is none."""
    try:
        part = full_schema(path)
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise ValueError(f"{path} holds no introspection answer") from fault
    schema = client_schema(part)
    for name, fits in SCALARS.items():
        scalar = schema.get_type(name)
        if isinstance(scalar, GraphQLScalarType):
            scalar.coerce_input_value = _strictly(name, fits)
    found = _VERSION.search(path.name)
    described = {each["name"]: each for each in part["types"]}
    return Real(version=found[0] if found else "", schema=schema, described=described)


def is_decimal(value: object) -> bool:
    """Return whether this is how the store writes amounts: as text."""
    return isinstance(value, str) and _DECIMAL.fullmatch(value) is not None


def is_whole(value: object) -> bool:
    """Return whether this is how the store writes numbers that may outgrow 32 bits: as text."""
    return isinstance(value, str) and value.isdecimal()


def is_moment(value: object) -> bool:
    """Return whether this is a moment with its zone."""
    if not isinstance(value, str):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def is_address(value: object) -> bool:
    """Return whether this can be followed."""
    return isinstance(value, str) and value.startswith(("https://", "http://127.0.0.1", "http://localhost"))


# A schema read from an introspection answer takes anything for a scalar that it does not know.
SCALARS: Mapping[str, Callable[[object], bool]] = {
    "Money": is_decimal,
    "Decimal": is_decimal,
    "UnsignedInt64": is_whole,
    "DateTime": is_moment,
    "URL": is_address,
}


def _strictly(name: str, fits: Callable[[object], bool]) -> Callable[[object], object]:
    def coerce(value: object) -> object:
        if not fits(value):
            raise GraphQLError(f"{value!r} is no {name}")
        return value

    return coerce
