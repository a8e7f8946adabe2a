"""Pages of things, with the store's limits and opaque cursors."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLError

from integrations.sandbox.store.call import Argument, Info, View

PAGE_LIMIT = 250


def connection(views: Callable[[], Sequence[View]]) -> Callable[..., View]:
    """Return the resolver of a connection over a short list, built only when asked for."""

    def resolve(info: Info, **arguments: Argument) -> View:
        nodes = list(views())
        if info.context.root_page is not None:
            return page(nodes)
        return _cut(nodes, check_page(info, arguments), arguments)

    return resolve


def check_page(info: Info, arguments: dict[str, Any]) -> int:
    """Return the page's size; raise GraphQLError as the store does when it is missing or out of bounds."""
    size = arguments.get("first") or arguments.get("last")
    if size is None:
        raise _bad(f"you must provide one of first or last for {info.field_name}")
    if not 1 <= size <= PAGE_LIMIT:
        raise _bad(f"first or last of {info.field_name} must be between 1 and {PAGE_LIMIT}, not {size}")
    return int(size)


def page(nodes: Sequence[View], *, more: bool = False, cursor: str | None = None) -> View:
    """Return a page in both spellings, nodes and edges; the last node's id is a cursor in want of one."""
    end = cursor_of([nodes[-1]["id"]]) if nodes else None
    return {
        "nodes": nodes,
        "edges": [{"node": node} for node in nodes],
        "pageInfo": {"hasNextPage": more, "endCursor": cursor or end},
    }


def cursor_of(place: Sequence[object]) -> str:
    """Return an opaque cursor for a place in a sorted list."""
    return base64.urlsafe_b64encode(json.dumps(list(place)).encode()).decode()


def place_of(cursor: str) -> tuple[Any, ...]:
    """Read a cursor; raise GraphQLError for one that the store never gave out."""
    try:
        return tuple(json.loads(base64.urlsafe_b64decode(cursor)))
    except (binascii.Error, ValueError, TypeError) as fault:
        raise _bad(f"Invalid cursor for current pagination sort: {cursor}") from fault


def _cut(nodes: list[View], size: int, arguments: dict[str, Any]) -> View:
    if arguments.get("before"):
        raise _bad("The town's store does not page backwards.")
    ordered = nodes[::-1] if arguments.get("reverse") else nodes
    if arguments.get("last"):
        return page(ordered[-size:])
    ahead = _after(ordered, arguments.get("after"))
    return page(ahead[:size], more=len(ahead) > size)


def _after(nodes: list[View], cursor: str | None) -> list[View]:
    if cursor is None:
        return nodes
    (last,) = place_of(cursor)
    places = [node["id"] for node in nodes]
    return nodes[places.index(last) + 1 :] if last in places else []


def _bad(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_REQUEST"})
