"""A shop with several helpdesks: each ticket is in one of them, a customer may be in all."""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from app.domain.decisions import Decision
from app.domain.effects import State
from app.domain.errors import KEY_IS_DEAD, KEY_MAY_LIVE, KeyRefused, Rejected, Unavailable
from app.domain.policy import Mode
from app.domain.ports import Helpdesk, Receipt, Shop
from app.domain.rules.special_customer import RULE
from app.store import connections, inbox, setups, shops
from app.store.base import reading, unit_of_work
from app.store.connections import Account
from app.store.shops import Merchant
from app.store.tables import Effect
from integrations.registry import FIRST_HELPDESK
from integrations.sandbox.hook_desk import routes as hook_desk
from jobs import helpdesk_deeds
from jobs.carry_out import carry_out
from jobs.runtime import Outside, World
from jobs.watched_helpdesk import WatchedHelpdesk
from tests import connected
from tests.builders import NOON, mark, planned, tag
from tests.jobs.conftest import Practice

on_sqlite = pytest.mark.parametrize("database", ["sqlite"])


REFUSED, TAKEN = KeyRefused("the helpdesk refuses our key"), None


class Store:
    """A store that knows how to write to its customer."""

    def emails(self, _customer_id: int) -> tuple[str, ...]:
        return ("ada@customer.example",)


@dataclass
class Desk:
    """A helpdesk that shows what it is told, or has a reason not to."""

    name: str
    trouble: Exception | None = None
    shown: list[bool] = field(default_factory=list)

    def post_note(self, ticket_id: str, *, text: str, key: str) -> Receipt:
        self.shown.append(True)
        return Receipt(reference=f"{ticket_id} {key}", public="public" in text)

    def mark_customer(self, _emails: tuple[str, ...], *, special: bool, reason: str, tag: str) -> Receipt:
        if self.trouble is not None:
            raise self.trouble
        self.shown.append(special)
        return Receipt(reference=self.name, remark=f"{tag}: {reason}")


def outside(*desks: Desk) -> Outside:
    store = cast("Shop", Store())
    kinds = (FIRST_HELPDESK, "other_desk")
    return Outside(
        shop=store,
        shop_at_once=store,
        desks={kind: cast("Helpdesk", desk) for kind, desk in zip(kinds, desks, strict=False)},
    )


def test_given_one_number_in_two_helpdesks_when_looked_for_then_each_is_found_in_its_own() -> None:
    first, other = Desk("first"), Desk("other")
    way = outside(first, other)

    assert (way.desk_of("42"), way.desk_of("other_desk:42")) == ((first, "42"), (other, "42"))


def test_given_a_ticket_of_a_helpdesk_that_is_not_connected_when_looked_for_then_no_other_takes_it() -> None:
    assert outside(Desk("first")).desk_of("other_desk:42") is None


@on_sqlite
def test_given_two_helpdesks_when_marked_then_both_show_it(shop: Merchant) -> None:
    first, other = Desk("first"), Desk("other")

    receipt = helpdesk_deeds.mark(shop, outside(first, other), mark())

    assert (first.shown, other.shown, receipt.reference) == ([True], [True], "first,other")


@on_sqlite
@pytest.mark.parametrize(
    ("troubles", "heard"),
    [
        ((Unavailable("closed"), None), Unavailable),
        ((Rejected("no field"), None), Rejected),
        ((Rejected("no field"), Unavailable("closed")), Unavailable),
    ],
)
def test_given_one_that_cannot_when_marked_then_the_other_has_and_only_who_may_yet_do_it_is_tried_again(
    shop: Merchant, troubles: tuple[Exception, Exception | None], heard: type[Exception]
) -> None:
    first, other = (Desk(name, trouble) for name, trouble in zip(("first", "other"), troubles, strict=True))

    with pytest.raises(heard):
        helpdesk_deeds.mark(shop, outside(first, other), mark())

    assert other.shown == ([] if other.trouble else [True])


@on_sqlite
def test_given_no_helpdesk_when_marked_then_it_is_refused(shop: Merchant) -> None:
    with pytest.raises(Rejected):
        helpdesk_deeds.mark(shop, outside(), mark())


@on_sqlite
@pytest.mark.parametrize("with_desk", [False, True])
def test_given_a_shop_when_a_mark_is_decided_then_it_is_planned_for_the_helpdesk_if_there_is_one(
    world: World, shop: Merchant, with_desk: bool
) -> None:
    if with_desk:
        connect(world, shop)
    marked = Decision(
        rule=RULE, subject="customer:55", code="entered", because="", plans=(planned(tag()), planned(mark()))
    )
    with unit_of_work(world.sessions) as session:
        found = shops.by_id(session, shop.id)
        assert found is not None
        carry_out(session, found, marked, now=NOON, mode=Mode.APPROVE)
        kinds = [row.kind for row in session.scalars(select(Effect).order_by(Effect.id))]

    assert kinds == ["tag_customer", *(["mark_in_helpdesk"] if with_desk else [])]


@on_sqlite
def test_given_a_key_that_is_refused_and_then_taken_when_tried_often_then_each_turn_is_told_once(
    world: World, shop: Merchant
) -> None:
    connect(world, shop)
    told = []
    with capture_logs() as logs:
        for trouble in (TAKEN, REFUSED, REFUSED, TAKEN, TAKEN):
            tried(world, shop, Desk("first", trouble))
            told.append([entry["event"] for entry in logs])
            logs.clear()

    assert told == [[], ["helpdesk.broken"], [], ["helpdesk.mended"], []]


@on_sqlite
def test_given_a_key_that_was_taken_until_now_when_it_is_refused_then_it_is_tried_again_soon_and_only_then_hours_later(
    world: World, shop: Merchant
) -> None:
    connect(world, shop)
    pauses = []
    for _ in range(2):
        with pytest.raises(KeyRefused) as caught:
            watching(world, account_of(world, shop), Desk("first", REFUSED)).mark_customer(
                (), special=True, reason="", tag="vip"
            )
        pauses.append(caught.value.retry_after)
        world.clock.forward(timedelta(seconds=KEY_MAY_LIVE))  # type: ignore[attr-defined]  # the test's own

    assert pauses == [KEY_MAY_LIVE, KEY_IS_DEAD]


@on_sqlite
def test_given_a_press_that_waits_for_a_key_when_it_is_taken_again_then_it_is_tried_at_once(
    world: World, shop: Merchant
) -> None:
    connect(world, shop)
    tried(world, shop, Desk("first", REFUSED))
    hours = world.clock.now() + timedelta(seconds=KEY_IS_DEAD)
    with unit_of_work(world.sessions) as session:
        press = {"source": FIRST_HELPDESK, "sender": "acme", "topic": "t", "delivery_key": "1", "body": b"{}"}
        inbox.receive(session, shop_id=shop.id, now=hours, **press)

    tried(world, shop, Desk("first", TAKEN))

    with unit_of_work(world.sessions) as session:
        assert inbox.claim(session, shop_id=shop.id, now=world.clock.now(), lease=timedelta(minutes=1), limit=1)


@on_sqlite
def test_given_a_helpdesk_in_other_trouble_when_tried_then_its_key_is_not_blamed(world: World, shop: Merchant) -> None:
    connect(world, shop)
    for trouble in (Unavailable("closed"), Rejected("no field")):
        tried(world, shop, Desk("first", trouble))

    with reading(world.sessions) as session:
        assert connections.broken(session, shop_id=shop.id) == []


@on_sqlite
def test_given_a_note_that_came_out_public_when_another_is_to_be_left_then_it_is_not_and_the_merchant_hears_once(
    world: World, shop: Merchant
) -> None:
    connect(world, shop)
    desk = Desk("first")
    held = watching(world, account_of(world, shop), desk)
    with capture_logs() as logs:
        held.post_note("42", text="private", key="1")
        held.post_note("42", text="public", key="2")
        with pytest.raises(Rejected, match="came out public"):
            held.post_note("42", text="private", key="3")

    assert len(desk.shown) == 2
    assert [entry["event"] for entry in logs] == ["helpdesk.notes_public"]
    with unit_of_work(world.sessions) as session:
        setups.trust_notes(session, shop_id=shop.id, kind=FIRST_HELPDESK)
    held.post_note("42", text="private", key="3")
    assert len(desk.shown) == 3


def watching(world: World, account: Account, desk: Desk) -> WatchedHelpdesk:
    return WatchedHelpdesk(desk=cast("Helpdesk", desk), account=account, sessions=world.sessions, clock=world.clock)


def account_of(world: World, shop: Merchant) -> Account:
    with reading(world.sessions) as session:
        return connections.accounts(session, shop_id=shop.id, seal=world.seal)[FIRST_HELPDESK]


def connect(world: World, shop: Merchant) -> None:
    with unit_of_work(world.sessions) as session:
        connected.connect(session, world, shop.id)


def tried(world: World, shop: Merchant, desk: Desk) -> None:
    """Call the helpdesk once, as a worker would that looks at the account first."""
    account = account_of(world, shop)
    with suppress(Rejected, Unavailable):
        watching(world, account, desk).mark_customer((), special=True, reason="", tag="vip")


def test_given_a_helpdesk_of_ones_own_beside_the_first_when_agents_press_in_both_then_each_is_told_in_their_own(
    inside: Practice,
) -> None:
    customer = inside.call("/town/cast")["fourth_order_customer"]
    for number in (1, 2):
        inside.deliver(inside.order(customer_id=customer, amount=f"{number}0.00"), key=f"delivery-{number}")
    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "Broken"})["ticket_id"]
    email = inside.call(f"/town/tickets/{ticket}")["customer"]["email"]
    theirs = inside.call("/town/hook_desk/tickets", {"email": email})["ticket_id"]
    inside.drain()
    with unit_of_work(inside.world.sessions) as session:
        theirs_too = {"account": hook_desk.ACCOUNT, "key": hook_desk.KEY}
        connected.connect(session, inside.world, inside.shop_id, "signed_hook", **theirs_too)

    inside.press(ticket, "refund_keep", amount="3.00")
    press_there(inside, theirs, email)
    inside.drain()

    assert {row.ticket_id for row in inside.effects("refund_order")} == {str(ticket), f"signed_hook:{theirs}"}
    assert [row.state for row in inside.effects("refund_order")] == [State.DONE] * 2
    (note,) = inside.call(f"/town/hook_desk/tickets/{theirs}")["notes"]
    (other,) = inside.call(f"/town/tickets/{ticket}")["notes"]
    assert ("$4.00" in note["text"], "$3.00" in other["text"]) == (True, True)


def press_there(inside: Practice, ticket: str, email: str) -> None:
    """Put a press at the other helpdesk into the inbox, as the web process would."""
    said = {
        "event": "action",
        "action": "refund_keep",
        "ticket_id": ticket,
        "customer_email": email,
        "agent_email": "sam@desk.example",
        "agent_name": "Sam",
        "amount": "4.00",
        "order": "",
    }
    with unit_of_work(inside.world.sessions) as session:
        inbox.receive(
            session,
            shop_id=inside.shop_id,
            source="signed_hook",
            sender=hook_desk.ACCOUNT,
            topic="http-integration",
            delivery_key="press-1",
            body=json.dumps(said).encode(),
            now=inside.world.clock.now(),
        )
