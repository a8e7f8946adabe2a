"""Bulk operations: asked for by a mutation, worked off in the background, fetched as lines of JSON."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from graphql import (
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    validate,
    visit,
)

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.store.call import Argument, Call, Info, View
from integrations.sandbox.store.connections import check_page, page
from integrations.sandbox.store.wire import gid, iso, key_of, moment

KIND, PIECES = "bulk_operations", "bulk_pieces"
_AT_ONCE = 5
_MOST_CONNECTIONS, _DEEPEST = 5, 2
_KEPT = timedelta(days=7)
_BAD_ENDS = {"FAILED", "CANCELED", "EXPIRED"}


def bulk_operation_run_query(info: Info, arguments: Mapping[str, Argument]) -> View:
    """Take an operation on; it starts by itself."""
    call, text = info.context, arguments["query"]
    fault = _fault_in(info.schema, text)
    if fault is not None:
        return _refused("INVALID", fault)
    if sum(1 for each in _operations(call) if each["status"] in ("CREATED", "RUNNING")) >= _AT_ONCE:
        return _refused("LIMIT_REACHED", f"Up to {_AT_ONCE} bulk queries may run in a shop at once.")
    operation = {
        "shop": call.shop["domain"],
        "query": text,
        "status": "CREATED",
        "error_code": None,
        "created_at": iso(call.now),
        "completed_at": None,
        "pieces": 0,
        "objects": 0,
        "roots": 0,
        "secret": secrets.token_urlsafe(16),
        "origin": call.origin,
    }
    operation["id"] = call.turn.append(KIND, operation)
    return {"bulkOperation": _view(operation)}


def bulk_operation(_root: object, info: Info, *, id: str) -> View | None:  # noqa: A002 - the schema's name
    """Answer how far an operation is, or null when it is unknown."""
    operation = info.context.owned(KIND, key_of(id, "BulkOperation"))
    return None if operation is None else _view(operation)


def bulk_operations(_root: object, info: Info, **arguments: Argument) -> View:
    """Answer with a page of the operations, the newest first."""
    size = check_page(info, arguments)
    if any(arguments.get(name) for name in ("after", "before", "query", "reverse")):
        raise GraphQLError("The town's store shows its newest exports only.", extensions={"code": "BAD_REQUEST"})
    newest = [_view(each) for each in reversed(_operations(info.context))]
    return page(newest[:size], more=len(newest) > size)


def change_fates(turn: Turn, fates: Sequence[Mapping[str, object]]) -> None:
    """Let the next operations end so: after some pieces as FAILED, CANCELED or EXPIRED. The rest end well."""
    odd = [fate for fate in fates if fate.get("status") not in _BAD_ENDS or not isinstance(fate.get("pieces", 0), int)]
    if odd:
        raise ValueError(f"A fate is a status of {sorted(_BAD_ENDS)} after so many pieces, not {odd[0]}.")
    turn.put("switches", KIND, {"fates": list(fates)})


def draw_fate(turn: Turn) -> Doc | None:
    """Return how the operation that begins now will end, when it is to end badly."""
    fates = (turn.get("switches", KIND) or {"fates": []})["fates"]
    if fates:
        turn.put("switches", KIND, {"fates": fates[1:]})
    return fates[0] if fates else None


def lines(turn: Turn, name: str, now: str) -> Iterator[str] | None:
    """Return the result behind a url's last part, in pieces of text; None when it is unknown or a week old."""
    key, _, secret = name.removesuffix(".jsonl").partition("-")
    operation = turn.get(KIND, key)
    if operation is None or operation["completed_at"] is None or operation["secret"] != secret:
        return None
    if moment(now) - moment(operation["completed_at"]) > _KEPT:
        return None
    pieces = [turn.get(PIECES, f"{key}-{number}") for number in range(operation["pieces"])]
    return (piece["text"] for piece in pieces if piece is not None)


def rows(connection: Mapping[str, Argument], parent: str | None = None) -> Iterator[Doc]:
    """Walk a connection's answer as the flat rows of the result: children follow their parent and name it."""
    nodes = connection.get("nodes") or [edge["node"] for edge in connection.get("edges") or ()]
    for node in nodes:
        inner = {name: value for name, value in node.items() if _is_connection(value)}
        row = {name: value for name, value in node.items() if name not in inner}
        yield row if parent is None else row | {"__parentId": parent}
        for value in inner.values():
            yield from rows(value, node["id"])


def _is_connection(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and set(value) <= {"edges", "nodes", "pageInfo"}


def _operations(call: Call) -> list[Doc]:
    return call.turn.find(KIND, "shop", call.shop["domain"])


def _view(operation: Doc) -> View:
    name = f"{operation['id']}-{operation['secret']}.jsonl"
    file = f"{operation['origin']}/shopify/bulk/{name}" if operation["objects"] else None
    return {
        "id": gid("BulkOperation", operation["id"]),
        "status": operation["status"],
        "errorCode": operation["error_code"],
        "objectCount": str(operation["objects"]),
        "rootObjectCount": str(operation["roots"]),
        "url": file if operation["status"] == "COMPLETED" else None,
        "partialDataUrl": file if operation["status"] == "FAILED" else None,
    }


def _refused(code: str, message: str) -> View:
    return {"userErrors": [{"code": code, "field": ["query"], "message": message}]}


def _fault_in(schema: GraphQLSchema, text: str) -> str | None:
    """Return what is wrong with an inner query, or None."""
    try:
        document = parse(text)
    except GraphQLError as fault:
        return fault.message
    errors = validate(schema, document)
    if errors:
        return errors[0].message
    operation, *more = document.definitions
    if more or not isinstance(operation, OperationDefinitionNode) or operation.operation != OperationType.QUERY:
        return "Give one query."
    if operation.variable_definitions or len(operation.selection_set.selections) != 1:
        return "The query must have no variables, and in this town one field at its root."
    census = _Census(TypeInfo(schema))
    visit(document, TypeInfoVisitor(census.info, census))
    return census.fault()


class _Census(Visitor):
    """Counts the connections of a query, and how deep they lie in each other."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.connections = 0
        self.depth = 0
        self.deepest = 0

    def enter_field(self, *_: object) -> None:
        """Count a connection when one begins."""
        if self._at_connection():
            self.connections += 1
            self.depth += 1
            self.deepest = max(self.deepest, self.depth)

    def leave_field(self, *_: object) -> None:
        """Notice when a connection ends."""
        self.depth -= self._at_connection()

    def fault(self) -> str | None:
        """Return what is wrong with the numbers, or None."""
        if not 1 <= self.connections <= _MOST_CONNECTIONS:
            return f"The query must contain 1 to {_MOST_CONNECTIONS} connections."
        return None if self.deepest <= _DEEPEST else f"Connections may be nested {_DEEPEST} levels deep."

    def _at_connection(self) -> bool:
        kind = self.info.get_type()
        return kind is not None and get_named_type(kind).name.endswith("Connection")
