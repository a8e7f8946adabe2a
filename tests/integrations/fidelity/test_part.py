"""What the comparison of the twin's schema with the real one finds."""

import pytest
from graphql import build_schema

from integrations.fidelity import part, rights
from integrations.fidelity.schema import Real

REAL = """
    directive @idempotent(key: String!) on FIELD
    enum Way { LEFT RIGHT }
    input In { much: Int! often: Int = 1 }
    interface Node { id: ID! }
    type Order implements Node { id: ID! note: String kept(first: Int): [String!]! }
    type Query { order(id: ID!, in: In, way: Way): Order }
"""


@pytest.mark.parametrize(
    ("change", "to", "found"),
    [
        ("note: String", "colour: String", "Order.colour is made up"),
        ("note: String", "note: Int", "Order.note is Int, in truth String"),
        ("note: String", "note: String!", "Order.note is String!, in truth String"),
        ("kept(first: Int)", "kept", "Order.kept(first) is missing"),
        ("kept(first: Int)", "kept(first: Int!)", "Order.kept(first) is Int!, in truth Int"),
        ("LEFT RIGHT", "LEFT", "Way.RIGHT"),
        ("LEFT RIGHT", "LEFT RIGHT UP", "Way.UP"),
        ("much: Int!", "much: Int", "In(much) is Int, in truth Int!"),
        ("often: Int = 1", "often: Int = 2", "In(often) is Int = 2, in truth Int = 1"),
        ("implements Node ", "", None),
        ("(key: String!)", "(key: String)", "@idempotent(key) is String, in truth String!"),
        ("on FIELD", "on FIELD | QUERY", "@idempotent on QUERY"),
    ],
)
def test_given_a_twin_that_differs_when_compared_then_it_is_told(change: str, to: str, found: str | None) -> None:
    twin = build_schema(REAL.replace(change, to), assume_valid=True)

    assert part.differences(twin, build_schema(REAL)) == ([found] if found else [])


def test_given_less_than_the_whole_when_compared_then_it_is_a_true_part() -> None:
    twin = build_schema("type Order { note: String } type Query { x: Order }")
    whole = build_schema("type Order { note: String more: Int } type Query { x: Order y: Order }")

    assert part.differences(twin, whole) == []


@pytest.mark.parametrize(
    ("words", "scopes"),
    [
        (
            "`read_orders` access scope or `read_marketplace_orders` access scope.",
            {"read_orders", "read_marketplace_orders"},
        ),
        ("`write_order_edits` access scope. Also: The user must have `x` access scope.", {"write_order_edits"}),
        ("`orders` access scope.", {"read_orders"}),
        ("The user must have manage_abandoned_checkouts permission.", set()),
        (None, set()),
    ],
)
def test_given_the_words_of_the_schema_when_read_then_its_scopes_are_known(words: str | None, scopes: set[str]) -> None:
    assert rights.scopes_in(words) == scopes


def described(name: str, **says: object) -> dict[str, object]:
    return {"name": name, "requiredAccess": None, "fields": []} | says


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (described("Order", requiredAccess="`read_orders` access scope."), []),
        (described("Order", requiredAccess="`read_secrets` access scope."), ["Order: read_orders would not open it"]),
        (described("Order"), ["Order: the twin asks for read_orders, the store for nothing"]),
        (
            described(
                "Order",
                requiredAccess="`read_orders` access scope.",
                fields=[{"name": "note", "isProtected": True, "protectedContent": "name"}],
            ),
            ["Order.note is protected (name), and the twin gives it away"],
        ),
    ],
)
def test_given_rights_that_differ_when_compared_then_it_is_told(order: dict[str, object], found: list[str]) -> None:
    twin = build_schema("type Order { note: String } type QueryRoot { order: Order } schema { query: QueryRoot }")
    known = {
        "Order": order,
        "QueryRoot": described("QueryRoot"),
        "Mutation": described("Mutation"),
        "Other": described("Other", requiredAccess="something"),
    }
    real = Real(version="2026-10", schema=twin, described=known)

    told = rights.differences(twin, real)

    assert len(told) == len(found)
    assert all(line.startswith(start) for line, start in zip(told, found, strict=True))


def test_given_a_type_that_needs_a_right_and_a_twin_that_asks_for_none_when_compared_then_it_is_told() -> None:
    twin = build_schema("type Locker { note: String } type QueryRoot { x: Locker } schema { query: QueryRoot }")
    known = {
        "Locker": described("Locker", requiredAccess="`read_lockers` access scope."),
        "QueryRoot": described("QueryRoot"),
        "Mutation": described("Mutation"),
    }

    assert rights.differences(twin, Real(version="", schema=twin, described=known)) == [
        "Locker: the twin asks for nothing, the store for read_lockers"
    ]


@pytest.mark.parametrize(("mutation", "told"), [("refundCreate", 0), ("tagsAdd", 1)])
def test_given_a_type_that_only_a_mutation_brings_when_compared_then_the_mutations_guard_counts(
    mutation: str, told: int
) -> None:
    twin = build_schema(
        f"type Fault {{ note: String }} type Payload {{ faults: [Fault] }} type Mutation {{ {mutation}: Payload }}"
        "type QueryRoot { x: Int } schema { query: QueryRoot mutation: Mutation }"
    )
    known = {
        "Fault": described("Fault", requiredAccess="`read_orders` access scope."),
        "Mutation": described("Mutation", fields=[{"name": mutation}]),
        **{name: described(name) for name in ("Payload", "QueryRoot")},
    }

    assert len(rights.differences(twin, Real(version="", schema=twin, described=known))) == told
