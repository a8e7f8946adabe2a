"""What a visitor sees: the town read once, in one turn, and put into words for the templates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.sandbox.books import Turn
from integrations.sandbox.helpdesk import people, town_calls
from integrations.sandbox.helpdesk.call import Call
from integrations.sandbox.helpdesk.customers import KIND as DESK_CUSTOMERS
from integrations.sandbox.helpdesk.tickets import KIND as TICKETS
from integrations.sandbox.mailbox import letters
from integrations.sandbox.page import shown_people, stream, words
from integrations.sandbox.page.cast import cast, usual_amount, usual_subject
from integrations.sandbox.page.just_done import order_done, press_done
from integrations.sandbox.page.shown_orders import shown as shown_order
from integrations.sandbox.store.spending import ordinal
from integrations.sandbox.town import PRACTICE_SHOP, Town

Sight = dict[str, Any]
_ADMIN = f"/shopify/{PRACTICE_SHOP}/admin/apps/lagniappe"  # where a merchant opens the app
_CARD = "Thinking of you, and of all the good she left behind."


class Lost(Exception):
    """What is looked for is not in the town; the argument says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    by: str
    text: str
    at: datetime
    note: bool


class Sights:
    """The town, seen through its visitors' eyes."""

    def __init__(self, town: Town) -> None:
        self._town = town

    def frame(self) -> Sight:
        """Return what stands around every page."""
        with self._town.books.turn() as turn:
            return self._frame(turn)

    def start(self, query: str) -> Sight:
        """Return the first page, with the people found when somebody is looked for."""
        with self._town.books.turn() as turn:
            residents, orders = turn.count("customers"), turn.count("orders")
            counts = f"{words.many(residents, 'customer')} and {words.many(orders, 'order')} in the store."
            found = shown_people.found(turn, query) if query else []
            return self._frame(turn) | {"cast": cast(turn), "q": query, "found": found, "counts": counts}

    def person(self, key: int, placed: int | None) -> Sight:
        """Return one customer's page; `placed` is the order just placed, if any. Raises Lost."""
        with self._town.books.turn() as turn:
            doc = _known(turn, "customers", key, "customer")
            order = turn.get("orders", placed) if placed else None
            return self._frame(turn) | {
                "person": shown_people.person(turn, doc),
                "orders": shown_people.orders_of(turn, key),
                "tickets": shown_people.tickets_of(turn, key),
                "suggested": usual_amount(turn, key),
                "subject": usual_subject(turn, key),
                "done": order_done(turn, order, _whose(turn, order)) if order else None,
                "here": f"/people/{key}",
            }

    def order(self, key: int, *, placed: bool) -> Sight:
        """Return one order's page. Raises Lost."""
        with self._town.books.turn() as turn:
            doc = _known(turn, "orders", key, "order")
            buyer = turn.get("customers", doc["customer_id"]) if doc["customer_id"] else None
            mails = [{**mail, "at": words.moment(mail["at"])} for mail in doc["mails"]]
            return self._frame(turn) | {
                "order": shown_order(doc),
                "person": shown_people.person(turn, buyer) if buyer else None,
                "mails": mails,
                "done": order_done(turn, doc, _whose(turn, doc)) if placed else None,
                "here": f"/orders/{key}",
            }

    def ticket(self, key: int, pressed: int | None) -> Sight:
        """Return a ticket as its agent sees it; `pressed` is the letter that the last press sent. Raises Lost."""
        with self._town.books.turn() as turn:
            doc = _known(turn, TICKETS, key, "ticket")
            desk_customer = turn.get(DESK_CUSTOMERS, doc["customer_id"]) or {"store_id": None}
            store_id = desk_customer["store_id"]
            buyer = turn.get("customers", store_id) if store_id else None
            seen = self._seen(turn, key)
            return self._frame(turn) | {
                "ticket": seen,
                "said": _said(seen),
                "agents": people.agents(turn),
                "person": shown_people.person(turn, buyer) if buyer else None,
                "orders": shown_people.orders_of(turn, store_id)[:10] if store_id else [],
                "card": _CARD,
                "done": press_done(turn, pressed) if pressed else None,
            }

    def mailbox(self) -> Sight:
        """Return the mails that the town has taken, whoever they are for."""
        with self._town.books.turn() as turn:
            mails = [{**mail, "at": words.moment(mail["at"])} for mail in letters.mails(turn)]
            return self._frame(turn) | {"mails": mails}

    def _seen(self, turn: Turn, key: int) -> dict[str, Any]:
        now = self._town.clock.now()
        answer = town_calls.ticket(Call(turn=turn, post=self._town.post, now=now, arguments={}, body=None, uri=""), key)
        return answer.body if isinstance(answer.body, dict) else {}

    def _frame(self, turn: Turn) -> Sight:
        return {
            "town": {
                "now": self._town.clock.now(),
                "ahead": words.ahead(self._town.clock.offset()),
                "app": _ADMIN if self._town.settings.target else None,
                "desk": f"{self._town.settings.target}/practice/desk" if self._town.settings.target else None,
                "happenings": stream.happenings(turn),
                "home": self._town.settings.target or "http",
                "mails": self._town.settings.mail_port is not None,
            }
        }


def _known(turn: Turn, kind: str, key: int, what: str) -> dict[str, Any]:
    doc = turn.get(kind, key)
    if doc is None:
        raise Lost(f"There is no {what} {key} in this town.")
    return doc


def _whose(turn: Turn, order: Mapping[str, Any]) -> str:
    buyer = turn.get("customers", order["customer_id"]) if order["customer_id"] else None
    if buyer is None:
        return "a guest's"
    return f"{shown_people.name_of(buyer)}'s {words.ordinal(ordinal(turn, buyer['id']))}"


def _said(ticket: Mapping[str, Any]) -> list[Said]:
    both = [(each, False) for each in ticket["messages"]] + [(each, True) for each in ticket["notes"]]
    said = [
        Said(by=each["by"] or "Somebody", text=each["text"], at=words.moment(each["at"]), note=note)
        for each, note in both
    ]
    return sorted(said, key=lambda each: each.at)
