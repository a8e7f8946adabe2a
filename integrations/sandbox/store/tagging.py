"""Tags on orders and customers: sets of words in which upper and lower case are the same."""

from collections.abc import Callable, Mapping, Sequence

from integrations.sandbox import chronicle
from integrations.sandbox.books import Doc
from integrations.sandbox.store import payloads
from integrations.sandbox.store.access import demand
from integrations.sandbox.store.announcing import news_of
from integrations.sandbox.store.call import Argument, Call, Info, Refused, View
from integrations.sandbox.store.views import customer_view, order_view
from integrations.sandbox.store.wire import gid, iso, key_of

_MOST = 250
_LONGEST = {"customers": 255, "orders": 40}
_SCOPES = {"customers": "write_customers", "orders": "write_orders"}


def tags_add(info: Info, arguments: Mapping[str, Argument]) -> View:
    """Add tags; those already there, in whatever case, are left as they are."""
    return _change(info.context, arguments, _added)


def tags_remove(info: Info, arguments: Mapping[str, Argument]) -> View:
    """Take tags off, in whatever case; those not there are no error."""
    return _change(info.context, arguments, _taken_off)


def _change(call: Call, arguments: Mapping[str, Argument], rule: Callable[[list[str], list[str]], list[str]]) -> View:
    kind = "customers" if key_of(arguments["id"], "Customer") else "orders"
    demand(call, _SCOPES[kind], "tags")
    owner = _owner(call, kind, key_of(arguments["id"], "Customer", "Order"))
    wanted = rule(owner["tags"], _words(kind, arguments["tags"]))
    if len(wanted) > _MOST:
        raise Refused(f"There may be up to {_MOST} tags", "tags")
    if wanted != owner["tags"]:
        _keep(call, kind, owner, wanted)
    return {"node": customer_view(call, owner) if kind == "customers" else order_view(call, owner)}


def _owner(call: Call, kind: str, key: str) -> Doc:
    owner = call.owned(kind, key) if kind == "customers" else call.order(key)
    if owner is None:
        raise Refused("The owner of the tags does not exist", "id")
    return owner


def _words(kind: str, tags: Sequence[str]) -> list[str]:
    words = [part.strip() for word in tags for part in word.split(",") if part.strip()]
    if any(len(word) > _LONGEST[kind] for word in words):
        raise Refused(f"A tag may have up to {_LONGEST[kind]} characters", "tags")
    return words


def _added(tags: list[str], words: list[str]) -> list[str]:
    known = {tag.casefold(): tag for tag in tags}
    for word in words:
        known.setdefault(word.casefold(), word)
    return list(known.values())


def _taken_off(tags: list[str], words: list[str]) -> list[str]:
    gone = {word.casefold() for word in words}
    return [tag for tag in tags if tag.casefold() not in gone]


def _keep(call: Call, kind: str, owner: Doc, tags: list[str]) -> None:
    added = [tag for tag in tags if tag not in owner["tags"]]
    removed = [tag for tag in owner["tags"] if tag not in tags]
    owner |= {"tags": tags, "updated_at": iso(call.now)}
    call.turn.put(kind, owner["id"], owner)
    _tell(call, kind, owner, {"added": added, "removed": removed})
    text = "".join([*(f" +{tag}" for tag in added), *(f" -{tag}" for tag in removed)]).strip()
    chronicle.note(call.turn, call.now, f"{kind[:-1]}.tagged", text, **{f"{kind[:-1]}_id": owner["id"]})


def _tell(call: Call, kind: str, owner: Doc, changes: dict[str, list[str]]) -> None:
    news = news_of(call)
    if kind == "orders":
        news.order("orders/updated", owner)
        return
    news.tell("customers/update", payloads.customer_payload(owner))
    for change, tags in changes.items():
        if tags:
            body = {"customerId": gid("Customer", owner["id"]), "tags": tags, "occurredAt": iso(call.now)}
            news.tell(f"customer.tags_{change}", body)
