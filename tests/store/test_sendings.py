"""Gifts that a vendor has: begun with their deed, moved on by news in any order, and asked about in good time."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.deliveries import Brought
from app.domain.gifts import Placed, Seen
from app.domain.people import Person
from app.domain.sendings import Status
from app.store import doors, erasing, sendings, shops, trail
from app.store.base import Sessions, reading, unit_of_work
from app.store.ledger import Deed
from app.store.sending_tables import Sending
from app.store.sendings import Sent
from app.store.shops import Merchant
from tests.builders import DAY, HOUR, MINUTE, NOON, paid, present, profile, receipt
from tests.store.crowd import at_once
from tests.store.ledger_steps import Steps, into

SOON = NOON + 2 * MINUTE


def begun(steps: Steps, **changes: Any) -> Deed:
    """Have a gift that the vendor has taken on at noon."""
    number = changes.pop("number", 1)
    deed = into(steps, "done", paid(present(confirm=str(number))))
    placed = Placed(**{"reference": f"S-{number}", "other": f"R-{number}", "day": date(2026, 12, 1)} | changes)
    with unit_of_work(steps.sessions) as session:
        sendings.begin(session, deed, placed, vendor="shelf", now=NOON, digest=f"d-{number}")
    return deed


def due(steps: Steps, now: datetime = SOON) -> list[Sent]:
    with reading(steps.sessions) as session:
        return sendings.due(session, shop_id=steps.shop_id, now=now, limit=10)


def see(steps: Steps, sent: Sent, told: Seen, now: datetime = SOON, *, unpaid: bool = False) -> Sent | None:
    with unit_of_work(steps.sessions) as session:
        return sendings.seen(session, sent, told, shop_id=steps.shop_id, now=now, unpaid=unpaid)


def put_off(steps: Steps, vendor: str, *, until: datetime) -> None:
    with unit_of_work(steps.sessions) as session:
        sendings.put_off(session, shop_id=steps.shop_id, vendor=vendor, until=until, now=SOON)


def ring(steps: Steps, *references: str, vendor: str = "shelf", now: datetime = SOON) -> int:
    with unit_of_work(steps.sessions) as session:
        return sendings.news(session, shop_id=steps.shop_id, vendor=vendor, references=references, now=now)


def test_given_a_gift_that_was_placed_when_two_minutes_are_over_then_it_is_asked_about(steps: Steps) -> None:
    deed = begun(steps)

    assert due(steps, SOON - MINUTE) == []
    (sent,) = due(steps)
    assert (sent.effect_id, sent.vendor, sent.reference, sent.other) == (deed.id, "shelf", "S-1", "R-1")
    assert (sent.status, sent.day, sent.looks) == (Status.PLACED, date(2026, 12, 1), 0)


def test_given_a_gift_that_is_over_when_it_is_placed_then_nobody_asks(steps: Steps) -> None:
    begun(steps, status=Status.DELIVERED)

    assert due(steps, NOON + 90 * DAY) == []


def test_given_news_when_it_moves_the_gift_on_then_the_row_and_the_trail_say_so(steps: Steps) -> None:
    deed = begun(steps)

    after = see(steps, due(steps)[0], Seen(status=Status.SHIPPED, at=NOON + MINUTE))

    assert after is not None
    assert (after.status, after.status_at, after.confirmed) == (Status.SHIPPED, NOON + MINUTE, True)
    assert due(steps, NOON + HOUR) == [after]
    with reading(steps.sessions) as session:
        last = trail.newest(session, shop_id=steps.shop_id, limit=1)[0]
    assert (last.what, last.effect_id) == ("shipped", deed.id)


@pytest.mark.parametrize("late", [Status.PLACED, Status.IN_PRODUCTION, None])
def test_given_late_news_or_a_word_that_nobody_knows_when_it_comes_then_the_gift_stays_where_it_is(
    steps: Steps, late: Status | None
) -> None:
    begun(steps, status=Status.SHIPPED)

    after = see(steps, due(steps)[0], Seen(status=late))

    assert after is not None
    assert (after.status, after.status_at) == (Status.SHIPPED, NOON)


def test_given_eight_who_ask_at_once_when_they_come_back_then_one_is_heard(steps: Steps) -> None:
    begun(steps)
    (sent,) = due(steps)

    heard = at_once(8, lambda _: see(steps, sent, Seen(status=Status.SHIPPED)) is not None)

    assert heard.count(True) == 1


def test_given_a_bell_that_rings_while_somebody_asks_when_they_come_back_then_they_are_not_heard(
    steps: Steps,
) -> None:
    """They may have been answered before that happened of which the bell tells."""
    begun(steps)
    (before,) = due(steps)

    assert ring(steps, "S-1", "S-9") == 1

    assert see(steps, before, Seen(status=Status.IN_PRODUCTION)) is None
    (anew,) = due(steps)
    assert see(steps, anew, Seen(status=Status.SHIPPED)) is not None


def test_given_a_gift_that_is_over_when_a_bell_rings_for_it_then_it_is_looked_at_again(steps: Steps) -> None:
    begun(steps, status=Status.DELIVERED)

    ring(steps, "R-1")

    assert [sent.status for sent in due(steps)] == [Status.DELIVERED]


@pytest.mark.parametrize("named", [{"vendor": "elsewhere"}, {}])
def test_given_news_of_another_vendors_or_of_no_gift_when_it_comes_then_nothing_is_looked_at(
    steps: Steps, named: dict[str, str]
) -> None:
    begun(steps)

    assert ring(steps, "S-1" if named else "", now=NOON, **named) == 0
    assert due(steps, NOON) == []


def test_given_the_calendars_word_when_somebody_confirms_it_later_then_it_is_confirmed(steps: Steps) -> None:
    begun(steps)
    see(steps, due(steps)[0], Seen(status=Status.DELIVERED, confirmed=False))
    ring(steps, "S-1")

    after = see(steps, due(steps)[0], Seen(status=Status.DELIVERED))

    assert after is not None
    assert after.confirmed


def test_given_money_on_its_way_when_the_gift_is_over_then_it_is_asked_about_until_that_is_settled(
    steps: Steps,
) -> None:
    begun(steps, pending=True)
    after = see(steps, due(steps)[0], Seen(status=Status.CANCELLED), unpaid=True)

    assert after is not None
    assert after.next_look_at == SOON + DAY


def test_given_a_vendor_that_is_busy_when_its_gifts_are_put_off_then_no_others_are(steps: Steps) -> None:
    begun(steps)
    begun(steps, number=2)

    put_off(steps, "elsewhere", until=NOON + HOUR)
    assert len(due(steps)) == 2
    put_off(steps, "shelf", until=NOON + HOUR)

    assert due(steps, NOON + HOUR - MINUTE) == []
    assert len(due(steps, NOON + HOUR)) == 2


def test_given_a_vendor_that_tells_nothing_when_let_be_then_nobody_asks_it_any_more(steps: Steps) -> None:
    begun(steps)
    with unit_of_work(steps.sessions) as session:
        sendings.let_be(session, shop_id=steps.shop_id, vendor="shelf")

    assert due(steps, NOON + 90 * DAY) == []


def test_given_gifts_when_found_by_their_deeds_then_each_is_with_its_own(steps: Steps) -> None:
    one, two = begun(steps), begun(steps, number=2)

    with reading(steps.sessions) as session:
        found = sendings.of_effects(session, shop_id=steps.shop_id, effect_ids=[one.id, two.id, 99])
        by_key = sendings.of_key(session, shop_id=steps.shop_id, key=two.key)

    assert {number: sent.reference for number, sent in found.items()} == {one.id: "S-1", two.id: "S-2"}
    assert by_key == found[two.id]


@pytest.mark.parametrize(
    ("status", "until", "may"),
    [
        (Status.PLACED, NOON + HOUR, True),
        (Status.PLACED, NOON, False),
        (Status.PLACED, None, False),
        (Status.CANCELLED, NOON + HOUR, False),
    ],
)
def test_given_a_vendors_window_when_asked_then_a_gift_can_be_stopped_within_it_alone(
    steps: Steps, status: Status, until: datetime | None, may: bool
) -> None:
    deed = begun(steps, status=status, cancel_until=until)

    with reading(steps.sessions) as session:
        sent = sendings.of_effects(session, shop_id=steps.shop_id, effect_ids=[deed.id])[deed.id]
    assert sent.can_be_stopped(NOON) is may


def test_given_shops_with_gifts_to_ask_about_when_the_ticker_looks_then_it_finds_those_that_are_open(
    sessions: Sessions, shop: Merchant, steps: Steps
) -> None:
    begun(steps)
    with unit_of_work(sessions) as session:
        shops.install(session, profile=profile(domain="idle.myshopify.com"), policy=shop.policy, now=NOON)

    assert shops_due(sessions) == [shop.id]
    assert shops_due(sessions, NOON) == []
    with unit_of_work(sessions) as session:
        doors.shut(session, shop_id=shop.id, until=NOON + DAY, because="frozen")
    assert shops_due(sessions) == []


def shops_due(sessions: Sessions, now: datetime = SOON) -> list[int]:
    with reading(sessions) as session:
        return sendings.shops_due(session, now=now, limit=10)


def brought(steps: Steps, customer_id: int = 55) -> list[Brought]:
    with reading(steps.sessions) as session:
        return sendings.brought(session, shop_id=steps.shop_id, customer_id=customer_id)


def test_given_gifts_that_arrived_or_came_back_when_their_customers_door_is_looked_at_then_they_are_remembered(
    steps: Steps,
) -> None:
    for number, status in enumerate((Status.DELIVERED, Status.RETURNED, Status.SHIPPED, Status.FAILED), start=1):
        begun(steps, number=number, status=status)
    begun(steps, number=5)
    see(steps, due(steps)[-1], Seen(status=Status.DELIVERED, confirmed=False))

    assert sorted(brought(steps), key=lambda each: each.door) == [
        Brought(door="d-1", at=NOON),
        Brought(door="d-2", at=NOON, came_back=True),
    ]
    assert brought(steps, customer_id=56) == []


def test_given_somebody_who_is_forgotten_when_their_gifts_are_followed_on_then_nobody_knows_to_which_door(
    steps: Steps,
) -> None:
    begun(steps, status=Status.RETURNED)
    ada = Person(ids=frozenset({55}), words=frozenset())
    with unit_of_work(steps.sessions) as session:
        known = {"shop_id": steps.shop_id, "letters": (), "key": b"key", "now": NOON}
        assert erasing.forget_person(session, person=ada, **known) == 0

    with reading(steps.sessions) as session:
        (row,) = session.scalars(select(Sending))
    assert (row.reference, row.door) == ("S-1", None)


@pytest.mark.parametrize(("ends_at", "lasts"), [(NOON + 30 * DAY, 30), (None, 60)], ids=["a last day", "none"])
def test_given_money_on_its_way_when_its_gift_can_be_taken_up_no_more_then_it_is_found(
    steps: Steps, ends_at: datetime | None, lasts: int
) -> None:
    deed = steps.sent(steps.planned(paid(present())).id)
    assert steps.done(deed, receipt(pending=True))
    with unit_of_work(steps.sessions) as session:
        sendings.begin(session, deed, Placed(reference="S-1", expires_at=ends_at), vendor="shelf", now=NOON)
    begun(steps, number=2)

    with reading(steps.sessions) as session:
        for days, found in ((lasts, []), (lasts + 1, [deed.id])):
            before = NOON + days * DAY
            assert sendings.unsettled(session, shop_id=steps.shop_id, before=before) == found
