"""What a visitor does to the town."""

import re
from collections.abc import Mapping
from typing import Any

from integrations.sandbox import chronicle
from integrations.sandbox.books import Turn
from integrations.sandbox.helpdesk import town_calls
from integrations.sandbox.helpdesk.call import Answer, Call
from integrations.sandbox.page.cast import fourth_order_customer, usual_words
from integrations.sandbox.page.words import many
from integrations.sandbox.store import actions, customers_by_hand
from integrations.sandbox.store.order_book import Item, Purchase
from integrations.sandbox.town import PRACTICE_SHOP, Town

_AMOUNT = re.compile(r"(\d{1,6})(?:\.(\d{1,2}))?")
_HEARINGS = {
    "once": actions.SEND,
    "lost": actions.LOSE,
    "five": actions.Announcement(times=5),
}
_FORM = (
    *("action", "agent_email", "order", "amount", "items", "shipping", "store_credit"),
    *("when_days", "message", "compassion"),
)
_USUAL_AMOUNT = "45.00"
_SECONDS_A_DAY = 86_400


class Unclear(Exception):
    """The visitor's wish cannot be understood; the argument says why, in a sentence."""


class Deeds:
    """The town, seen from its visitors' hands."""

    def __init__(self, town: Town) -> None:
        self._town = town

    def place(self, customer_id: int | None, amount: str, hearing: str) -> int:
        """Place an order, a guest's without a customer, and return its id. Raises Unclear."""
        minor = _minor(amount)
        if hearing not in _HEARINGS:
            raise Unclear("A webhook is sent once, five times, or not at all.")
        with self._town.books.turn() as turn:
            return self._place(turn, customer_id, minor, _HEARINGS[hearing])

    def place_by_hand(self) -> int:
        """Place a fourth order whose webhook is lost, for somebody at a terminal; return its id. Raises Unclear."""
        with self._town.books.turn() as turn:
            customer = fourth_order_customer(turn)
            if customer is None:
                raise Unclear("Nobody is left with three orders.")
            return self._place(turn, customer, _minor(_USUAL_AMOUNT), actions.LOSE)

    def ask_about_data(self, key: int, what: str) -> None:
        """Let a customer ask for a copy of their data, or to be forgotten. Raises Unclear."""
        with self._town.books.turn() as turn:
            customer = turn.get("customers", key)
            if customer is None:
                raise Unclear("There is no such customer.")
            topic = customers_by_hand.REQUESTS[what]
            customers_by_hand.ask(self._town, turn, customer, topic=topic, email_only=False)

    def change_order(self, key: int, deed: str) -> None:
        """Cancel an order, or let the warehouse take or send its parcel. Raises Impossible."""
        with self._town.books.turn() as turn:
            if deed == "cancel":
                actions.cancel_order(self._town, turn, key)
            else:
                actions.move_parcel(self._town, turn, key, deed)

    def open_ticket(self, customer_id: int, subject: str) -> int:
        """Let a customer write in; return the ticket's id. Raises Refused."""
        with self._town.books.turn() as turn:
            words = usual_words(turn, customer_id)
            wish = {"customer_id": customer_id, "subject": subject.strip(), "body": words}
            return _named(town_calls.open_ticket(self._call(turn, wish)), "ticket_id")

    def press(self, ticket_id: int, form: Mapping[str, str]) -> int:
        """Let an agent press a button, twice if they are nervous; return the last letter's id. Raises Refused."""
        wish = {name: form[name].strip() for name in _FORM if form.get(name, "").strip()}
        with self._town.books.turn() as turn:
            call = self._call(turn, wish)
            if form.get("twice"):
                town_calls.press(call, ticket_id)
            return _named(town_calls.press(call, ticket_id), "letter_id")

    def advance(self, days: str) -> None:
        """Move the town's clock ahead by whole days, sixty at most. Raises Unclear."""
        if not days.isdecimal() or not 1 <= int(days) <= 60:
            raise Unclear("The clock goes ahead by one to sixty days.")
        self._town.clock.advance(int(days) * _SECONDS_A_DAY)
        with self._town.books.turn() as turn:
            text = f"The clock went ahead by {many(int(days), 'day')}"
            chronicle.note(turn, self._town.clock.now(), "clock.advanced", text)

    def _place(self, turn: Turn, customer_id: int | None, minor: int, told: actions.Announcement) -> int:
        shop, customer = turn.get("shops", PRACTICE_SHOP), None
        if customer_id is not None:
            customer = turn.get("customers", customer_id)
        if shop is None or (customer_id is not None and customer is None):
            raise Unclear("There is nobody by that number.")
        items = [Item(variant=_nearest(turn, minor), price=minor)]
        purchase = Purchase(shop=shop, at=self._town.clock.now(), items=items, customer=customer)
        return int(actions.place_order(self._town, turn, purchase, told).order["id"])

    def _call(self, turn: Turn, body: Mapping[str, Any]) -> Call:
        now = self._town.clock.now()
        return Call(turn=turn, post=self._town.post, now=now, arguments={}, body=dict(body), uri="")


def _minor(amount: str) -> int:
    match = _AMOUNT.fullmatch(amount.strip())
    if match is None:
        raise Unclear(f"“{amount}” is no amount in dollars, such as 45.00.")
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def _nearest(turn: Turn, minor: int) -> dict[str, Any]:
    wares = [each for each in turn.find("variants", "shop", PRACTICE_SHOP) if not each["gift_card"]]
    return min(wares, key=lambda ware: abs(ware["price"] - minor))


def _named(answer: Answer, name: str) -> int:
    if not isinstance(answer.body, dict):
        raise TypeError("The helpdesk answered without a body.")
    return int(answer.body[name])
