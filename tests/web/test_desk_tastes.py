"""What agents note of a customer's tastes at the desk, and where it is read."""

import pytest

from app.domain.tastes import NOTHING_NOTED, Tastes
from app.store import care, trail
from app.store.base import reading, unit_of_work
from tests.builders import DAY, order, usd
from tests.web.agent import at_the_desk
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


def noted(desk: Desk, customer: int = 55) -> Tastes:
    with reading(desk.world.sessions) as session:
        return care.tastes_of(session, shop_id=desk.merchant.id, customer_id=customer)


def test_given_a_few_words_when_noted_then_they_are_on_the_card_and_in_the_trail_in_the_agents_name(
    desk: Desk,
) -> None:
    desk.buy(order(net=usd(90_00)))
    sam = at_the_desk(desk)

    answer = sam.call("/desk/api/tastes", sam.body(likes="dark chocolate, tea", never="flowers"))

    assert answer.json == {"said": "Noted."}
    assert noted(desk) == Tastes(likes=("dark chocolate", "tea"), never=("flowers",))
    assert "likes dark chocolate, tea; never flowers" in sam.call("/desk/api/ticket").text
    with reading(desk.world.sessions) as session:
        lines = trail.newest(session, shop_id=desk.merchant.id, limit=1)
    assert [(line.what, line.who, line.why) for line in lines] == [
        ("tastes_noted", desk.world.agent(desk.merchant, "sam@x.example"), "")
    ]


def test_given_too_many_words_when_noted_then_it_is_said_and_nothing_is(desk: Desk) -> None:
    sam = at_the_desk(desk)

    answer = sam.call("/desk/api/tastes", sam.body(likes="", never="n" * 61))

    assert (answer.status_code, "60 letters" in answer.text) == (422, True)
    assert noted(desk) == NOTHING_NOTED


def test_given_a_ticket_of_nobody_when_noted_then_there_is_nobody_to_note_it_of(desk: Desk) -> None:
    sam = at_the_desk(desk, customer=None)

    assert sam.call("/desk/api/tastes", sam.body(likes="tea", never="")).status_code == 422


def test_given_what_agents_know_when_the_merchant_looks_at_the_customer_then_it_is_there_until_it_is_over(
    desk: Desk,
) -> None:
    desk.buy(order(net=usd(90_00)))
    known, now = {"shop_id": desk.merchant.id, "customer_id": 55}, desk.world.clock.now()
    with unit_of_work(desk.world.sessions) as session:
        care.note_tastes(session, Tastes(likes=("tea",), never=("flowers",)), **known)
        care.mark_sensitive(session, until=now + DAY, now=now, **known)
    page = desk.open("/customers/55")
    assert "likes tea; never flowers" in page
    assert "left in peace" in page

    with unit_of_work(desk.world.sessions) as session:
        care.mark_sensitive(session, until=now - DAY, now=now, **known)
    assert "left in peace" not in desk.open("/customers/55")
