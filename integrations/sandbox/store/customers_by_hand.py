"""What people do to customers by hand: staff merge, delete and tag them, and they ask about their own data."""

from collections.abc import Iterable, Mapping

from integrations.sandbox import chronicle
from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.store import payloads
from integrations.sandbox.store.actions import Impossible
from integrations.sandbox.store.announcing import News
from integrations.sandbox.store.shops import KIND as SHOPS
from integrations.sandbox.store.wire import gid, iso
from integrations.sandbox.town import Town

REQUESTS: Mapping[str, str] = {"copy": "customers/data_request", "erasure": "customers/redact"}


def merge(town: Town, turn: Turn, *, gone: Doc, kept: Doc) -> Doc:
    """Put the orders of one customer down to another, and let the one be gone."""
    if gone["id"] == kept["id"] or gone["shop"] != kept["shop"]:
        raise Impossible("Two customers of one shop can be merged.")
    now, news = iso(town.clock.now()), _news(town, turn, gone)
    moved = turn.find("orders", "customer_id", gone["id"])
    for order in moved:
        order |= {"customer_id": kept["id"], "updated_at": now, "revision": order["revision"] + 1}
        turn.put("orders", order["id"], order)
    kept |= {"updated_at": now, "tags": list(dict.fromkeys([*kept["tags"], *gone["tags"]]))}
    turn.put("customers", kept["id"], kept)
    turn.delete("customers", gone["id"])
    news.tell("customers/merge", payloads.merge_payload(gone, kept))
    news.tell("customers/update", payloads.customer_payload(kept))
    for order in moved:
        news.order("orders/updated", order)
    chronicle.note(turn, town.clock.now(), "customer.merged", "merged with another", customer_id=kept["id"])
    return kept


def delete(town: Town, turn: Turn, customer: Doc) -> None:
    """Delete a customer without orders."""
    if turn.find("orders", "customer_id", customer["id"]):
        raise Impossible("A customer with orders cannot be deleted.")
    turn.delete("customers", customer["id"])
    _news(town, turn, customer).tell("customers/delete", payloads.deleted_payload(customer))


def retag(town: Town, turn: Turn, customer: Doc, *, add: Iterable[str], remove: Iterable[str]) -> Doc:
    """Put tags on, take tags off."""
    off = {tag.casefold() for tag in remove}
    before = customer["tags"]
    after = [tag for tag in dict.fromkeys([*before, *add]) if tag.casefold() not in off]
    customer |= {"tags": after, "updated_at": iso(town.clock.now())}
    turn.put("customers", customer["id"], customer)
    news = _news(town, turn, customer)
    changes = {"added": set(after) - set(before), "removed": set(before) - set(after)}
    for change, tags in changes.items():
        if tags:
            body = {"customerId": gid("Customer", customer["id"]), "tags": sorted(tags), "occurredAt": iso(news.now)}
            news.tell(f"customer.tags_{change}", body)
    news.tell("customers/update", payloads.customer_payload(customer))
    return customer


def say_birthday(turn: Turn, customer: Doc, value: str, said_at: str) -> Doc:
    """Keep what the customer writes as their birthday in the field that shops have for it, facts.birth_date."""
    name = {"namespace": "facts", "key": "birth_date", "type": "single_line_text_field"}
    others = [each for each in customer["metafields"] if each["key"] != name["key"]]
    field = {"id": turn.next_id("metafields"), **name, "value": value, "digest": "", "updated_at": said_at}
    customer["metafields"] = [*others, field]
    turn.put("customers", customer["id"], customer)
    return customer


def ask(town: Town, turn: Turn, customer: Doc, *, topic: str, email_only: bool) -> None:
    """Pass a customer's request on to the app. Of a customer without account the store may know the e-mail alone."""
    news = _news(town, turn, customer)
    orders = [each["id"] for each in turn.find("orders", "customer_id", customer["id"])]
    news.comply(topic, payloads.request_payload(news.shop, customer, topic, [] if email_only else orders, email_only))
    chronicle.note(turn, town.clock.now(), topic, f"asked by {customer['first_name']}", customer_id=customer["id"])


def forget_shop(town: Town, turn: Turn, shop: Doc) -> None:
    """Ask the app to forget a shop."""
    news = News(town=town, turn=turn, shop=shop, now=town.clock.now())
    news.comply("shop/redact", {"shop_id": shop["id"], "shop_domain": shop["domain"]})


def _news(town: Town, turn: Turn, customer: Doc) -> News:
    shop = turn.get(SHOPS, customer["shop"])
    if shop is None:
        raise LookupError(f"Customer {customer['id']} belongs to no shop.")
    return News(town=town, turn=turn, shop=shop, now=town.clock.now())
