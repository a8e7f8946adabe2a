"""What happened around an order or a customer: all of it, in the order of time, and nothing twice."""

import re

import pytest

from app.domain.effects import Pool
from app.domain.gifts import Moneys, Placed, Seen
from app.domain.mail import digest
from app.domain.sendings import Status
from app.store import contacts, endings, sendings
from app.store.base import unit_of_work
from app.store.contacts import Kind
from app.store.stories import Search
from app.store.tables import Decision
from tests.builders import DAY, HOUR, NOON, gift_line, note, order, paid, planned, present, receipt, refund, usd
from tests.store.bookkeeping import keep_delivery
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


def kinds(page: str) -> list[str]:
    return re.findall(r'<li class="(order|heard|decision|deed|sending)"', page)


def test_given_an_order_when_its_story_is_opened_then_events_decisions_deeds_and_cost_are_on_one_page(
    desk: Desk,
) -> None:
    desk.buy(order(processed_at=NOON - HOUR))
    with unit_of_work(desk.world.sessions) as session:
        keep_delivery(session, desk.merchant, "d-1", problem=None)
    desk.clock.forward(HOUR)
    gift = planned(gift_line(), cost=usd(8_00), pool=Pool.GIFTS)
    (deed,) = desk.decide(gift, rule="nth_order_gift", subject="order:1001", code="gift", because="It is the fourth.")
    with unit_of_work(desk.world.sessions) as session:
        session.query(Decision).one().delivery_id = 1
    desk.clock.forward(HOUR)
    desk.decide(rule="special_customer", subject="order:1001", code="below", because="Below the threshold.")
    desk.finish(deed)
    desk.clock.forward(HOUR)
    desk.plan(paid(refund(), due_at=NOON + DAY), rule="refund_keep")

    page = desk.open("/orders/1001")

    assert kinds(page) == ["deed", "deed", "decision", "heard", "order"]
    assert "We heard: a payment" in page
    assert page.count("It is the fourth.") == 1
    assert "$8.00 spent, $12.00 set aside" in page
    assert '<a href="/ledger?q=42"><bdi>42</bdi></a>' in page


def test_given_a_customer_when_opened_then_orders_decisions_deeds_notes_and_sendings_stand_in_one_line_of_time(
    desk: Desk,
) -> None:
    desk.buy(order(processed_at=NOON - 3 * DAY))
    desk.decide(rule="special_customer", code="below", because="Below the threshold.")
    desk.clock.forward(HOUR)
    gift, *_ = desk.decide(paid(present(), minor=25_00), planned(note()), rule="flowers", because="Robin gives.")
    sent = desk.send(gift)
    with unit_of_work(desk.world.sessions) as session:
        endings.done(session, sent, receipt(reference="S-1"), now=desk.clock.now())
        sendings.begin(session, sent, Placed(reference="S-1"), vendor="shelf", now=desk.clock.now())
    desk.clock.forward(HOUR)
    with unit_of_work(desk.world.sessions) as session:
        (known,) = sendings.of_effects(session, shop_id=desk.merchant.id, effect_ids=[gift]).values()
        told = Seen(status=Status.DELIVERED, money=Moneys.SAME)
        sendings.seen(session, known, told, shop_id=desk.merchant.id, now=desk.clock.now())

    page = desk.open("/customers/55")

    assert kinds(page) == ["sending", "deed", "deed", "deed", "decision", "order"]
    assert page.count("Robin gives.") == 3  # with each deed that it brought about


def test_given_a_decision_with_two_deeds_when_opened_then_it_is_told_with_them_and_not_by_itself(desk: Desk) -> None:
    desk.buy(order())
    desk.decide(planned(gift_line()), planned(note()), rule="nth_order_gift", subject="order:1001", because="Kind.")

    assert "decision" not in kinds(desk.open("/orders/1001"))


@pytest.mark.parametrize(
    ("typed", "linked"),
    [("#1001", "/orders/70001"), ("1001", "/orders/70001"), ("70001", "/orders/70001"), ("55", "/customers/55")],
)
def test_given_an_order_or_customer_without_any_deed_when_looked_for_then_the_way_to_them_is_shown(
    desk: Desk, typed: str, linked: str
) -> None:
    desk.buy(order(id=70_001, name="#1001"))

    page = desk.open(f"/ledger?q={typed.replace('#', '%23')}")

    assert re.findall(r'<p class="line named"><a href="([^"]+)"', page) == [linked]
    assert "named" not in desk.twin().open(f"/ledger?q={typed.replace('#', '%23')}")


def test_given_a_customers_whole_address_when_looked_for_then_their_rows_and_the_way_to_them_are_shown(
    desk: Desk,
) -> None:
    desk.buy(order(), order(id=2002, customer_id=56))
    desk.plan(planned(gift_line(title="Theirs")))
    desk.plan(planned(gift_line(order_id=2002, customer_id=56, title="Another's")))
    ways = {digest("mabel@example.com", desk.world.mail_key(desk.merchant)): Kind.MAIL}
    with unit_of_work(desk.world.sessions) as session:
        contacts.learn(session, shop_id=desk.merchant.id, customer_id=55, ways=ways)

    page, file = (desk.open(f"{path}?q=Mabel@example.com") for path in ("/ledger", "/export/ledger.csv"))

    assert re.findall(r'<p class="line named"><a href="([^"]+)"', page) == ["/customers/55"]
    assert [("Theirs" in each, "Another" in each) for each in (page, file)] == [(True, False)] * 2
    assert "by their whole e-mail address" in desk.open("/ledger?q=mabel@example.org")


def test_given_a_month_when_looked_for_then_rows_are_found_by_numbers_near_its_own(desk: Desk) -> None:
    for number in range(3):
        desk.plan(planned(gift_line(order_id=number + 1)), rule="nth_order_gift")
        desk.clock.forward(10 * DAY)

    found = desk.statements("/ledger?month=2026-11")

    assert Search().since is None
    assert len([each for each in found if "BETWEEN" in each]) == 1
