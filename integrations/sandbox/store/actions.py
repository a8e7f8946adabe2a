"""What people in the town do to orders, other than through the API: buyers, the warehouse, the merchant."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from integrations.sandbox import chronicle
from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.post_office import Letter
from integrations.sandbox.store import payloads, sums
from integrations.sandbox.store.announcing import News
from integrations.sandbox.store.giving_back import give_back, give_everything_back, restock
from integrations.sandbox.store.order_book import (
    Item,
    Purchase,
    compose,
    new_line,
    new_parcel,
    payment,
    take_from_stock,
)
from integrations.sandbox.store.shops import KIND as SHOPS
from integrations.sandbox.store.wire import iso, money
from integrations.sandbox.town import Town

# What a parcel goes through: asked of the warehouse, taken on, sent.
_STEPS: Mapping[str, tuple[str, str]] = {
    "ask": ("OPEN", "SUBMITTED"),
    "take": ("IN_PROGRESS", "ACCEPTED"),
    "send": ("CLOSED", "ACCEPTED"),
}
# And what its carrier tells of it afterwards.
_CARRIED: Mapping[str, str] = {"travel": "IN_TRANSIT", "deliver": "DELIVERED", "return": "NOT_DELIVERED"}


class Impossible(Exception):
    """The deed makes no sense in the order's present state; the argument says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """How a deed is told: its webhooks sent so many times, or lost on the way."""

    lose: bool = False
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A fresh order, and the webhook that tells of it, sent or not."""

    order: Doc
    letter: Letter | None


SEND, LOSE = Announcement(), Announcement(lose=True)


def place_order(town: Town, turn: Turn, purchase: Purchase, announcement: Announcement = SEND) -> Placed:
    """Buy something."""
    order = compose(turn, replace(purchase, at=town.clock.now()))
    turn.put("orders", order["id"], order)
    take_from_stock(turn, order)
    news = _news(town, turn, order, announcement)
    letter = news.order("orders/create", order)
    if sums.paid(order):
        letter = news.order("orders/paid", order)
    news.spending(order)
    _note(town, turn, order, "order.placed", f"{money(sums.total(order), order['currency'])} {order['currency']}")
    return Placed(order=order, letter=letter)


def cancel_order(
    town: Town,
    turn: Turn,
    order_id: int,
    announcement: Announcement = SEND,
    *,
    restocking: bool = True,
    mail: bool = False,
) -> Doc:
    """Cancel an order: goods back into stock, money back to the buyer."""
    order = known_order(turn, order_id)
    if order["cancelled_at"] or sums.fulfillment_status(order) == "FULFILLED":
        raise Impossible("The order was cancelled or sent already.")
    now = iso(town.clock.now())
    for line in order["lines"] if restocking else ():
        restock(turn, line, line["current_quantity"])
    refund = give_everything_back(turn, order, now)
    for line in order["lines"]:
        line["current_quantity"] = 0
    order["mails"].append({"at": now, "about": "order cancelled", "sent": mail})
    order |= {"cancelled_at": now, "updated_at": now, "revision": order["revision"] + 1}
    for parcel in order["fulfillment_orders"]:
        parcel["status"] = "CANCELLED"
    turn.put("orders", order["id"], order)
    news = _news(town, turn, order, announcement)
    news.order("orders/cancelled", order)
    if refund is not None:
        news.tell("refunds/create", payloads.refund_payload(order, refund))
    news.order("orders/updated", order)
    news.spending(order)
    _note(town, turn, order, "order.cancelled", "cancelled")
    return order


def pay(town: Town, turn: Turn, order_id: int, amount: int | None, announcement: Announcement = SEND) -> Doc:
    """Pay the rest of an order, or a part of it. As with cash on delivery, orders/paid is not told; updated is."""
    order = known_order(turn, order_id)
    rest = sums.outstanding(order)
    if order["cancelled_at"] or not 0 < (rest if amount is None else amount) <= rest:
        raise Impossible(f"There is {rest} to be paid.")
    order["transactions"].append(payment(turn, order, rest if amount is None else amount))
    return _change(town, turn, order, "order.paid_later", announcement)


def move_parcel(town: Town, turn: Turn, order_id: int, step: str, announcement: Announcement = SEND) -> Doc:
    """Let the warehouse be asked for the parcel, take it on, or send it: step is ask, take or send.

    Or let the carrier have it, deliver it, or bring it back: step is travel, deliver or return.
    """
    order = known_order(turn, order_id)
    if step in _CARRIED and any(line["fulfilled"] for line in order["lines"]):
        order["carrier"] = {"status": _CARRIED[step], "at": iso(town.clock.now())}
        return _change(town, turn, order, f"order.parcel_{step}", announcement)
    if order["cancelled_at"] or step not in _STEPS:
        raise Impossible(f"There is no parcel to {step}.")
    status, request_status = _STEPS[step]
    for parcel in order["fulfillment_orders"]:
        parcel |= {"status": status, "request_status": request_status}
    if step == "send":
        order["sent_at"] = iso(town.clock.now())
        for line in order["lines"]:
            line["fulfilled"] = line["current_quantity"]
    return _change(town, turn, order, f"order.parcel_{step}", announcement)


def merchant_adds(town: Town, turn: Turn, order_id: int, variant_id: int) -> Doc:
    """Let a member of staff add a piece of something to an order by hand, not yet paid."""
    order, variant = known_order(turn, order_id), turn.get("variants", variant_id)
    if variant is None or not sums.editable(order):
        raise Impossible("The variant is unknown or the order cannot be edited.")
    order["lines"].append(new_line(turn, Item(variant=variant)))
    order["fulfillment_orders"].append(new_parcel(turn))
    return _change(town, turn, order, "order.edited_by_staff", SEND)


def archive(town: Town, turn: Turn, order_id: int) -> Doc:
    """Let a member of staff put an order away."""
    order = known_order(turn, order_id)
    order["closed_at"] = iso(town.clock.now())
    return _change(town, turn, order, "order.archived", SEND)


def refund_order(town: Town, turn: Turn, order_id: int, announcement: Announcement = SEND) -> Doc:
    """Let a member of staff give all the money back; the goods stay on the order, sent or not."""
    order = known_order(turn, order_id)
    left = sums.net_payment(order)
    if left <= 0:
        raise Impossible("There is nothing to give back.")
    refund = give_back(turn, order, left, iso(town.clock.now()))
    _news(town, turn, order, announcement).tell("refunds/create", payloads.refund_payload(order, refund))
    return _change(town, turn, order, "order.refunded_by_staff", announcement)


def dispute(town: Town, turn: Turn, order_id: int, status: str) -> Doc:
    """Let the buyer ask their bank for the money back; the status is the dispute's, such as NEEDS_RESPONSE."""
    order = known_order(turn, order_id)
    order["disputes"] = [status]
    return _change(town, turn, order, "order.disputed", SEND)


def reword_refunds(turn: Turn, order_id: int, note: str) -> None:
    """Let a member of staff write something else on the order's refunds."""
    order = known_order(turn, order_id)
    for each in order["refunds"]:
        each["note"] = note
    turn.put("orders", order_id, order)


def bank_decides(town: Town, turn: Turn, order_id: int, status: str, announcement: Announcement = SEND) -> Doc:
    """Let the refunds that are on their way arrive, or come to nothing: status is SUCCESS or FAILURE."""
    order = known_order(turn, order_id)
    moving = [each for each in order["transactions"] if each["kind"] == "REFUND" and each["status"] == "PENDING"]
    if not moving or status not in ("SUCCESS", "FAILURE"):
        raise Impossible("No refund is on its way, or the bank does not say that.")
    for each in moving:
        each["status"] = status
    return _change(town, turn, order, "order.bank_decided", announcement)


def staff_changes(town: Town, turn: Turn, order_id: int, wish: Mapping[str, object]) -> Doc:
    """Let a member of staff change an order's tags, or parts of its address; an address of None takes it off."""
    order = known_order(turn, order_id)
    if "tags" in wish:
        order["tags"] = wish["tags"]
    if "address" in wish:
        parts = wish["address"]
        order["shipping_address"] = (order["shipping_address"] or {}) | parts if isinstance(parts, dict) else None
    return _change(town, turn, order, "order.changed_by_staff", SEND)


def set_stock(turn: Turn, variant_id: int, stock: int) -> Doc:
    """Let there be so many pieces of a variant."""
    variant = turn.get("variants", variant_id)
    if variant is None:
        raise Impossible("The variant is unknown.")
    variant["stock"] = stock
    turn.put("variants", variant_id, variant)
    return variant


def known_order(turn: Turn, order_id: int) -> Doc:
    """Return an order of any shop; raise Impossible when there is none."""
    order = turn.get("orders", order_id)
    if order is None:
        raise Impossible("There is no such order.")
    return order


def _change(town: Town, turn: Turn, order: Doc, what: str, announcement: Announcement) -> Doc:
    order |= {"updated_at": iso(town.clock.now()), "revision": order["revision"] + 1}
    turn.put("orders", order["id"], order)
    _news(town, turn, order, announcement).order("orders/updated", order)
    _note(town, turn, order, what, what.partition(".")[2].replace("_", " "))
    return order


def _news(town: Town, turn: Turn, order: Doc, announcement: Announcement) -> News:
    return News(
        town=town,
        turn=turn,
        shop=_shop(turn, order),
        now=town.clock.now(),
        lose=announcement.lose,
        times=announcement.times,
    )


def _shop(turn: Turn, order: Doc) -> Doc:
    shop = turn.get(SHOPS, order["shop"])
    if shop is None:
        raise LookupError(f"Order {order['id']} belongs to no shop.")
    return shop


def _note(town: Town, turn: Turn, order: Doc, what: str, text: str) -> None:
    line = f"{order['name']}: {text}"
    chronicle.note(turn, town.clock.now(), what, line, order_id=order["id"], customer_id=order["customer_id"])
