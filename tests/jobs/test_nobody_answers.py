"""Nobody said where it should go: what needs no address is sent instead, or nothing is, and the money is right."""

from typing import Any

from app.domain.decisions import Decision
from app.domain.effects import SendFlowers, SendGift
from app.domain.gifts import GiftKind
from app.domain.policy import Mode
from app.store.base import unit_of_work
from jobs.carry_out import carry_out
from tests.builders import DAY, flowers, paid, present, usd
from tests.jobs import shelf
from tests.jobs.conftest import Practice
from tests.jobs.shelf import Shelf
from tests.jobs.test_address_asks import looked, notes, pass_days, rows, spoilt, ticket
from tests.jobs.test_gift_choice import Keeps, keeps, vendor
from tests.jobs.test_gift_watch import merchant_of

DAYS = 10
__all__ = ("keeps", "ticket", "vendor")


def plan(inside: Practice, ticket: int, effect: type[SendGift | SendFlowers] = SendGift, **changes: Any) -> None:
    """Have a parcel, or flowers, set out in ten days to an address that the store takes for wrong."""
    spoilt(inside)
    cast = inside.call("/town/cast")
    whose = {"customer_id": cast["bereaved_customer"], "order_id": cast["bereaved_order"], "ticket_id": str(ticket)}
    if effect is SendGift:
        mug = {"what": GiftKind.PARCEL, "vendor": shelf.KIND, "sku": "mug", "title": "Mug", "gift_id": 1}
        sending: SendGift | SendFlowers = present(**mug | whose | changes)
    else:
        sending = flowers(**whose | changes)
    now = inside.world.clock.now()
    planned = paid(sending, minor=25_00, due_at=now + DAYS * DAY)
    told = Decision(rule="flowers", subject=f"ticket:{ticket}", code="sends", because="Because.", plans=(planned,))
    with unit_of_work(inside.world.sessions) as session:
        carry_out(session, merchant_of(inside), told, now=now, mode=Mode.AUTO)
    inside.drain()


def wait_in_vain(inside: Practice) -> None:
    for days in (0, 6, 10):
        pass_days(inside, days)
        looked(inside)


def sent(inside: Practice) -> list[tuple[str, str]]:
    return [(row.payload["what"], row.state) for row in inside.effects("send_gift")]


def test_given_a_parcel_for_which_nobody_names_a_door_when_it_is_too_late_then_an_e_gift_goes_out_once(
    inside: Practice, vendor: Shelf, keeps: Keeps, ticket: int
) -> None:
    keeps()
    keeps(sku="hat", title="Hat", cost=usd(1_00))
    keeps(kind=GiftKind.EGIFT, sku="E-1", title="Gift card")
    plan(inside, ticket)
    wait_in_vain(inside)
    wait_in_vain(inside)

    assert sent(inside) == [("parcel", "withdrawn"), ("egift", "done")]
    ((_, wish, _),) = vendor.orders
    assert "@" in wish.email
    assert (wish.to, inside.reserved(), inside.spent()) == (None, 0, shelf.COST.minor)
    assert rows(inside) == []
    told = notes(inside, ticket)
    assert sum("has not said where it should go" in note for note in told) == 1
    assert told[-1].startswith("Gift card was ordered")


def test_given_only_something_dearer_when_nobody_answers_then_nothing_leaves_without_a_yes(
    inside: Practice, vendor: Shelf, keeps: Keeps, ticket: int
) -> None:
    keeps()
    keeps(kind=GiftKind.EGIFT, title="Gift card", sku="E-1", cost=usd(25_01))
    plan(inside, ticket)
    wait_in_vain(inside)

    assert sent(inside) == [("parcel", "withdrawn"), ("egift", "awaiting")]
    assert (vendor.orders, inside.reserved(), inside.spent()) == ([], 0, 0)
    assert "Nobody said where the parcel should go. Gift card for" in notes(inside, ticket)[-1]


def test_given_flowers_whose_words_were_written_for_them_when_nobody_answers_then_a_person_reads_them_again(
    inside: Practice, vendor: Shelf, keeps: Keeps, ticket: int
) -> None:
    keeps(kind=GiftKind.EGIFT, title="Gift card", sku="E-1")
    plan(inside, ticket, SendFlowers)
    wait_in_vain(inside)

    assert [row.state for row in inside.effects("send_flowers")] == ["withdrawn"]
    assert sent(inside) == [("egift", "awaiting")]
    assert (vendor.orders, inside.reserved()) == ([], 0)


def test_given_an_e_gift_that_is_not_to_be_had_either_when_it_is_refused_then_nothing_goes_to_the_door_in_doubt(
    inside: Practice, vendor: Shelf, keeps: Keeps, ticket: int
) -> None:
    keeps()
    keeps(sku="hat", title="Hat")
    keeps(kind=GiftKind.EGIFT, sku="gone", title="Gift card")
    plan(inside, ticket)
    wait_in_vain(inside)

    assert sent(inside) == [("parcel", "withdrawn"), ("egift", "refused")]
    assert (vendor.orders, inside.reserved()) == ([], 0)
