"""What waited for a key goes on when there is one, and nothing else is hurried."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.domain.effects import State
from app.store import inbox, key_waits
from app.store.base import Session, Sessions, unit_of_work
from app.store.shops import Merchant
from app.store.tables import Delivery, Effect
from tests.builders import DAY, HOUR, MINUTE, NOON, mark, planned
from tests.store.bookkeeping import plan

HOURS = 4 * HOUR


@pytest.mark.parametrize(
    ("due_in", "waits_for", "state", "goes_on"),
    [
        (-DAY, HOURS, State.PLANNED, True),
        (-DAY, MINUTE, State.PLANNED, False),
        (DAY, DAY, State.PLANNED, False),
        (-DAY, HOURS, State.UNCERTAIN, False),
    ],
    ids=["put off for hours", "in hand", "its hour is to come", "in doubt"],
)
def test_given_a_deed_when_a_key_is_there_then_it_goes_on_if_it_was_put_off_for_long(
    sessions: Sessions, shop: Merchant, due_in: timedelta, waits_for: timedelta, state: State, goes_on: bool
) -> None:
    until = NOON + waits_for
    with unit_of_work(sessions) as session:
        plan(session, shop, planned(mark()))
        session.execute(update(Effect).values(due_at=NOON + due_in, next_try_at=until, state=state))
        key_waits.go_on(session, shop_id=shop.id, kind="gorgias", now=NOON)
        found = session.scalars(select(Effect.next_try_at)).one()

    assert found == (NOON if goes_on else until)


def test_given_letters_that_wait_when_a_key_is_there_then_those_of_its_account_alone_go_on(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for source in ("gorgias", "zendesk", "shopify"):
            put_off(session, shop, source, NOON + HOURS)
        key_waits.go_on(session, shop_id=shop.id, kind="gorgias", now=NOON)
        found = {row.source: row.next_try_at for row in session.scalars(select(Delivery))}

    assert found == {"gorgias": NOON, "zendesk": NOON + HOURS, "shopify": NOON + HOURS}


def put_off(session: Session, shop: Merchant, source: str, until: datetime) -> None:
    known = {"shop_id": shop.id, "source": source, "sender": "acme", "topic": "t", "delivery_key": source}
    inbox.receive(session, body=b"{}", now=NOON, **known)
    session.execute(update(Delivery).where(Delivery.source == source).values(next_try_at=until))
