"""Orders that are late, until they have arrived; and what agents gave back for mistakes."""

from app.domain.agents import Reason
from app.domain.moments import Shipment
from app.store import late_orders, orders
from app.store.base import unit_of_work
from app.store.late_orders import Trouble
from tests.builders import DAY, NOON, order, paid, refund
from tests.store.ledger_steps import Steps, into

LATE = Shipment(order_id=1001, ordered_at=NOON - 12 * DAY, tracked=True)
THERE = Shipment(order_id=1001, ordered_at=NOON - 12 * DAY, tracked=True, arrived_at=NOON)


def bought(steps: Steps) -> None:
    with unit_of_work(steps.sessions) as session:
        orders.record(session, shop_id=steps.shop_id, order=order())


def test_given_a_late_order_when_it_arrives_then_nobody_waits_any_more_and_it_is_told(steps: Steps) -> None:
    bought(steps)
    shop = {"shop_id": steps.shop_id}
    with unit_of_work(steps.sessions) as session:
        late_orders.note(session, late=[LATE], **shop)
        assert late_orders.waiting(session, limit=9, **shop) == [LATE]
        assert late_orders.is_waiting(session, customer_id=55, **shop) == "#1001"
        assert late_orders.arrived(session, since=NOON - DAY, limit=9, **shop) == []

        late_orders.note(session, late=[THERE], **shop)
        assert late_orders.waiting(session, limit=9, **shop) == []
        assert late_orders.is_waiting(session, customer_id=55, **shop) is None
        told = Trouble(order_id=1001, name="#1001", customer_id=55, at=NOON)
        assert late_orders.arrived(session, since=NOON - DAY, limit=9, **shop) == [told]
        assert late_orders.arrived(session, since=NOON + DAY, limit=9, **shop) == []


def test_given_an_order_of_long_ago_when_tidied_up_then_it_is_forgotten(steps: Steps) -> None:
    with unit_of_work(steps.sessions) as session:
        late_orders.note(session, shop_id=steps.shop_id, late=[LATE])
        late_orders.drop(session, shop_id=steps.shop_id, before=NOON - 12 * DAY)
        assert late_orders.waiting(session, shop_id=steps.shop_id, limit=9) == [LATE]
        late_orders.drop(session, shop_id=steps.shop_id, before=NOON - 11 * DAY)
        assert late_orders.waiting(session, shop_id=steps.shop_id, limit=9) == []


def test_given_refunds_when_asked_what_was_made_good_then_only_what_was_done_for_a_mistake(steps: Steps) -> None:
    bought(steps)
    into(steps, "done", paid(refund(ticket_id="1"), reason=Reason.THANK_YOU))
    into(steps, "planned", paid(refund(ticket_id="2"), reason=Reason.OUR_MISTAKE))
    into(steps, "done", paid(refund(ticket_id="3"), reason=Reason.OUR_MISTAKE))

    with unit_of_work(steps.sessions) as session:
        (told,) = late_orders.made_good(session, shop_id=steps.shop_id, since=NOON - DAY, limit=9)
        assert (told.order_id, told.customer_id) == (1001, 55)
        assert late_orders.made_good(session, shop_id=steps.shop_id, since=NOON + 2 * DAY, limit=9) == []
