"""The orders of the one account: each call is a new one, whatever key comes along with it.

Their list shows them late and in no order, a page at a time.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from app.domain.money import Money
from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.handwrytten.accounts import PRACTICE_CARD, PRACTICE_KEY
from integrations.sandbox.handwrytten.catalogue import POSTAGE, card
from integrations.sandbox.handwrytten.refusals import Refused, invalid
from integrations.sandbox.handwrytten.wanted import Order, written
from integrations.sandbox.switches import Switches

KIND = "handwrytten_orders"
USUAL = {
    "word": "",  # what is said of every order instead of how far it is
    "key": PRACTICE_KEY,
    "test_mode": True,  # of the account: orders are taken, no card is written, and nothing is paid
    "tells_mode": True,  # whether the account says so
    "credits": 1_000_00,  # cents
    "raise": "0.00",  # by how much every card is dearer by now
    "echo": True,  # whether the list shows what callers wrote on their orders
    "polite": False,  # every no comes with 200
    "endless": False,  # whatever page is asked for, there is another one
}
_LAG = timedelta(minutes=5)  # before an order is seen in the list
_MOST_ON_A_PAGE = 50
_BECOMES = {
    "write": {"status": "writing"},
    "mail": {"status": "mailed"},
    "track": {"tracking": "9400100000000000000000"},
    "deliver": {"status": "delivered"},
    "return": {"status": "returned_to_sender"},
    "cancel": {"status": "Cancelled"},
    "refund": {"status": "refunded"},
}


def place(turn: Turn, wanted: Order, switches: Switches, now: datetime) -> Doc:
    """Take an order and charge for it; raises Refused."""
    now_set, found = switches.now(turn), card(wanted["card_id"])
    if found is None:
        raise invalid("Card not found")
    cost = found.minor + dearer(now_set) + POSTAGE.minor
    stored = wanted.get("credit_card_id")
    if stored not in {None, PRACTICE_CARD}:
        raise invalid("credit_card id error")
    if stored is None and now_set["credits"] < cost:
        raise Refused(402, "Not enough credits, and no payment card")
    if stored is None and not now_set["test_mode"]:
        switches.set(turn, credits=now_set["credits"] - cost)
    order: Doc = {
        "wanted": wanted,
        "minor": cost,
        "lines": written(wanted["message"], found.width),
        "created_at": now.isoformat(),
        "status": "paid",
        "tracking": "",
    }
    return {**order, "id": turn.append(KIND, order)}


def find(turn: Turn, key: str) -> Doc:
    """Return an order; raises Refused for none."""
    found = turn.get(KIND, key)
    if found is None:
        raise Refused(404, "order not found")
    return found


def listed(turn: Turn, *, page: int, per_page: int, endless: bool, now: datetime) -> list[Doc]:
    """Return a page of the orders that are seen by now; there are fewer on it than were asked for, if that was many."""
    seen = [order for order in turn.all(KIND) if now - datetime.fromisoformat(order["created_at"]) >= _LAG]
    seen.sort(key=lambda order: hashlib.sha256(str(order["id"]).encode()).digest())
    size = max(1, min(per_page, _MOST_ON_A_PAGE))
    start = 0 if endless else (page - 1) * size
    return seen[start : start + size]


def become(turn: Turn, key: str, what: str) -> Doc:
    """Let something become of an order; raises Refused for what never does."""
    order = find(turn, key)
    if what not in _BECOMES:
        raise invalid(f"Say one of {', '.join(_BECOMES)}.")
    order = {**order, **_BECOMES[what]}
    turn.put(KIND, key, order)
    return order


def dearer(now_set: Doc) -> int:
    """Return how many cents every card is dearer by now."""
    return Money.parse(now_set["raise"], "USD").minor


def as_json(order: Doc, *, word: str = "", marked: bool = True) -> dict[str, Any]:
    """Return an order as it is shown; unless `marked`, without what its caller wrote on it."""
    wanted = order["wanted"]
    shown = {
        "id": order["id"],
        "status": word or order["status"],
        "message": wanted["message"],
        "card_id": wanted["card_id"],
        "createdAt": order["created_at"],
        "tracking_number": order["tracking"] or None,
        "recipient_name": wanted.get("recipient_name"),
    }
    return shown | ({"client_metadata": wanted.get("client_metadata")} if marked else {})
