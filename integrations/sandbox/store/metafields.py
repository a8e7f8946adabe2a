"""Metafields: marks that an app leaves on an order or a customer, set all at once or not at all."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import date

from graphql import GraphQLError

from integrations.sandbox.books import Doc
from integrations.sandbox.store.access import demand
from integrations.sandbox.store.call import Argument, Call, Info, Refused, View
from integrations.sandbox.store.connections import check_page, page
from integrations.sandbox.store.wire import gid, iso, key_of

_OWNERS = {"Order": ("orders", "write_orders"), "Customer": ("customers", "write_customers")}
_AT_ONCE = 25
_KEY = re.compile(r"(?a:[\w-]{2,64})")
_LONG_AGO = "2026-01-01T00:00:00Z"  # of fields in books from before this was kept
_SHORTEST_KEY, _SHORTEST_NAMESPACE, _LONGEST_NAMESPACE = 2, 3, 255
_TEXT_TYPES = ("single_line_text_field", "multi_line_text_field")


def metafield_connection(owner: Doc) -> Callable[..., View]:
    """Return the resolver of an owner's metafields."""

    def resolve(info: Info, **arguments: Argument) -> View:
        size = check_page(info, arguments)
        namespace, keys = arguments.get("namespace"), arguments.get("keys")
        wanted = [
            each
            for each in owner["metafields"]
            if namespace in (None, each["namespace"]) and (keys is None or each["key"] in keys)
        ]
        return page([_view(each) for each in wanted[:size]], more=len(wanted) > size)

    return resolve


def metafields_set(info: Info, arguments: Mapping[str, Argument]) -> View:
    """Set up to 25 metafields; one refusal refuses them all."""
    call, entries = info.context, arguments["metafields"]
    if len(entries) > _AT_ONCE:
        return _refused(_error("LESS_THAN_OR_EQUAL_TO", f"Up to {_AT_ONCE} metafields at once."))
    owners = _owners(call, entries)
    errors = [fault for at, each in enumerate(entries) for fault in _faults(owners, at, each)]
    if errors:
        return _refused(*errors)
    now = iso(call.now)
    fields = [_set(owners[each["ownerId"]], call.turn.next_id("metafields"), each, now) for each in entries]
    for global_id, owner in owners.items():
        call.turn.put(_owner_kind(global_id)[0], owner["id"], owner)
    return {"metafields": [_view(each) for each in fields]}


def metafield(owner: Doc) -> Callable[..., View | None]:
    """Return the resolver of one of an owner's metafields, by its name."""

    def resolve(_info: Info, *, key: str, namespace: str | None = None) -> View | None:
        found = _known(owner, {"namespace": namespace, "key": key})
        return None if found is None else _view(found)

    return resolve


def metafields_delete(info: Info, arguments: Mapping[str, Argument]) -> View:
    """Delete metafields; one that is not there is no error, and is told of with a null."""
    call, names = info.context, arguments["metafields"]
    if len(names) > _AT_ONCE:
        raise Refused(f"Up to {_AT_ONCE} metafields at once.", "metafields")
    owners = _owners(call, names)
    for at, each in enumerate(names):
        if each["ownerId"] not in owners:
            raise Refused("Owner does not exist.", "metafields", str(at), "ownerId")
    gone = [_deleted(owners[each["ownerId"]], each) for each in names]
    for global_id, owner in owners.items():
        call.turn.put(_owner_kind(global_id)[0], owner["id"], owner)
    return {"deletedMetafields": gone}


def _deleted(owner: Doc, name: Doc) -> View | None:
    known = _known(owner, name)
    owner["metafields"] = [each for each in owner["metafields"] if each is not known]
    return None if known is None else {"key": known["key"]}


def _owners(call: Call, metafields: list[Doc]) -> dict[str, Doc]:
    """Return the owners by global id; raise GraphQLError where the app may not write."""
    found = {}
    for global_id in {each["ownerId"] for each in metafields}:
        kind, scope = _owner_kind(global_id)
        demand(call, scope, "metafieldsSet")
        key = key_of(global_id, *_OWNERS)
        owner = call.order(key) if kind == "orders" else call.owned(kind, key)
        if owner is not None:
            found[global_id] = owner
    return found


def _owner_kind(global_id: str) -> tuple[str, str]:
    for name, (kind, scope) in _OWNERS.items():
        if key_of(global_id, name):
            return kind, scope
    raise GraphQLError(f"{global_id} cannot own metafields here.", extensions={"code": "BAD_REQUEST"})


def _faults(owners: dict[str, Doc], at: int, entry: Doc) -> list[Doc]:
    place = str(at)
    owner = owners.get(entry["ownerId"])
    if owner is None:
        return [_error("INVALID", "Owner does not exist.", place, "ownerId")]
    if (odd := _odd_name(entry)) is not None:
        return [_error("TOO_SHORT" if odd == "short" else "INVALID", "The name is not one.", place, "key")]
    known = _known(owner, entry)
    if "compareDigest" in entry and entry["compareDigest"] != (known and known["digest"]):
        return [_error("INVALID_COMPARE_DIGEST", "The metafield was changed by someone else.", place)]
    kind = entry.get("type") or (known and known["type"])
    if not kind:
        return [_error("BLANK", "Type can't be blank.", place, "type")]
    return [] if _fits(kind, entry["value"]) else [_error("INVALID_VALUE", f"No {kind}.", place, "value")]


def _odd_name(entry: Doc) -> str | None:
    key, namespace = entry["key"], entry.get("namespace") or "$app"
    if len(key) < _SHORTEST_KEY or len(namespace) < _SHORTEST_NAMESPACE:
        return "short"
    return None if _KEY.fullmatch(key) and len(namespace) <= _LONGEST_NAMESPACE else "odd"


def _fits(kind: str, value: str) -> bool:
    if kind in _TEXT_TYPES:
        return bool(value)
    if kind == "number_integer":
        return value.lstrip("-").isdecimal()
    if kind == "date":
        return _is_day(value)
    if kind != "json":
        return True
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _set(owner: Doc, key: int, entry: Doc, now: str) -> Doc:
    known = _known(owner, entry)
    fresh = {
        "id": known["id"] if known else key,
        "namespace": entry.get("namespace") or "$app",
        "key": entry["key"],
        "value": entry["value"],
        "type": entry.get("type") or (known and known["type"]),
        "updated_at": now,
        "digest": hashlib.sha256(entry["value"].encode()).hexdigest(),
    }
    owner["metafields"] = [each for each in owner["metafields"] if each is not known] + [fresh]
    return fresh


def _known(owner: Doc, entry: Doc) -> Doc | None:
    name = (entry.get("namespace") or "$app", entry["key"])
    return next((each for each in owner["metafields"] if (each["namespace"], each["key"]) == name), None)


def _view(metafield: Doc) -> View:
    return {
        "id": gid("Metafield", metafield["id"]),
        "key": metafield["key"],
        "value": metafield["value"],
        "updatedAt": metafield.get("updated_at", _LONG_AGO),
    }


def _error(code: str, message: str, *place: str) -> Doc:
    return {"code": code, "field": ["metafields", *place], "message": message}


def _refused(*errors: Doc) -> View:
    return {"metafields": [], "userErrors": list(errors)}
