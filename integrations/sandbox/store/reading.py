"""What can be read: the schema's query root."""

from graphql import GraphQLError

from integrations.sandbox.books import Doc
from integrations.sandbox.store import giving_back
from integrations.sandbox.store.access import demand, denied
from integrations.sandbox.store.call import Argument, Call, Info, RootPage, View
from integrations.sandbox.store.connections import check_page, cursor_of, page, place_of
from integrations.sandbox.store.editing import calculated_order
from integrations.sandbox.store.goods import variant_by_key
from integrations.sandbox.store.search import SEARCH_LAG, TIMES, terms
from integrations.sandbox.store.views import customer_by_key, customer_view, order_view, refund_view
from integrations.sandbox.store.wire import gid, iso, key_of

_MOST_NODES = 250
_SORTED_BY = {"UPDATED_AT": "updated_at", "CREATED_AT": "created_at", "PROCESSED_AT": "processed_at"}


def shop(_root: object, info: Info) -> View:
    """Answer about the shop itself."""
    known = info.context.shop
    return {
        "id": gid("Shop", known["id"]),
        "name": known["name"],
        "myshopifyDomain": known["domain"],
        "currencyCode": known["currency"],
        "ianaTimezone": known["timezone"],
        "shopAddress": {"id": gid("ShopAddress", known["id"]), "countryCodeV2": known["country"]},
    }


def current_app_installation(_root: object, info: Info) -> View:
    """Answer what the app is and may do in this shop."""
    known = info.context.shop
    scopes = [{"handle": handle} for handle in known["scopes"]]
    return {"id": gid("AppInstallation", known["id"]), "accessScopes": scopes}


def webhook_subscriptions(_root: object, info: Info, **arguments: Argument) -> View:
    """Answer with the subscriptions made for this shop alone; those of the app's configuration are not listed."""
    size, made = check_page(info, arguments), info.context.shop.get("subscriptions", [])
    if any(arguments.get(name) for name in ("after", "before", "query", "reverse", "topics", "uri")):
        raise _bad("The town's store lists its first subscriptions only.")
    views = [{"id": gid("WebhookSubscription", at), **each} for at, each in enumerate(made, start=1)]
    return page(views[:size], more=len(views) > size)


def order(_root: object, info: Info, *, id: str) -> View | None:  # noqa: A002 - the schema's name
    """Answer with one order, or null when it is unknown, too old or another shop's."""
    call, key = info.context, key_of(id, "Order")
    found = call.order(key)
    # Nobody could find out yet which of the two the real one says of an order that is too old, so it can say either.
    if found is None and call.shop.get("old_orders") == "denied" and call.owned("orders", key) is not None:
        raise denied("order", "`read_all_orders` access scope.")
    return None if found is None else order_view(call, found)


def node(_root: object, info: Info, *, id: str) -> View | None:  # noqa: A002
    """Answer with one thing of any kind, or null; the town's store shows only open edits this way."""
    return calculated_order(info.context, id)


def nodes(_root: object, info: Info, *, ids: list[str]) -> list[View | None]:
    """Answer with things by their ids, null for each that is not there; the town's store shows customers this way."""
    if len(ids) > _MOST_NODES:
        raise _bad(f"The input array size of {len(ids)} is greater than the maximum allowed of {_MOST_NODES}.")
    demand(info.context, "read_customers", "nodes")
    return [customer_by_key(info.context, key_of(each, "Customer")) for each in ids]


def refund(_root: object, info: Info, *, id: str) -> View | None:  # noqa: A002
    """Answer with one refund, or null when its order is unknown, too old or another shop's."""
    key = key_of(id, "Refund")
    made = info.context.turn.get(giving_back.KIND, key)
    placed = None if made is None else info.context.order(str(made["order_id"]))
    if placed is None:
        return None
    return next((refund_view(placed, each) for each in placed["refunds"] if str(each["id"]) == key), None)


def customer(_root: object, info: Info, *, id: str) -> View | None:  # noqa: A002
    """Answer with one customer, or null."""
    return customer_by_key(info.context, key_of(id, "Customer"))


def product_variant(_root: object, info: Info, *, id: str) -> View | None:  # noqa: A002
    """Answer with one variant, or null."""
    return variant_by_key(info.context, key_of(id, "ProductVariant"))


def orders(_root: object, info: Info, **arguments: Argument) -> View:
    """Answer with a page of the orders that a search finds."""
    call = info.context
    field = _SORTED_BY.get(arguments["sortKey"])
    if field is None:
        raise _bad("The town's store sorts orders by UPDATED_AT, CREATED_AT or PROCESSED_AT.")
    if call.root_page is not None:
        return _piece(call, call.root_page, field, arguments)
    size, after = check_page(info, arguments), _place(arguments.get("after"))
    ahead = [place for place in _places(call, field, arguments) if after is None or place > after]
    end = cursor_of(ahead[:size][-1]) if ahead else None
    return page(_views(call, ahead[:size]), more=len(ahead) > size, cursor=end)


def customers(_root: object, info: Info, **arguments: Argument) -> View:
    """Answer with the customers of one e-mail address or telephone; a bulk operation gets them all."""
    call = info.context
    if call.root_page is not None:
        return _everybody(call, call.root_page)
    size = check_page(info, arguments)
    wanted = terms(arguments.get("query"), ("email", "phone"))
    if len(wanted) != 1:
        raise _bad("The town's store looks for customers by email:'…' or phone:'…' only.")
    (term,) = wanted
    found = [
        each for each in call.turn.find("customers", term.field, term.value) if each["shop"] == call.shop["domain"]
    ]
    return page([customer_view(call, each) for each in found[:size]], more=len(found) > size)


def _places(call: Call, field: str, arguments: dict[str, Argument]) -> list[tuple[str, int]]:
    """Return (value sorted by, id) of every order that the search finds, in order."""
    if arguments["reverse"] or arguments.get("before") or arguments.get("savedSearchId"):
        raise _bad("The town's store pages orders forwards only.")
    conditions = terms(arguments.get("query"), (*TIMES, "source_identifier"))
    turn, oldest = call.turn, call.oldest_visible()
    # Whatever is asked for first leaves few of a year's orders to look at.
    first = conditions[0] if conditions else None
    found = [
        key
        for key, value in turn.column("orders", "shop" if first is None else first.field)
        if first is None or first.holds(value)
    ]
    for term in conditions[1:]:
        found = [key for key in found if term.holds(turn.value("orders", key, term.field))]
    found = [key for key in found if turn.value("orders", key, "shop") == call.shop["domain"]]
    found = [key for key in found if str(turn.value("orders", key, "created_at")) >= oldest]
    if any(term.field == "source_identifier" for term in conditions):
        # The index learns of an order a while after the books.
        indexed = iso(call.now - SEARCH_LAG)
        found = [key for key in found if str(turn.value("orders", key, "created_at")) <= indexed]
    return sorted((str(turn.value("orders", key, field)), int(key)) for key in found)


def _piece(call: Call, piece: RootPage, field: str, arguments: dict[str, Argument]) -> View:
    """Answer with the next piece of a bulk operation, which searches once, at its beginning."""
    ahead = _places(call, field, arguments) if piece.ahead is None else piece.ahead
    piece.ahead, piece.more = ahead[piece.size :], len(ahead) > piece.size
    return page(_views(call, ahead[: piece.size]))


def _everybody(call: Call, piece: RootPage) -> View:
    mine = (("", int(key)) for key, shop in call.turn.column("customers", "shop") if shop == call.shop["domain"])
    ahead = sorted(mine) if piece.ahead is None else piece.ahead
    piece.ahead, piece.more = ahead[piece.size :], len(ahead) > piece.size
    found = (call.turn.get("customers", key) for _, key in ahead[: piece.size])
    return page([customer_view(call, each) for each in found if each is not None])


def _views(call: Call, places: list[tuple[str, int]]) -> list[View]:
    return [order_view(call, _known(call, key)) for _, key in places]


def _place(cursor: str | None) -> tuple[Argument, ...] | None:
    return None if cursor is None else place_of(cursor)


def _known(call: Call, key: int) -> Doc:
    known = call.turn.get("orders", key)
    if known is None:
        raise LookupError(f"Order {key} is in the index but not in the books.")
    return known


def _bad(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_REQUEST"})
