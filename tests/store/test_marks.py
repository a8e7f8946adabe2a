"""Marks that the store shows, noted for several customers at once."""

from app.store import marks, people
from app.store.base import Session, Sessions, unit_of_work
from app.store.shops import Merchant
from app.store.tables import Customer
from tests.builders import DAY, NOON

ADA, BEN, CY = 55, 56, 57


def test_given_marks_that_went_out_when_noted_then_each_bears_it_since_then_and_nobody_else(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        known(session, shop.id, ADA, BEN, CY)
        marks.shown(session, shop_id=shop.id, customer_ids=[ADA, BEN], marked=True, now=NOON + DAY)

    assert borne(sessions, shop) == {ADA: (True, NOON + DAY), BEN: (True, NOON + DAY), CY: (False, NOON)}


def test_given_marks_that_came_off_when_noted_then_nothing_is_counted_as_a_change(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        known(session, shop.id, ADA, marked=True)
        marks.shown(session, shop_id=shop.id, customer_ids=[ADA], marked=False, now=NOON + DAY)

    assert borne(sessions, shop) == {ADA: (False, NOON)}


def test_given_somebody_merged_meanwhile_when_noted_then_the_name_that_is_left_bears_it(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        known(session, shop.id, ADA, BEN, CY)
        people.rehome(session, shop_id=shop.id, kept=BEN, deleted=ADA, now=NOON)
        marks.shown(session, shop_id=shop.id, customer_ids=[ADA, CY], marked=True, now=NOON + DAY)

    assert {number: marked for number, (marked, _) in borne(sessions, shop).items()} == {BEN: True, CY: True}


def known(session: Session, shop_id: int, *customers: int, marked: bool = False) -> None:
    session.add_all(
        Customer(shop_id=shop_id, customer_id=number, net_minor=1, orders=1, marked=marked, changed_at=NOON)
        for number in customers
    )
    session.flush()


def borne(sessions: Sessions, shop: Merchant) -> dict[int, tuple[bool, object]]:
    with unit_of_work(sessions) as session:
        rows = session.query(Customer).filter(Customer.shop_id == shop.id)
        return {row.customer_id: (row.marked, row.changed_at) for row in rows}
