"""How customers leave the books: merged into another, or deleted."""

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.store.actions import Announcement, Impossible
from integrations.sandbox.store.announcing import News
from integrations.sandbox.store.shops import KIND as SHOPS
from integrations.sandbox.store.wire import gid
from integrations.sandbox.town import Town


def merge(town: Town, turn: Turn, gone: int, kept: int, announcement: Announcement) -> Doc:
    """Merge one customer into another: orders and tags are the kept one's; the orders' dates stay as they are."""
    leaver, stayer = _known(turn, gone), _known(turn, kept)
    if gone == kept or leaver["shop"] != stayer["shop"]:
        raise Impossible("Merge two customers of one shop.")
    for order in turn.find("orders", "customer_id", gone):
        turn.put("orders", order["id"], order | {"customer_id": kept})
    stayer["tags"] = sorted({*stayer["tags"], *leaver["tags"]})
    turn.put("customers", kept, stayer)
    turn.delete("customers", gone)
    body: Doc = {
        "admin_graphql_api_customer_kept_id": gid("Customer", kept),
        "admin_graphql_api_customer_deleted_id": gid("Customer", gone),
        "admin_graphql_api_job_id": None,
        "status": "completed",
        "errors": [],
    }
    _news(town, turn, stayer, announcement).tell("customers/merge", body)
    return stayer


def delete(town: Town, turn: Turn, gone: int, announcement: Announcement) -> None:
    """Delete a customer."""
    leaver = _known(turn, gone)
    for order in turn.find("orders", "customer_id", gone):
        turn.put("orders", order["id"], order | {"customer_id": None})
    turn.delete("customers", gone)
    body = {"id": gone, "admin_graphql_api_id": gid("Customer", gone), "tax_exemptions": []}
    _news(town, turn, leaver, announcement).tell("customers/delete", body)


def _known(turn: Turn, key: int) -> Doc:
    customer = turn.get("customers", key)
    if customer is None:
        raise Impossible("There is no such customer.")
    return customer


def _news(town: Town, turn: Turn, customer: Doc, announcement: Announcement) -> News:
    shop = turn.get(SHOPS, customer["shop"])
    if shop is None:
        raise LookupError(f"Customer {customer['id']} belongs to no shop.")
    return News(
        town=town,
        turn=turn,
        shop=shop,
        now=town.clock.now(),
        lose=announcement.lose,
        times=announcement.times,
    )
